//! `/admin/v1/api-keys`: creates, lists and revokes API keys.

use directory::{ApiKey, Error, KeyState, NewApiKey, Scope};
use http::{Method, StatusCode};
use jiff::Timestamp;
use lambda::{Reply, Request};
use serde::Serialize;
use store::Store;

/// Answers POST with 201 and the key, this once; GET with all keys; DELETE with 204.
///
/// # Errors
/// [`Error::TooManyKeys`], [`Error::KeyNotFound`], [`Error::LastAdminKey`].
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let admission = store.authenticate(request.credentials()?, Scope::Admin);
    match *request.method() {
        Method::POST => {
            let caller = admission.alone().await?;
            let issued = store.create_api_key(&caller, &request.body(NewApiKey::from_json)?).await?;
            let shown = KeyView { key: Some(issued.text.expose()), ..KeyView::of(&issued.key, issued.key.created) };
            Ok(Reply::admin(StatusCode::CREATED, &shown))
        }
        Method::GET => {
            let (_, keys) = admission.with_api_keys().await?;
            let now = store.now();
            let keys = keys.iter().map(|key| KeyView::of(key, now)).collect();
            Ok(Reply::admin(StatusCode::OK, &KeysView { keys }))
        }
        _ => {
            let caller = admission.alone().await?;
            store.revoke_api_key(&caller, request.resource_id()).await?;
            Ok(Reply::empty(StatusCode::NO_CONTENT))
        }
    }
}

#[derive(Serialize)]
struct KeysView<'a> {
    keys: Vec<KeyView<'a>>,
}

/// A key as an admin sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyView<'a> {
    id: String,
    description: &'a str,
    scope: Scope,
    state: &'static str,
    /// The version of the pepper; one that no active key names can go.
    pepper: &'a str,
    created: Timestamp,
    created_by: Option<String>,
    expires: Option<Timestamp>,
    revoked: Option<Timestamp>,
    last_used: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

impl<'a> KeyView<'a> {
    fn of(key: &'a ApiKey, now: Timestamp) -> Self {
        Self {
            id: key.id.to_string(),
            description: &key.description,
            scope: key.scope,
            state: match key.state(now) {
                KeyState::Active => "active",
                KeyState::Expired(_) => "expired",
                KeyState::Revoked(_) => "revoked",
            },
            pepper: &key.pepper,
            created: key.created,
            created_by: key.created_by.map(|id| id.to_string()),
            expires: key.expires,
            revoked: key.revoked,
            last_used: key.last_used,
            key: None,
        }
    }
}
