//! `PATCH /scim/v2/Users/{id}`: changes part of a user (RFC 7644 §3.5.2).

use directory::{ChangeMethod, Error, Scope, UserPatch};
use lambda::{Reply, Request};
use store::Store;

/// Answers 200 with the user as it is now: after all operations, or none.
///
/// # Errors
/// [`Error::UserNotFound`]; what the operations and the rules for changes refuse.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let (operation, view) =
        (request.body(UserPatch::from_json).map(|asked| request.change(ChangeMethod::Patch(asked))), request.view());
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, known) = admission.with_known(operation.as_ref().ok()).await?;
    let (operation, view) = (operation?, view?);
    Ok(view.user(&store.carry_out(&caller, known, &operation).await?))
}
