//! The users that a query matches, in its order.

use directory::{Bound, Error, Place, USER, User};
use scim::{ListQuery, SortKey};
use serde_json::Value;

use super::window::{Part, Window};

/// Takes users in the order of creation, and keeps those that match.
pub(super) struct Matches<'a, F> {
    query: &'a ListQuery,
    represent: F,
    kept: Vec<(Option<SortKey>, User)>,
}

impl<'a, F: Fn(&User) -> Option<Value>> Matches<'a, F> {
    pub(super) fn new(query: &'a ListQuery, represent: F) -> Self {
        Self { query, represent, kept: Vec::new() }
    }

    pub(super) fn add(&mut self, user: User) {
        let Some(whole) = (self.represent)(&user) else { return };
        if self.query.filter.as_ref().is_none_or(|filter| filter.matches(&USER, &whole)) {
            let sort_key = self.query.sort.as_ref().map(|sort| sort.key(&USER, &whole));
            self.kept.push((sort_key, user));
        }
    }

    /// Those of one page.
    pub(super) fn part(mut self, window: &Window) -> Result<Part, Error> {
        if let Some(sort) = &self.query.sort {
            // Stable, so that equals stay in the order of creation.
            self.kept.sort_by(|(one, _), (other, _)| match (one, other) {
                (Some(one), Some(other)) => sort.compare(one, other),
                _ => std::cmp::Ordering::Equal,
            });
        }
        let (total, count) = (self.kept.len(), self.query.count as usize);
        let (start, end) = match window {
            Window::First => (0, total),
            Window::Index(start_index) => (usize::try_from(start_index - 1).unwrap_or(total), total),
            Window::At(Bound::After(place)) => (self.position(place, |row, last| row <= last)?, total),
            Window::At(Bound::Before(place)) => {
                let end = self.position(place, |row, first| row < first)?;
                (end.saturating_sub(count), end)
            }
        };
        let start = start.min(total);
        let end = end.min(start.saturating_add(count));
        let is_empty = start >= end;
        Ok(Part {
            next: (!is_empty && end < total).then(|| Bound::After(self.place(end, end - 1))),
            previous: (!is_empty && start > 0).then(|| Bound::Before(self.place(start, start))),
            users: self.kept.drain(start..end.max(start)).map(|(_, user)| user).collect(),
            total: total as u64,
        })
    }

    /// How many users are on the near side of a place.
    fn position(&self, place: &Place, is_near: impl Fn(u32, u32) -> bool) -> Result<usize, Error> {
        if self.query.sort.is_some() {
            return Ok(usize::try_from(place.count()?).unwrap_or(usize::MAX).min(self.kept.len()));
        }
        let bound = place.row()?;
        Ok(self.kept.partition_point(|(_, user)| is_near(user.id.row(), bound)))
    }

    /// The place behind so many users, or, in the order of creation, that of one of them: it stays
    /// where it is when others come to match or no longer do.
    fn place(&self, before: usize, position: usize) -> Place {
        match self.query.sort {
            Some(_) => Place::Count(before as u64),
            None => Place::Row(self.kept[position].1.id.row()),
        }
    }
}
