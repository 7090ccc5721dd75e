//! `PUT /scim/v2/Users/{id}`: replaces a user (RFC 7644 §3.5.1).

use directory::{Error, Scope, UserResource};
use lambda::{Reply, Request};
use store::Store;

/// Answers 200 with the user as it is now; what the body does not mention stays.
///
/// # Errors
/// [`Error::UserNotFound`]: a PUT never creates; what the rules for changes refuse.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let (asked, view) = (request.body(UserResource::from_json), request.view());
    let named_group = asked.as_ref().ok().and_then(UserResource::named_group);
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, user, setting) = admission.with_user_and_setting(request.resource_id(), named_group).await?;
    let (asked, view) = (asked?, view?);
    let rule = |stored: &_| directory::change(stored, &asked, &setting);
    let user = store.update_user(&caller, user, request.if_match().as_deref(), rule).await?;
    Ok(view.user(&user))
}
