//! `POST /scim/v2/Users`: creates a user (RFC 7644 §3.3).

use directory::{Error, Scope, UserOperation, UserResource};
use lambda::{Reply, Request};
use store::Store;

/// Answers 201 with the new user, or 409 `uniqueness` if its userName or e-mail is taken.
///
/// A deleted user of the same userName comes back instead, under its old id.
///
/// # Errors
/// What the rules for new users refuse.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let (operation, view) = (request.body(UserResource::from_json).map(UserOperation::Create), request.view());
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, known) = admission.with_known(operation.as_ref().ok()).await?;
    let (operation, view) = (operation?, view?);
    Ok(view.created(&store.carry_out(&caller, known, &operation).await?))
}
