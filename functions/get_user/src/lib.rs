//! `GET /scim/v2/Users/{id}`: reads a user (RFC 7644 §3.4.1).

use directory::{Error, Scope, is_version};
use lambda::{Reply, Request};
use store::Store;

/// Answers 200 with the user, 304 if the client has this version, or 404.
///
/// # Errors
/// [`Error::UserNotFound`], also for a user of another instance.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let view = request.view();
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (_, user) = admission.with_user(request.resource_id()).await?;
    let view = view?;
    let known = request.if_none_match().is_some_and(|tags| is_version(&tags, &user));
    Ok(if known { view.not_modified(&user) } else { view.user(&user) })
}
