//! `POST /scim/v2/Users`: creates a user (RFC 7644 §3.3).

use directory::{Error, Scope, UserResource};
use lambda::{Reply, Request};
use store::Store;

/// Answers 201 with the new user, or 409 `uniqueness` if its userName or e-mail is taken.
///
/// A deleted user of the same userName comes back instead, under its old id.
///
/// # Errors
/// What the rules for new users refuse.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let (asked, view) = (request.body(UserResource::from_json), request.view());
    let admission = store.authenticate(request.credentials()?, Scope::Scim);
    let (caller, place) = admission.with_place_for(asked.as_ref().ok()).await?;
    let (asked, view) = (asked?, view?);
    let profile = directory::new_user(&place.setting, &asked)?;
    let user = store.create_user(&caller, place, profile).await?;
    Ok(view.created(&user))
}
