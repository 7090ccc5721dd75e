//! `PATCH /scim/v2/Users/{id}`: changes part of a user (RFC 7644 §3.5.2).

use directory::{Error, Scope, UserPatch};
use lambda::{Reply, Request};
use store::Store;

/// Answers 200 with the user as it is now: after all operations, or none.
///
/// # Errors
/// [`Error::UserNotFound`]; what the operations and the rules for changes refuse.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let (patch, view) = (request.body(UserPatch::from_json), request.view());
    let named_group = patch.as_ref().ok().and_then(UserPatch::named_group);
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, user, setting) = admission.with_user_and_setting(request.resource_id(), named_group).await?;
    let (patch, view) = (patch?, view?);
    let rule = |stored: &_| directory::change(stored, &patch.of_user(stored)?, &setting);
    let user = store.update_user(&caller, user, request.if_match().as_deref(), rule).await?;
    Ok(view.user(&user))
}
