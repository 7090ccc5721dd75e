//! Whether the activity log tells of what there is.

use std::collections::BTreeMap;

use directory::{ActivityKind, Error, InstanceId, User, UserId};
use jiff::{SignedDuration, Timestamp};

use super::Inconsistency;
use super::stock::Stock;
use crate::items;
use crate::key::Key;
use crate::table::Item;

/// DynamoDB counts an entry's time in whole seconds, and may remove it a second early.
const MARGIN: SignedDuration = SignedDuration::from_mins(1);

/// What the log of an instance has, but for refused requests.
#[derive(Default)]
pub(super) struct History {
    /// When the instance was made.
    instance_created: Option<Timestamp>,
    /// Changes of the key set, and how many of them made a key.
    key_changes: u64,
    keys_made: usize,
    users: BTreeMap<UserId, Timeline>,
}

/// What the log has of one user.
struct Timeline {
    /// One of its entries.
    entry: Key,
    created: Vec<Timestamp>,
    changed: Vec<Timestamp>,
}

impl History {
    /// # Errors
    /// [`Error::Internal`] for an entry that cannot be read.
    pub(super) fn add(&mut self, instance: InstanceId, key: &Key, item: Item) -> Result<(), Error> {
        // Whatever is there is read, its time over or not.
        let (_, entry) = items::activity_entry(instance, item, Timestamp::MIN)?;
        let entry = entry.ok_or_else(|| Error::internal("an entry has no time"))?;
        let is = |kind: ActivityKind| entry.kind == kind.as_str();
        if is(ActivityKind::RequestRefused) {
            return Ok(());
        }
        if is(ActivityKind::InstanceCreated) {
            self.instance_created = Some(entry.time);
        }
        let makes_key = is(ActivityKind::KeyCreated) || is(ActivityKind::KeyRotated);
        self.keys_made += usize::from(makes_key);
        self.key_changes += u64::from(makes_key || is(ActivityKind::KeyRevoked));
        if let Some(user) = entry.user {
            let new = || Timeline { entry: key.clone(), created: Vec::new(), changed: Vec::new() };
            let timeline = self.users.entry(user).or_insert_with(new);
            let is_new = is(ActivityKind::UserCreated) || is(ActivityKind::UserSignedUp);
            if is_new { &mut timeline.created } else { &mut timeline.changed }.push(entry.time);
        }
        Ok(())
    }
}

impl Stock {
    /// Checks what the log tells, as far back as its entries are kept.
    pub(super) fn check_history(&self, now: Timestamp, kept: SignedDuration) -> Vec<Inconsistency> {
        let is_kept = |time: Timestamp| now.duration_since(time) < kept - MARGIN;
        let mut found = Vec::new();
        let mut say = |key: Key, problem: String| found.push(Inconsistency::new(key, problem));
        for user in self.users.values() {
            if let Some(problem) = untold(user, self.history.users.get(&user.id), is_kept) {
                say(Key::user(self.id, user.id.row()), problem);
            }
        }
        for (id, timeline) in &self.history.users {
            if self.users.get(&id.row()).is_none_or(|user| user.id != *id) {
                say(timeline.entry.clone(), format!("an entry of nobody: there is no user of the id {id}"));
            }
        }
        // The first two keys are made with the instance, and the set's first version.
        let History { instance_created, key_changes, keys_made, .. } = self.history;
        let (version, keys) = (key_changes + 1, keys_made + 2);
        let is_whole = instance_created.is_some_and(is_kept);
        if self.key_set.is_some_and(|found| found < version || (is_whole && found != version)) {
            let stored = self.key_set.unwrap_or_default();
            say(Key::key_set(self.id), format!("version is {stored}, and the log has {key_changes} changes of keys"));
        }
        if self.key_set.is_some() && is_whole && self.api_keys.len() != keys {
            let problem = format!("there are {} keys, and by the log there should be {keys}", self.api_keys.len());
            say(Key::key_set(self.id), problem);
        }
        found
    }
}

/// What the log should have of a user and has not, or the other way round.
fn untold(user: &User, timeline: Option<&Timeline>, is_kept: impl Fn(Timestamp) -> bool) -> Option<String> {
    let (created, changed) = timeline.map_or((&[][..], &[][..]), |told| (&told.created[..], &told.changed[..]));
    let is_whole = is_kept(user.created);
    let changes = user.version.saturating_sub(1);
    let told = changed.len() as u64;
    if created.len() > 1 || (is_whole && created.is_empty()) {
        return Some(format!("the log has {} entries of the user's creation", created.len()));
    }
    if created.iter().any(|time| *time != user.created) {
        return Some(format!("created is {}, and another time in the log", user.created));
    }
    if told > changes || (is_whole && told != changes) {
        return Some(format!("version is {}, and the log has {told} changes of the user", user.version));
    }
    let is_told = changed.iter().chain(created).any(|time| *time == user.last_modified);
    (is_kept(user.last_modified) && !is_told)
        .then(|| format!("lastModified is {}, and the log has no entry of that time", user.last_modified))
}
