//! The items of the table, as they are stored.

mod activity;
mod user;

use aws_sdk_dynamodb::types::AttributeValue;
use directory::{ApiKey, Error, GroupState, Instance, InstanceId, KeyId, NewInstance, Scope, UserId, VisibilityGroup};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::table::Item;

pub(crate) use activity::{Stamp, activity_entry, activity_item, refusal_item};
pub(crate) use user::item_of_user;
pub use user::user_of_item;

/// An item of its key and what it holds.
pub(crate) fn item(key: &Key, content: &impl Serialize) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(content).map_err(Error::internal)?;
    item.extend(key.attributes());
    Ok(item)
}

/// What an item holds.
pub(crate) fn content<T: DeserializeOwned>(item: Item) -> Result<T, Error> {
    serde_dynamo::from_item(item).map_err(Error::internal)
}

/// A claim on a unique value, or an entry for an externalId: whose it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) row: u32,
    pub(crate) id: String,
    /// The externalId itself, since its key holds only a hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

impl Claim {
    pub(crate) fn of(user: UserId, value: Option<String>) -> Self {
        Self { row: user.row(), id: user.to_string(), value }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InstanceItem {
    id: InstanceId,
    name: String,
    default_group: String,
    user_count: u32,
    created: Timestamp,
}

pub(crate) fn instance_item(id: InstanceId, new: &NewInstance) -> Result<Item, Error> {
    let stored = InstanceItem {
        id,
        name: new.name.clone(),
        default_group: directory::DEFAULT_GROUP.to_owned(),
        user_count: 0,
        created: new.created,
    };
    item(&Key::instance(id), &stored)
}

pub(crate) fn instance(item: Item) -> Result<Instance, Error> {
    let InstanceItem { id, name, default_group, user_count, .. } = content(item)?;
    Ok(Instance { id, name, default_group, user_count })
}

#[derive(Serialize, Deserialize)]
struct GroupItem {
    name: String,
    description: String,
    state: GroupState,
    members: u64,
}

pub(crate) fn group_item(instance: InstanceId, name: &str, description: &str) -> Result<Item, Error> {
    let stored = GroupItem { name: name.into(), description: description.into(), state: GroupState::Open, members: 0 };
    item(&Key::group(instance, name), &stored)
}

pub(crate) fn group(item: Item) -> Result<VisibilityGroup, Error> {
    let GroupItem { name, description, state, members } = content(item)?;
    Ok(VisibilityGroup { name, description, state, members })
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiKeyItem {
    id: KeyId,
    scope: Scope,
    description: String,
    /// Hexadecimal.
    hash: String,
    pepper: String,
    created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_by: Option<KeyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaced_by: Option<KeyId>,
}

pub(crate) fn api_key_item(instance: InstanceId, key: &ApiKey) -> Result<Item, Error> {
    let stored = ApiKeyItem {
        id: key.id,
        scope: key.scope,
        description: key.description.clone(),
        hash: hash_text(&key.hash),
        pepper: key.pepper.clone(),
        created: key.created,
        created_by: key.created_by,
        expires: key.expires,
        revoked: key.revoked,
        last_used: key.last_used,
        replaced_by: key.replaced_by,
    };
    item(&Key::api_key(instance, key.id), &stored)
}

pub(crate) fn api_key(item: Item) -> Result<ApiKey, Error> {
    let stored: ApiKeyItem = content(item)?;
    let hash = data_encoding::HEXLOWER.decode(stored.hash.as_bytes()).map_err(Error::internal)?;
    Ok(ApiKey {
        id: stored.id,
        scope: stored.scope,
        description: stored.description,
        hash: hash.try_into().map_err(|_| Error::internal("a stored key hash is not 32 bytes long"))?,
        pepper: stored.pepper,
        created: stored.created,
        created_by: stored.created_by,
        expires: stored.expires,
        revoked: stored.revoked,
        last_used: stored.last_used,
        replaced_by: stored.replaced_by,
    })
}

pub(crate) fn hash_text(hash: &[u8; 32]) -> String {
    data_encoding::HEXLOWER.encode(hash)
}

/// A string attribute.
pub(crate) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// A number attribute.
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
