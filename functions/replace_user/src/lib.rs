//! `PUT /scim/v2/Users/{id}`: replaces a user (RFC 7644 §3.5.1).

use directory::{ChangeMethod, Error, Scope, UserResource};
use lambda::{Reply, Request};
use store::Store;

/// Answers 200 with the user as it is now; what the body does not mention stays.
///
/// # Errors
/// [`Error::UserNotFound`]: a PUT never creates; what the rules for changes refuse.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let (operation, view) = (
        request.body(UserResource::from_json).map(|asked| request.change(ChangeMethod::Replace(asked))),
        request.view(),
    );
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, known) = admission.with_known(operation.as_ref().ok()).await?;
    let (operation, view) = (operation?, view?);
    Ok(view.user(&store.carry_out(&caller, known, &operation).await?))
}
