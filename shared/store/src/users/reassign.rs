//! The members of a visibility group that is deleted, on their way to another one.

use std::time::Duration;

use directory::{ActivityKind, Caller, Error, VisibilityGroup, reassign};
use tokio::time::Instant;

use super::list::{QUERY_ROWS, Rows};
use super::session::Session;
use crate::Store;
use crate::backoff::Backoff;
use crate::items;
use crate::key::Key;
use crate::known::Known;

/// For how long members are moved: the last transaction is over before the request's own time is.
const TIME: Duration = Duration::from_secs(15);
/// Rows that are read together.
const ROWS: u32 = 5 * QUERY_ROWS;
/// Members that are moved together: two items each, and the two groups.
const MEMBERS: usize = 49;

impl Store {
    /// Moves the members of one group to another, from a row on; gives the row to go on with where
    /// there was not enough time for all.
    pub(crate) async fn move_members(
        &self,
        caller: &Caller,
        from: &VisibilityGroup,
        to: &VisibilityGroup,
        first_row: u32,
    ) -> Result<Option<u32>, Error> {
        let deadline = Instant::now() + TIME;
        let known = Known::new(&self.table, caller.instance());
        let mut session = Session::new(self, caller, known, Backoff::until(deadline));
        let count = session.known.setting(None).await?.instance.user_count;
        for first in (first_row.max(1)..=count).step_by(ROWS as usize) {
            let mut rows = Rows::default();
            self.read_rows(caller, first..=count.min(first + ROWS - 1), &mut rows).await?;
            let members = rows.users.into_values().filter(|user| reassign(&user.profile, from, to) != user.profile);
            let members: Vec<_> = members.collect();
            for members in members.chunks(MEMBERS) {
                for user in members {
                    let key = Key::user(caller.instance(), user.id.row());
                    session.known.learn(key, Some(items::item_of_user(caller.instance(), user)));
                }
                let rows: Vec<_> = members.iter().map(|user| user.id.row()).collect();
                while !self.move_rows(&mut session, &rows, from, to).await? {}
                if Instant::now() >= deadline {
                    return Ok(Some(first));
                }
            }
        }
        Ok(None)
    }

    /// Moves the users in some rows; false where others came first.
    async fn move_rows(
        &self,
        session: &mut Session<'_>,
        rows: &[u32],
        from: &VisibilityGroup,
        to: &VisibilityGroup,
    ) -> Result<bool, Error> {
        let mut writes = Vec::new();
        for row in rows {
            let user = session.known.user(*row).await?.ok_or_else(|| Error::internal("a user is gone"))?;
            let profile = reassign(&user.profile, from, to);
            let write = session.change(ActivityKind::UserUpdated, user, profile);
            session.check(&write)?;
            writes.push(write);
        }
        writes.retain(|write| !write.changes_nothing());
        if writes.is_empty() { Ok(true) } else { session.write(&writes).await }
    }
}
