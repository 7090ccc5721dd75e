//! `/admin/v1/api-keys`: creates, lists, rotates and revokes API keys.

use directory::{ApiKey, Error, InstanceId, KeyId, NewApiKey, Rotation, Scope, key_prefix};
use http::{Method, StatusCode};
use jiff::Timestamp;
use lambda::{Reply, Request};
use serde::Serialize;
use store::{IssuedKey, Store};

/// Answers POST with 201 and the key, this once; GET with all keys; DELETE with 204. A POST that names
/// a key rotates it.
///
/// # Errors
/// [`Error::TooManyKeys`], [`Error::KeyNotFound`], [`Error::NotRotatable`], [`Error::LastAdminKey`].
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let admission = store.authenticate(request.credentials()?, Scope::Admin);
    match (request.method(), request.resource_id()) {
        (&Method::POST, "") => {
            let caller = admission.alone().await?;
            let issued = store.create_api_key(&caller, &request.body(NewApiKey::from_json)?).await?;
            Ok(Reply::admin(StatusCode::CREATED, &KeyView::of_new(&issued)))
        }
        (&Method::POST, id) => {
            let caller = admission.alone().await?;
            let rotation = request.body(Rotation::from_json)?;
            let (issued, old) = store.rotate_api_key(&caller, id, &rotation).await?;
            let replaces = Some(ReplacedView { id: old.id, expires: old.revoked.or(old.expires) });
            Ok(Reply::admin(StatusCode::CREATED, &KeyView { replaces, ..KeyView::of_new(&issued) }))
        }
        (&Method::GET, _) => {
            let (caller, keys) = admission.with_api_keys().await?;
            let now = store.now();
            let keys = keys.iter().map(|key| KeyView::of(caller.instance(), key, now)).collect();
            Ok(Reply::admin(StatusCode::OK, &KeysView { keys }))
        }
        (_, id) => {
            let caller = admission.alone().await?;
            store.revoke_api_key(&caller, id).await?;
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
    id: KeyId,
    /// How the key starts, so that a key that was found can be recognised.
    prefix: String,
    description: &'a str,
    scope: Scope,
    state: &'static str,
    expires_soon: bool,
    /// The version of the pepper; one that no active key names can go.
    pepper: &'a str,
    created: Timestamp,
    created_by: Option<KeyId>,
    expires: Option<Timestamp>,
    revoked: Option<Timestamp>,
    last_used: Option<Timestamp>,
    replaced_by: Option<KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<ReplacedView>,
}

/// The key that a rotation replaced, and when it ends.
#[derive(Serialize)]
struct ReplacedView {
    id: KeyId,
    expires: Option<Timestamp>,
}

impl<'a> KeyView<'a> {
    fn of_new(issued: &'a IssuedKey) -> Self {
        let IssuedKey { key, text } = issued;
        Self { key: Some(text.expose()), ..Self::of(text.instance(), key, key.created) }
    }

    fn of(instance: InstanceId, key: &'a ApiKey, now: Timestamp) -> Self {
        Self {
            id: key.id,
            prefix: key_prefix(instance, key.id),
            description: &key.description,
            scope: key.scope,
            state: key.state(now).as_str(),
            expires_soon: key.expires_soon(now),
            pepper: &key.pepper,
            created: key.created,
            created_by: key.created_by,
            expires: key.expires,
            revoked: key.revoked,
            last_used: key.last_used,
            replaced_by: key.replaced_by,
            key: None,
            replaces: None,
        }
    }
}
