//! Which part of a list is wanted, and where it goes on: by index or by cursor.

use std::ops::RangeInclusive;

use directory::{Bound, InstanceId, Peppers, User};
use jiff::Timestamp;
use scim::{ListQuery, Start};

/// Where a page is in its list.
#[derive(Debug, Default)]
pub(crate) enum Window {
    /// At the start, by an empty cursor.
    #[default]
    First,
    /// From a position on, counted from 1.
    Index(u64),
    /// Where a cursor says.
    At(Bound),
}

impl Window {
    /// The window that a query asks for.
    ///
    /// # Errors
    /// Those of [`Bound::open`].
    pub(crate) fn of(
        query: &ListQuery,
        peppers: &Peppers,
        instance: InstanceId,
        now: Timestamp,
    ) -> Result<Self, scim::Error> {
        match &query.start {
            Start::Index(start_index) => Ok(Self::Index(*start_index)),
            Start::Cursor(empty) if empty.is_empty() => Ok(Self::First),
            Start::Cursor(cursor) => Bound::open(cursor, peppers, instance, query, now).map(Self::At),
        }
    }

    /// The rows of a page in the order of creation, where row and position are the same number.
    ///
    /// # Errors
    /// `invalidCursor` for the cursor of another order.
    pub(super) fn rows(&self, count: u32) -> Result<Option<RangeInclusive<u32>>, scim::Error> {
        let first = match self {
            Self::Index(start_index) => u32::try_from(*start_index).ok(),
            Self::First => Some(1),
            Self::At(Bound::After(place)) => place.row()?.checked_add(1),
            Self::At(Bound::Before(place)) => {
                let end = place.row()?;
                return Ok((end > 1).then(|| end.saturating_sub(count).max(1)..=end - 1));
            }
        };
        let rows = |first: u32| Some(first..=first.saturating_add(count.checked_sub(1)?));
        Ok(first.and_then(rows))
    }
}

/// One page, and where the pages beside it are.
pub(super) struct Part {
    pub(super) users: Vec<User>,
    pub(super) total: u64,
    pub(super) next: Option<Bound>,
    pub(super) previous: Option<Bound>,
}
