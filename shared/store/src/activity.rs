//! The activity log: refused requests are written beside their answer, and all of it is read here.

use std::time::Duration;

use directory::{
    ActivityEntry, ActivityQuery, ApiKey, Caller, Error, InstanceId, MAX_RECORDED, RefusalLog, RefusedRequest,
};
use futures_util::future::try_join_all;
use jiff::Timestamp;
use scim::ScimType;
use tokio::time::Instant;

use crate::items::{self, Stamp};
use crate::key::{self, Range};
use crate::table::Found;
use crate::{Store, random};

/// The most entries of an export.
pub const EXPORTED: usize = 10_000;
/// The most entries that one request reads, whatever of them it finds.
const MAX_READ: usize = 20_000;
/// For how long one request begins to read.
const TIME: Duration = Duration::from_secs(5);
/// The most entries that one query reads: 1,000 of the usual size are less than its 1 MB.
const QUERY_ENTRIES: usize = 1000;
/// The most days that are read at once, where the days before them had little.
const DAYS_AT_ONCE: usize = 8;
/// Fewer entries than these are little.
const FEW: usize = 100;

/// A part of the activity log, newest first.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    /// Its entries.
    pub entries: Vec<ActivityEntry>,
    /// Where the log goes on; none where there is nothing before it.
    pub next_cursor: Option<String>,
    /// The keys of the instance, by which the entries say who it was.
    pub keys: Vec<ApiKey>,
}

impl RefusalLog for Store {
    async fn record(&self, caller: &Caller, refused: &[RefusedRequest]) -> Result<(), Error> {
        let item = |refused| items::refusal_item(caller, refused, self.stamp(self.now())?);
        let items = refused.iter().take(MAX_RECORDED).map(item).collect::<Result<_, Error>>()?;
        self.table.put_all(items).await
    }
}

impl Store {
    /// What is the same of every entry that is written at a time, but for a random part.
    pub(crate) fn stamp(&self, now: Timestamp) -> Result<Stamp, Error> {
        Ok(Stamp { now, unique: random::bytes()?, kept: self.activity_kept })
    }

    /// Reads the entries that a query wants, up to a number, as far as 20,000 entries or 5 s reach.
    ///
    /// # Errors
    /// `invalidCursor`; [`Error::Throttled`], [`Error::Unavailable`].
    pub async fn read_activity(
        &self,
        caller: &Caller,
        query: &ActivityQuery,
        limit: usize,
    ) -> Result<ActivityPage, Error> {
        let mut walk = Walk::new(self, caller.instance(), query, limit)?;
        let ((), keys) = tokio::try_join!(walk.run(), self.read_api_keys(caller.instance()))?;
        let Walk { entries, place, ranges, .. } = walk;
        let next_cursor = place.filter(|_| !ranges.is_empty()).map(|place| key::activity_cursor(&place));
        Ok(ActivityPage { entries, next_cursor, keys })
    }
}

/// A way back through the log.
struct Walk<'a> {
    store: &'a Store,
    instance: InstanceId,
    query: &'a ActivityQuery,
    limit: usize,
    now: Timestamp,
    /// What is still to be read, the newest last.
    ranges: Vec<Range>,
    /// The sort key down to which everything has been seen, where anything has.
    place: Option<String>,
    entries: Vec<ActivityEntry>,
    read: usize,
}

impl<'a> Walk<'a> {
    fn new(store: &'a Store, instance: InstanceId, query: &'a ActivityQuery, limit: usize) -> Result<Self, Error> {
        let now = store.now();
        let place = query.cursor.as_deref().map(|cursor| key::activity_place(cursor).ok_or_else(invalid_cursor));
        let place = place.transpose()?;
        let kept = now - store.activity_kept;
        let from = query.from.map_or(kept, |from| from.max(kept));
        let before = place.as_deref().and_then(key::activity_time);
        let to = [query.to, before].into_iter().flatten().fold(now, Timestamp::min);
        // What is at the place itself has been seen; to read it again is simpler than a key just below it.
        let last = key::activity_to(to).min(place.clone().unwrap_or_else(|| key::activity_to(to)));
        let ranges = match query.user {
            _ if from > to => Vec::new(),
            Some(user) => vec![Range::timeline(instance, user, key::activity_from(from), last)],
            None => key::days(from, to)
                .map(|(day, start)| Range::activity(instance, day, key::activity_from(from.max(start)), last.clone()))
                .collect(),
        };
        Ok(Self { store, instance, query, limit, now, ranges, place, entries: Vec::new(), read: 0 })
    }

    async fn run(&mut self) -> Result<(), Error> {
        let started = Instant::now();
        let mut at_once = 1;
        while !self.ranges.is_empty() && self.entries.len() < self.limit {
            let budget = MAX_READ.saturating_sub(self.read);
            if budget == 0 || started.elapsed() >= TIME {
                break;
            }
            let wanted = if self.query.is_selective() { QUERY_ENTRIES } else { self.limit - self.entries.len() };
            // One more, for the first may be at the place itself.
            let limit = wanted.min(QUERY_ENTRIES).min(budget) + 1;
            let ranges = self.ranges.split_off(self.ranges.len().saturating_sub(at_once.min(budget / limit).max(1)));
            let queries = ranges.iter().map(|range| self.store.table.query(range.clone(), limit));
            let found = try_join_all(queries).await?;
            let read = found.iter().map(|found| found.items.len()).sum::<usize>();
            self.read += read;
            at_once = if read < FEW { (at_once * 2).min(DAYS_AT_ONCE) } else { 1 };

            let mut unread = Vec::new();
            for (range, found) in ranges.into_iter().zip(found).rev() {
                // What is older than a range that goes on waits for it, and is read again.
                if unread.is_empty() {
                    unread.extend(self.take(range, found)?);
                } else {
                    unread.push(range);
                }
            }
            self.ranges.extend(unread.into_iter().rev());
        }
        Ok(())
    }

    /// Takes in what was found of a range; gives back what is left of it.
    fn take(&mut self, range: Range, found: Found) -> Result<Option<Range>, Error> {
        for item in found.items {
            let (sk, entry) = items::activity_entry(self.instance, item, self.now)?;
            if self.place.as_ref() == Some(&sk) {
                continue;
            }
            if self.entries.len() == self.limit {
                return Ok(Some(self.rest_of(range)));
            }
            self.place = Some(sk);
            self.entries.extend(entry.filter(|entry| self.query.matches(entry)));
        }
        if found.rest.is_some() {
            return Ok(Some(self.rest_of(range)));
        }
        self.place = Some(range.first);
        Ok(None)
    }

    fn rest_of(&self, range: Range) -> Range {
        Range { last: self.place.clone().unwrap_or(range.last), ..range }
    }
}

fn invalid_cursor() -> Error {
    let detail = "The cursor is not one of the activity log: take nextCursor of the page before, or leave it out.";
    scim::Error::new(ScimType::InvalidCursor, detail).into()
}
