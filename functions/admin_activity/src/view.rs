//! Entries of the log as an admin sees them.

use directory::{ActivityEntry, ApiKey, AttributeChange, KeyId, RefusedRequest};
use jiff::Timestamp;
use serde::Serialize;

/// An entry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EntryView<'a> {
    pub(crate) id: &'a str,
    pub(crate) time: Timestamp,
    pub(crate) kind: &'a str,
    pub(crate) outcome: &'static str,
    /// None for an operator.
    pub(crate) by: Option<AuthorView<'a>>,
    pub(crate) request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<UserView>,
    pub(crate) changes: &'a [AttributeChange],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<&'a RefusedRequest>,
}

/// Whose request it was.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuthorView<'a> {
    pub(crate) key_id: String,
    pub(crate) description: Option<&'a str>,
}

/// To whom it happened.
#[derive(Serialize)]
pub(crate) struct UserView {
    pub(crate) id: String,
}

impl<'a> EntryView<'a> {
    pub(crate) fn of(entry: &'a ActivityEntry, keys: &'a [ApiKey]) -> Self {
        let author = |id: KeyId| AuthorView {
            key_id: id.to_string(),
            description: keys.iter().find(|key| key.id == id).map(|key| key.description.as_str()),
        };
        Self {
            id: &entry.id,
            time: entry.time,
            kind: &entry.kind,
            outcome: entry.outcome().as_str(),
            by: entry.by.map(author),
            request_id: &entry.request_id,
            user: entry.user.map(|user| UserView { id: user.to_string() }),
            changes: &entry.changes,
            refusal: entry.refusal.as_ref(),
        }
    }
}
