//! `GET /scim/v2/Users`, `POST /scim/v2/Users/.search`, `POST /scim/v2/.search`: lists and finds users
//! (RFC 7644 §3.4.2, §3.4.3; RFC 9865).

use directory::{Error, Scope};
use lambda::{Reply, Request, View};
use store::Store;

/// Answers 200 with a page of the users that match the filter, in the order of their creation
/// unless another one is asked for.
///
/// # Errors
/// `invalidFilter`, `invalidValue`, `invalidCursor` and its like; `tooMany` for a filter that would read too many users.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let query = request.list_query();
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, opening) = admission.with_users(query.as_ref().ok()).await?;
    let query = query?;
    let view = View::new(request.base_url(), &query.projection);
    let page = store.list_users(&caller, opening, &query, |user| Some(view.whole(user))).await?;
    Ok(view.list(&page.users, page.total, page.place))
}
