//! `POST /scim/v2/Bulk`: many requests in one (RFC 7644 §3.7).

use directory::{Error, Scope};
use lambda::{Reply, Request, View};
use scim::{BulkRequest, MAX_BULK_OPERATIONS, Projection};
use store::Store;

/// Answers 200 with what became of each operation, in the order of the request.
///
/// # Errors
/// [`Error::TooManyOperations`]; `invalidSyntax` for what is no BulkRequest.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let asked = request.body(BulkRequest::from_json);
    let caller = store.authenticate(request.credentials()?, Scope::Scim).alone().await?;
    let asked = asked?;
    let count = asked.operations.len();
    if count > MAX_BULK_OPERATIONS {
        return Err(Error::TooManyOperations { count, limit: MAX_BULK_OPERATIONS });
    }
    let outcomes = store.bulk(&caller, &asked).await?;
    Ok(View::new(request.base_url(), &Projection::All).bulk(&asked.operations, &outcomes))
}
