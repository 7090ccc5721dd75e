//! `GET /scim/v2/Users`: lists and finds users (RFC 7644 §3.4.2).

use directory::{Error, Scope, USER};
use lambda::{Reply, Request};
use store::Store;

/// Answers 200 with a page of the users that match the filter, in the order of their creation.
///
/// # Errors
/// `invalidFilter`, `invalidValue`; `tooMany` for a filter that would read too many users.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let (query, view) = (request.list_query(), request.view());
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, opening) = admission.with_users(query.as_ref().ok()).await?;
    let (query, view) = (query?, view?);
    let matches = |user: &_| query.filter.as_ref().is_none_or(|filter| filter.matches(&USER, &view.whole(user)));
    let page = store.list_users(&caller, opening, &query, matches).await?;
    Ok(view.list(&page.users, page.total, query.start_index))
}
