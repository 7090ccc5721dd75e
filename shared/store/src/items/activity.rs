//! Entries of the activity log, as they are stored.

use directory::{
    Activity, ActivityEntry, ActivityKind, AttributeChange, Caller, Change, Error, InstanceId, KeyId, RefusedRequest,
    UserId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{content, item};
use crate::key::{self, Key};
use crate::table::Item;

/// When an entry is written, what tells it from others of the same millisecond, and how long it is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) now: Timestamp,
    pub(crate) unique: [u8; 6],
    pub(crate) kept: jiff::SignedDuration,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActivityItem<'a> {
    kind: &'static str,
    /// The id of the caller's key; none for an operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<KeyId>,
    request_id: &'a str,
    /// The hash key of the index; an entry without it is not in the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<String>,
    changes: Vec<ChangeItem<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a RefusedRequest>,
    /// When DynamoDB may remove the entry, in seconds of Unix time.
    ttl: i64,
}

#[derive(Serialize)]
struct ChangeItem<'a> {
    attribute: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<&'a str>,
}

impl<'a> ChangeItem<'a> {
    fn of(change: &'a Change) -> Self {
        Self { attribute: change.attribute, old: change.old.as_deref(), new: change.new.as_deref() }
    }
}

pub(crate) fn activity_item(caller: &Caller, activity: &Activity, stamp: Stamp) -> Result<Item, Error> {
    entry_item(caller, activity.kind, activity.user, &activity.changes, None, stamp)
}

pub(crate) fn refusal_item(caller: &Caller, refused: &RefusedRequest, stamp: Stamp) -> Result<Item, Error> {
    entry_item(caller, ActivityKind::RequestRefused, refused.user, &[], Some(refused), stamp)
}

fn entry_item(
    caller: &Caller,
    kind: ActivityKind,
    user: Option<UserId>,
    changes: &[Change],
    refusal: Option<&RefusedRequest>,
    stamp: Stamp,
) -> Result<Item, Error> {
    let stored = ActivityItem {
        kind: kind.as_str(),
        by: caller.key_id(),
        request_id: caller.request_id(),
        timeline: user.map(|user| key::timeline(caller.instance(), user)),
        changes: changes.iter().map(ChangeItem::of).collect(),
        refusal,
        ttl: (stamp.now + stamp.kept).as_second(),
    };
    item(&Key::activity(caller.instance(), stamp.now, stamp.unique), &stored)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredEntry {
    sk: String,
    kind: String,
    by: Option<KeyId>,
    request_id: String,
    timeline: Option<String>,
    changes: Vec<AttributeChange>,
    refusal: Option<RefusedRequest>,
    ttl: i64,
}

/// What an entry holds, and its sort key; none where its time is over and DynamoDB has yet to remove it.
pub(crate) fn activity_entry(
    instance: InstanceId,
    item: Item,
    now: Timestamp,
) -> Result<(String, Option<ActivityEntry>), Error> {
    let StoredEntry { sk, kind, by, request_id, timeline, changes, refusal, ttl } = content(item)?;
    let time = key::activity_time(&sk).ok_or_else(|| Error::internal("an entry of the log has no time"))?;
    let entry = ActivityEntry {
        id: key::activity_cursor(&sk),
        time,
        kind,
        by,
        request_id,
        user: timeline.and_then(|timeline| key::user_of_timeline(instance, &timeline)),
        changes,
        refusal,
    };
    Ok((sk, Some(entry).filter(|_| ttl > now.as_second())))
}
