//! `DELETE /scim/v2/Users/{id}`: deactivates a user, who can be restored (departs from RFC 7644 §3.6).

use directory::{ChangeMethod, Error, Scope};
use http::StatusCode;
use lambda::{Reply, Request};
use store::Store;

/// Answers 204; the user stays, without access and marked as deleted.
///
/// # Errors
/// [`Error::UserNotFound`] for an id that was never issued.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let operation = request.change(ChangeMethod::Delete);
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, known) = admission.with_known(Some(&operation)).await?;
    store.carry_out(&caller, known, &operation).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
