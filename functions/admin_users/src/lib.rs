//! `/admin/v1/users`: finds users, and changes what an admin decides of them.

mod search;

use directory::{ChangeMethod, Error, Scope, User, UserResource, etag};
use http::{Method, StatusCode};
use jiff::Timestamp;
use lambda::{Reply, Request, View};
use scim::{PagePlace, Projection};
use serde::Serialize;
use serde_json::json;
use store::Store;

use search::Search;

/// Answers GET with a page of users or one of them, PATCH with the user as it is then.
///
/// # Errors
/// [`Error::UserNotFound`]; what the rules for changes refuse; `tooMany` for a search that reads too much.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let admission = store.authenticate(request.credentials()?, Scope::Admin);
    if *request.method() == Method::PATCH {
        let operation =
            request.body(UserResource::decided_by_admin).map(|asked| request.change(ChangeMethod::Replace(asked)));
        let (caller, known) = admission.with_known(operation.as_ref().ok()).await?;
        return Ok(user(&store.carry_out(&caller, known, &operation?).await?));
    }
    if !request.resource_id().is_empty() {
        return Ok(user(&admission.with_user(request.resource_id()).await?.1));
    }
    let search = Search::from_request(request);
    let (caller, opening) = admission.with_users(search.as_ref().ok().map(|search| &search.query)).await?;
    let search = search?;
    let view = View::new(request.base_url(), &Projection::All);
    let represent = |user: &User| search.takes(user.profile.state).then(|| view.whole(user));
    let page = store.list_users(&caller, opening, &search.query, represent).await?;
    let next = match page.place {
        PagePlace::Cursor { next, .. } => next,
        PagePlace::Index(_) => None,
    };
    let users: Vec<_> = page.users.iter().map(UserView::of).collect();
    Ok(Reply::admin(StatusCode::OK, &json!({"users": users, "total": page.total, "nextCursor": next})))
}

fn user(user: &User) -> Reply {
    Reply::admin(StatusCode::OK, &UserView::of(user))
}

/// A user as an admin sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserView<'a> {
    id: String,
    user_name: &'a str,
    given_name: &'a str,
    family_name: &'a str,
    email: &'a str,
    external_id: Option<&'a str>,
    employee_id: Option<&'a str>,
    klue_role: &'static str,
    visibility_group: Option<&'a str>,
    state: &'static str,
    created: Timestamp,
    last_modified: Timestamp,
    version: String,
}

impl<'a> UserView<'a> {
    fn of(user: &'a User) -> Self {
        let profile = &user.profile;
        Self {
            id: user.id.to_string(),
            user_name: &profile.user_name,
            given_name: &profile.given_name,
            family_name: &profile.family_name,
            email: &profile.email,
            external_id: profile.external_id.as_deref(),
            employee_id: profile.employee_id.as_deref(),
            klue_role: profile.access.role().as_str(),
            visibility_group: profile.access.group(),
            state: profile.state.as_str(),
            created: user.created,
            last_modified: user.last_modified,
            version: etag(user),
        }
    }
}
