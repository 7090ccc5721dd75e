//! The users that a query matches, in its order.

use directory::{USER, User};
use scim::{ListQuery, SortKey};
use serde_json::Value;

use super::Page;

/// Takes users in the order of creation, counts those that match, and keeps those of one page.
///
/// Where another order is asked for, all that match are kept until the last one is there.
pub(super) struct Matches<'a, F> {
    query: &'a ListQuery,
    represent: F,
    total: u64,
    kept: Vec<(Option<SortKey>, User)>,
}

impl<'a, F: Fn(&User) -> Value> Matches<'a, F> {
    pub(super) fn new(query: &'a ListQuery, represent: F) -> Self {
        Self { query, represent, total: 0, kept: Vec::new() }
    }

    pub(super) fn add(&mut self, user: User) {
        let whole = (self.represent)(&user);
        if self.query.filter.as_ref().is_some_and(|filter| !filter.matches(&USER, &whole)) {
            return;
        }
        let sort_key = self.query.sort.as_ref().map(|sort| sort.key(&USER, &whole));
        let is_on_page = self.total >= self.skipped() && self.kept.len() < self.query.count as usize;
        if sort_key.is_some() || is_on_page {
            self.kept.push((sort_key, user));
        }
        self.total += 1;
    }

    pub(super) fn page(mut self) -> Page {
        let mut skipped = 0;
        if let Some(sort) = &self.query.sort {
            // Stable, so that equals stay in the order of creation.
            self.kept.sort_by(|(one, _), (other, _)| match (one, other) {
                (Some(one), Some(other)) => sort.compare(one, other),
                _ => std::cmp::Ordering::Equal,
            });
            skipped = usize::try_from(self.skipped()).unwrap_or(usize::MAX);
        }
        let users = self.kept.into_iter().skip(skipped).take(self.query.count as usize).map(|(_, user)| user);
        Page { users: users.collect(), total: self.total }
    }

    fn skipped(&self) -> u64 {
        self.query.start_index - 1
    }
}
