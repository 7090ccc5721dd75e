//! How a list begins: what is read of it while its caller is being verified.

use directory::{Error, InstanceId, Plan, plan};
use futures_util::future;
use scim::ListQuery;

use super::list::QUERY_ROWS;
use super::window::Window;
use super::{look_up, walk};
use crate::Store;
use crate::key::{Key, Range};
use crate::table::{Found, Item};

/// The most rows that are read for a caller who is not verified yet.
const UNVERIFIED_ROWS: u32 = 100;
/// The most keys of look-ups that are read for a caller who is not verified yet.
pub(super) const UNVERIFIED_KEYS: usize = 99;
/// The most ranges of look-ups that are read for a caller who is not verified yet.
pub(super) const UNVERIFIED_RANGES: usize = 1;

/// The page that a list is about, and what has been read of it.
#[derive(Default)]
pub struct Opening {
    pub(super) window: Window,
    pub(super) items: Vec<Item>,
    pub(super) found: Vec<Found>,
}

impl Opening {
    pub(crate) fn new(window: Window, items: Vec<Item>, found: Vec<Found>) -> Self {
        Self { window, items, found }
    }
}

/// What a list starts with: all that it needs, if that is little.
pub(crate) struct FirstReads {
    pub(crate) keys: Vec<Key>,
    pub(crate) ranges: Vec<Range>,
    /// The most items of each range.
    pub(crate) limit: u32,
}

impl FirstReads {
    /// # Errors
    /// `invalidCursor` for the cursor of another order.
    pub(crate) fn of(instance: InstanceId, query: &ListQuery, window: &Window) -> Result<Self, scim::Error> {
        let with_instance = |ranges| Self { keys: vec![Key::instance(instance)], ranges, limit: UNVERIFIED_ROWS };
        Ok(match plan(query) {
            Plan::Rows => {
                let rows = window.rows(query.count)?.map(|rows| {
                    let (first, last) = rows.into_inner();
                    first..=last.min(first.saturating_add(UNVERIFIED_ROWS - 1))
                });
                with_instance(rows.map_or_else(Vec::new, |rows| Range::users(instance, rows, QUERY_ROWS)))
            }
            // One claim more tells whether there is another page.
            Plan::Walk { claims, descending } if query.count > 0 => Self {
                limit: query.count.min(UNVERIFIED_ROWS) + 1,
                ..with_instance(vec![walk::range(instance, claims, descending, window)?])
            },
            Plan::Walk { .. } | Plan::Scan => with_instance(vec![]),
            Plan::LookUp(look_ups) => Self {
                keys: look_up::keys(instance, &look_ups).take(UNVERIFIED_KEYS).collect(),
                ranges: look_ups
                    .iter()
                    .filter_map(|look_up| look_up::range(instance, look_up))
                    .take(UNVERIFIED_RANGES)
                    .collect(),
                limit: UNVERIFIED_ROWS,
            },
        })
    }
}

impl Store {
    pub(crate) async fn open(&self, ranges: Vec<Range>, limit: u32) -> Result<Vec<Found>, Error> {
        let queries = ranges.into_iter().map(|range| self.table.query(range, limit as usize));
        future::try_join_all(queries).await
    }
}
