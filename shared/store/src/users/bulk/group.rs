//! Writes of users that fit one transaction.

use std::collections::HashSet;

use directory::InstanceId;

use super::super::write::Write;
use crate::key::Key;

/// As many items as a transaction of DynamoDB holds.
const MAX_ITEMS: usize = 100;

/// Writes that touch no item twice, but for the counter and the groups, which are written once for all.
pub(super) struct Group {
    instance: InstanceId,
    pub(super) writes: Vec<Write>,
    /// The positions of their operations.
    pub(super) positions: Vec<usize>,
    pub(super) new_users: u32,
    touched: HashSet<Key>,
    visibility_groups: HashSet<Key>,
    items: usize,
}

impl Group {
    pub(super) fn new(instance: InstanceId) -> Self {
        Self {
            instance,
            writes: Vec::new(),
            positions: Vec::new(),
            new_users: 0,
            touched: HashSet::new(),
            visibility_groups: HashSet::new(),
            items: 0,
        }
    }

    /// Whether an operation in the group, or one that waits for it, touches one of the keys.
    pub(super) fn touches(&self, keys: &[Key]) -> bool {
        keys.iter().any(|key| self.touched.contains(key))
    }

    /// Keeps others from going before what waits for the group.
    pub(super) fn block(&mut self, keys: Vec<Key>) {
        self.touched.extend(keys);
    }

    /// Takes a write in; false where the transaction is full.
    pub(super) fn push(&mut self, position: usize, write: Write, keys: Vec<Key>) -> bool {
        let (left, entered) = write.groups(self.instance);
        let visibility_groups: HashSet<_> =
            left.into_iter().chain(entered).filter(|key| !self.visibility_groups.contains(key)).collect();
        let new_users = self.new_users + u32::from(write.old.is_none());
        // With the entry in the log; and all new users have one counter.
        let items = self.items + keys.len() + 1;
        let shared = self.visibility_groups.len() + visibility_groups.len() + usize::from(new_users > 0);
        if items + shared > MAX_ITEMS {
            return false;
        }
        (self.items, self.new_users) = (items, new_users);
        self.visibility_groups.extend(visibility_groups);
        self.touched.extend(keys);
        self.positions.push(position);
        self.writes.push(write);
        true
    }
}
