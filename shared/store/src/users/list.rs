//! Lists of users.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use directory::{Bound, Caller, Error, Instance, Place, Plan, User, plan};
use futures_util::{StreamExt, TryStreamExt, future, stream};
use scim::{ListQuery, PagePlace, Start};
use serde_json::Value;

use super::Opening;
use super::matches::Matches;
use super::window::Part;
use crate::backoff::Backoff;
use crate::items;
use crate::key::{Key, Range};
use crate::table::{Found, Item, take, unavailable};
use crate::{Store, random};

/// The most rows of one query: 200 users of maximal size stay below DynamoDB's 1 MB a query.
pub(super) const QUERY_ROWS: u32 = 200;
/// Reads for one filter that run at the same time.
pub(super) const PARALLEL_READS: usize = 8;
/// The most users that a filter may read.
pub(super) const SCAN_USERS: u32 = 20_000;
/// The most bytes that a filter without a look-up may read.
pub(super) const SCAN_BYTES: f64 = 32.0 * 1024.0 * 1024.0;
/// The most time that a filter may take.
const SCAN_TIME: Duration = Duration::from_secs(10);
/// What DynamoDB counts as one unit of a strongly consistent read.
pub(super) const READ_UNIT_BYTES: f64 = 4096.0;
/// How often rows that must be there are looked for again.
const REREADS: u32 = 5;

/// A page of users (RFC 7644 §3.4.2, RFC 9865).
#[derive(Debug)]
pub struct Page {
    /// The users of the page, in the order of the list.
    pub users: Vec<User>,
    /// How many users there are on all pages.
    pub total: u64,
    /// Where the page is among them.
    pub place: PagePlace,
}

impl Store {
    /// Reads the users that a query asks for; `represent` gives the form that its filter and its
    /// order are about, and nothing for a user who is to be left out of what is filtered.
    ///
    /// # Errors
    /// `tooMany` for a filter that would have to read more users than the budget allows.
    pub async fn list_users(
        &self,
        caller: &Caller,
        opening: Opening,
        query: &ListQuery,
        represent: impl Fn(&User) -> Option<Value>,
    ) -> Result<Page, Error> {
        let matches = Matches::new(query, represent);
        let found = async {
            match plan(query) {
                Plan::Rows => self.page(caller, opening, query).await,
                Plan::Walk { .. } => self.walk(caller, opening, query).await,
                Plan::LookUp(look_ups) => self.look_up(caller, opening, &look_ups, matches).await,
                Plan::Scan => self.scan(caller, opening, matches).await,
            }
        };
        let Part { users, total, next, previous } = tokio::time::timeout(SCAN_TIME, found)
            .await
            .unwrap_or_else(|_| Err(too_many("have to be read for this list, and that takes too long")))?;
        let place = match query.start {
            Start::Index(start_index) => PagePlace::Index(start_index),
            Start::Cursor(_) => PagePlace::Cursor {
                next: self.seal(caller, query, next).await?,
                previous: self.seal(caller, query, previous).await?,
            },
        };
        Ok(Page { users, total, place })
    }

    async fn seal(&self, caller: &Caller, query: &ListQuery, bound: Option<Bound>) -> Result<Option<String>, Error> {
        let Some(bound) = bound else { return Ok(None) };
        let peppers = self.peppers.get().await?;
        Ok(Some(bound.seal(&peppers, caller.instance(), query, self.now(), random::bytes()?)))
    }

    async fn page(&self, caller: &Caller, mut opening: Opening, query: &ListQuery) -> Result<Part, Error> {
        let mut rows = Rows::default();
        opening.found.into_iter().try_for_each(|found| rows.add(found))?;
        let instance = instance_of(caller, &mut opening.items)?;
        // A row above the counter was created between the two reads, and the rows below it too.
        let total = instance.user_count.max(rows.users.last_key_value().map_or(0, |(row, _)| *row));
        if let Some(wanted) = opening.window.rows(query.count)? {
            self.read_rows(caller, *wanted.start()..=*wanted.end().min(&total), &mut rows).await?;
        }
        let row = |user: Option<(&u32, _)>| user.map(|(row, _)| *row);
        Ok(Part {
            next: row(rows.users.last_key_value())
                .filter(|last| *last < total)
                .map(|last| Bound::After(Place::Row(last))),
            previous: row(rows.users.first_key_value())
                .filter(|first| *first > 1)
                .map(|first| Bound::Before(Place::Row(first))),
            users: rows.users.into_values().collect(),
            total: total.into(),
        })
    }

    async fn scan(
        &self,
        caller: &Caller,
        mut opening: Opening,
        mut matches: Matches<'_, impl Fn(&User) -> Option<Value>>,
    ) -> Result<Part, Error> {
        let count = instance_of(caller, &mut opening.items)?.user_count;
        if count > SCAN_USERS {
            return Err(too_many(&format!(
                "are in this instance, and the list can only be made by reading up to {SCAN_USERS} of them"
            )));
        }
        let parts = (1..=count).step_by(QUERY_ROWS as usize).map(|first| async move {
            let mut rows = Rows::default();
            self.read_rows(caller, first..=count.min(first + QUERY_ROWS - 1), &mut rows).await.map(|()| rows)
        });
        let mut parts = stream::iter(parts).buffered(PARALLEL_READS);
        let mut bytes = 0.0;
        while let Some(rows) = parts.try_next().await? {
            bytes += rows.read_units * READ_UNIT_BYTES;
            if bytes > SCAN_BYTES {
                return Err(too_many("have to be read for this list, and they are too large for one request"));
            }
            rows.users.into_values().for_each(|user| matches.add(user));
        }
        matches.part(&opening.window)
    }

    /// Reads rows that exist, as far as they are not there yet; none is left out.
    pub(super) async fn read_rows(
        &self,
        caller: &Caller,
        wanted: RangeInclusive<u32>,
        rows: &mut Rows,
    ) -> Result<(), Error> {
        let mut backoff = Backoff::new();
        for read in 0..=REREADS {
            let missing = rows.missing(wanted.clone());
            if missing.is_empty() {
                return Ok(());
            }
            if read > 1 {
                backoff.wait().await?;
            }
            let ranges = missing.into_iter().flat_map(|rows| Range::users(caller.instance(), rows, QUERY_ROWS));
            let queries = ranges.map(|range| async {
                let mut found = Vec::new();
                let mut rest = Some(range);
                while let Some(range) = rest {
                    let mut answer = self.table.query(range, QUERY_ROWS as usize).await?;
                    rest = answer.rest.take();
                    found.push(answer);
                }
                Ok::<_, Error>(found)
            });
            let found = future::try_join_all(queries).await?;
            found.into_iter().flatten().try_for_each(|found| rows.add(found))?;
        }
        match rows.missing(wanted) {
            missing if missing.is_empty() => Ok(()),
            missing => Err(unavailable(format!("rows {missing:?} of users cannot be read"))),
        }
    }
}

/// Users by their row.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) users: BTreeMap<u32, User>,
    read_units: f64,
}

impl Rows {
    fn add(&mut self, found: Found) -> Result<(), Error> {
        self.read_units += found.read_units;
        for item in found.items {
            let user = items::user_of_item(item)?;
            self.users.insert(user.id.row(), user);
        }
        Ok(())
    }

    /// The ranges of wanted rows that are not there.
    fn missing(&self, wanted: RangeInclusive<u32>) -> Vec<RangeInclusive<u32>> {
        let mut missing = Vec::new();
        let mut next = *wanted.start();
        for row in self.users.range(wanted.start()..).map(|(row, _)| *row).take_while(|row| row <= wanted.end()) {
            if row > next {
                missing.push(next..=row - 1);
            }
            next = row + 1;
        }
        if next <= *wanted.end() {
            missing.push(next..=*wanted.end());
        }
        missing
    }
}

pub(super) fn instance_of(caller: &Caller, items: &mut Vec<Item>) -> Result<Instance, Error> {
    let instance = caller.instance();
    let item =
        take(items, &Key::instance(instance)).ok_or_else(|| Error::internal(format!("instance {instance} is gone")))?;
    items::instance(item)
}

pub(super) fn too_many(what: &str) -> Error {
    let advice = "Narrow it with userName eq, externalId eq, id eq or emails.value eq, alone or with and.";
    scim::Error::too_many(format!("Too many users {what}. {advice}")).into()
}
