//! All that a table holds of one instance.

use std::collections::BTreeMap;

use directory::{ApiKey, Error, GroupState, Instance, InstanceId, KeyId, User, VisibilityGroup};
use scim::fold;

use super::Inconsistency;
use super::history::History;
use crate::api_keys::KeySet;
use crate::items::{self, Claim};
use crate::key::{Key, Kind};
use crate::table::Item;

/// The items of an instance, by what is in their keys.
pub(super) struct Stock {
    pub(super) id: InstanceId,
    pub(super) instance: Option<Instance>,
    /// By their folded names.
    pub(super) groups: BTreeMap<String, VisibilityGroup>,
    pub(super) key_set: Option<u64>,
    pub(super) api_keys: BTreeMap<KeyId, ApiKey>,
    /// By their rows.
    pub(super) users: BTreeMap<u32, User>,
    pub(super) user_names: BTreeMap<Key, Claim>,
    pub(super) emails: BTreeMap<Key, Claim>,
    pub(super) external_ids: BTreeMap<Key, Claim>,
    pub(super) history: History,
}

impl Stock {
    pub(super) fn new(id: InstanceId) -> Self {
        Self {
            id,
            instance: None,
            groups: BTreeMap::new(),
            key_set: None,
            api_keys: BTreeMap::new(),
            users: BTreeMap::new(),
            user_names: BTreeMap::new(),
            emails: BTreeMap::new(),
            external_ids: BTreeMap::new(),
            history: History::default(),
        }
    }

    /// Takes an item in.
    ///
    /// # Errors
    /// What is wrong with the item by itself: it cannot be read, or it is not where it should be.
    pub(super) fn add(&mut self, kind: Kind, key: &Key, item: Item) -> Result<(), String> {
        let unreadable = |error: Error| format!("the item cannot be read: {}", error.with_causes());
        let belongs = self.take(kind, key, item).map_err(unreadable)?;
        if belongs == *key { Ok(()) } else { Err(format!("by what it holds the item belongs at {}", shown(&belongs))) }
    }

    /// Takes an item in; gives the key that it should have.
    fn take(&mut self, kind: Kind, key: &Key, item: Item) -> Result<Key, Error> {
        let id = self.id;
        let claims = match kind {
            Kind::UserName => &mut self.user_names,
            Kind::Email => &mut self.emails,
            Kind::ExternalId => &mut self.external_ids,
            Kind::Instance => {
                let instance = items::instance(item)?;
                let belongs = Key::instance(instance.id);
                self.instance = Some(instance);
                return Ok(belongs);
            }
            Kind::Group => {
                let group = items::group(item)?;
                let belongs = Key::group(id, &group.name);
                self.groups.insert(fold(&group.name).into_owned(), group);
                return Ok(belongs);
            }
            Kind::KeySet => {
                self.key_set = Some(items::content::<KeySet>(item)?.version);
                return Ok(Key::key_set(id));
            }
            Kind::ApiKey => {
                let api_key = items::api_key(item)?;
                let belongs = Key::api_key(id, api_key.id);
                self.api_keys.insert(api_key.id, api_key);
                return Ok(belongs);
            }
            Kind::User => {
                let user = items::user_of_item(item)?;
                let belongs = Key::user(id, user.id.row());
                self.users.insert(user.id.row(), user);
                return Ok(belongs);
            }
            Kind::Activity => {
                self.history.add(id, key, item)?;
                return Ok(key.clone());
            }
        };
        claims.insert(key.clone(), items::content(item)?);
        Ok(key.clone())
    }

    /// Checks the instance, its groups and its keys.
    pub(super) fn check(&self) -> Vec<Inconsistency> {
        let mut found = Vec::new();
        let mut say = |key: Key, problem: String| found.push(Inconsistency::new(key, problem));
        let Some(instance) = &self.instance else {
            say(Key::instance(self.id), "missing: there are items of this instance".to_owned());
            return found;
        };
        let default_group = self.groups.get(fold(&instance.default_group).as_ref());
        if default_group.is_none_or(|group| group.state != GroupState::Open) {
            let problem = format!("the default group '{}' is not there, or not open", instance.default_group);
            say(Key::instance(self.id), problem);
        }
        let mut members = BTreeMap::new();
        for group in self.users.values().filter_map(|user| user.profile.access.group()) {
            *members.entry(fold(group)).or_insert(0) += 1;
        }
        for (folded, group) in &self.groups {
            let counted = members.get(folded.as_str()).copied().unwrap_or_default();
            if group.members != counted {
                let problem = format!("members is {}, and {counted} users are in the group", group.members);
                say(Key::group(self.id, &group.name), problem);
            }
        }
        if self.key_set.is_none() {
            say(Key::key_set(self.id), "missing: every instance has a key set".to_owned());
        }
        for key in self.api_keys.values() {
            if key.replaced_by.is_some_and(|new| !self.api_keys.contains_key(&new)) {
                say(Key::api_key(self.id, key.id), "the key in its place is not there".to_owned());
            }
        }
        found
    }
}

/// A key in the words of a report.
pub(super) fn shown(key: &Key) -> String {
    format!("pk {:?}, sk {:?}", key.pk, key.sk)
}
