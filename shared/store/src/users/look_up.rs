//! Users that a filter pins, found without reading others.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use directory::{Caller, Error, InstanceId, LookUp, User};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use serde_json::Value;

use super::list::{PARALLEL_READS, QUERY_ROWS, SCAN_USERS, too_many};
use super::matches::Matches;
use super::opening::{Opening, UNVERIFIED_KEYS, UNVERIFIED_RANGES};
use super::window::Part;
use crate::Store;
use crate::items::{self, Claim, user_of_item};
use crate::key::{Key, Range};
use crate::table::{BATCH, Found, Item, take};

impl Store {
    /// Reads the users that look-ups name, in the order of creation.
    pub(super) async fn look_up(
        &self,
        caller: &Caller,
        opening: Opening,
        look_ups: &BTreeSet<LookUp>,
        mut matches: Matches<'_, impl Fn(&User) -> Option<Value>>,
    ) -> Result<Part, Error> {
        let instance = caller.instance();
        let Opening { window, items, found } = opening;
        let (rows, known) = self.candidates(instance, (items, found), look_ups).await?;
        let rows: Vec<_> = rows.into_iter().collect();
        let parts: Vec<_> = rows.chunks(BATCH).map(|rows| self.users_in(instance, rows, &known)).collect();
        let mut parts = stream::iter(parts).buffered(PARALLEL_READS);
        while let Some(users) = parts.try_next().await? {
            users.into_values().for_each(|user| matches.add(user));
        }
        matches.part(&window)
    }

    /// The rows that look-ups lead to, and the users that have been read on the way.
    async fn candidates(
        &self,
        instance: InstanceId,
        (mut items, mut found): (Vec<Item>, Vec<Found>),
        look_ups: &BTreeSet<LookUp>,
    ) -> Result<(BTreeSet<u32>, BTreeMap<u32, User>), Error> {
        let keys: Vec<_> = keys(instance, look_ups).skip(UNVERIFIED_KEYS).collect();
        items.extend(self.table.get_all(&keys).await?);
        let ranges = look_ups.iter().filter_map(|look_up| range(instance, look_up)).skip(UNVERIFIED_RANGES);
        let queries = ranges.map(|range| self.table.query(range, QUERY_ROWS as usize));
        found.extend(future::try_join_all(queries).await?);

        let (mut rows, mut known) = (BTreeSet::new(), BTreeMap::new());
        for look_up in look_ups {
            let Some(item) = key(instance, look_up).and_then(|key| take(&mut items, &key)) else { continue };
            match look_up {
                LookUp::Id(id) => drop(known.insert(id.row(), user_of_item(item)?)),
                _ => drop(rows.insert(items::content::<Claim>(item)?.row)),
            }
        }
        rows.extend(known.keys());
        while let Some(Found { items, rest, .. }) = found.pop() {
            for claim in items {
                rows.insert(items::content::<Claim>(claim)?.row);
            }
            if rows.len() > SCAN_USERS as usize {
                return Err(too_many("could match this filter"));
            }
            if let Some(range) = rest {
                found.push(self.table.query(range, QUERY_ROWS as usize).await?);
            }
        }
        Ok((rows, known))
    }

    /// Reads the users in some rows, as far as they are not known.
    pub(super) async fn users_in(
        &self,
        instance: InstanceId,
        rows: &[u32],
        known: &BTreeMap<u32, User>,
    ) -> Result<BTreeMap<u32, User>, Error> {
        let mut users: BTreeMap<_, _> = rows.iter().filter_map(|row| Some((*row, known.get(row)?.clone()))).collect();
        let keys = rows.iter().filter(|row| !users.contains_key(row)).map(|row| Key::user(instance, *row));
        for item in self.table.get_all(&keys.collect::<Vec<_>>()).await? {
            let user = user_of_item(item)?;
            users.insert(user.id.row(), user);
        }
        Ok(users)
    }
}

/// The keys of all look-ups, each once: two ids can name the same row.
pub(super) fn keys(instance: InstanceId, look_ups: &BTreeSet<LookUp>) -> impl Iterator<Item = Key> {
    let mut seen = HashSet::new();
    look_ups.iter().filter_map(move |look_up| key(instance, look_up).filter(|key| seen.insert(key.clone())))
}

/// The item that a look-up reads first: the user, or the claim on a value.
fn key(instance: InstanceId, look_up: &LookUp) -> Option<Key> {
    match look_up {
        LookUp::Id(id) => Some(Key::user(instance, id.row())),
        LookUp::UserName(folded) => Some(Key::user_name(instance, folded)),
        LookUp::Email(folded) => Some(Key::email(instance, folded)),
        LookUp::ExternalId(_) | LookUp::UserNamePrefix(_) | LookUp::EmailPrefix(_) => None,
    }
}

/// The claims that a look-up reads, where it can lead to several users.
pub(super) fn range(instance: InstanceId, look_up: &LookUp) -> Option<Range> {
    match look_up {
        LookUp::Id(_) | LookUp::UserName(_) | LookUp::Email(_) => None,
        LookUp::ExternalId(value) => Some(Range::external_ids(instance, value)),
        LookUp::UserNamePrefix(folded) => Some(Range::user_names(instance, folded)),
        LookUp::EmailPrefix(folded) => Some(Range::emails(instance, folded)),
    }
}
