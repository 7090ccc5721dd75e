//! Changes of a user.

use std::slice;

use directory::{ActivityKind, Caller, Error, Profile, User, etag, is_version};

use super::write::{Purpose, Write, refusal, refused};
use crate::Store;
use crate::backoff::Backoff;
use crate::items;
use crate::key::Key;
use crate::transaction::Outcome;

impl Store {
    /// Changes a user by a rule, on the version that `If-Match` asks for.
    ///
    /// The rule is applied again where another request changed the user meanwhile. What changes
    /// nothing writes nothing.
    ///
    /// # Errors
    /// What the rule refuses; [`Error::VersionMismatch`]; [`Error::Taken`]; [`Error::Contention`].
    pub async fn update_user(
        &self,
        caller: &Caller,
        user: User,
        if_match: Option<&str>,
        rule: impl Fn(&Profile) -> Result<Profile, Error>,
    ) -> Result<User, Error> {
        self.write_user(caller, ActivityKind::UserUpdated, user, if_match, rule).await
    }

    /// Marks a user as deleted, which takes its access away.
    ///
    /// # Errors
    /// [`Error::VersionMismatch`]; [`Error::Contention`].
    pub async fn delete_user(&self, caller: &Caller, user: User, if_match: Option<&str>) -> Result<User, Error> {
        let rule = |stored: &Profile| Ok(directory::delete(stored));
        self.write_user(caller, ActivityKind::UserDeleted, user, if_match, rule).await
    }

    pub(super) async fn write_user(
        &self,
        caller: &Caller,
        kind: ActivityKind,
        mut user: User,
        if_match: Option<&str>,
        rule: impl Fn(&Profile) -> Result<Profile, Error>,
    ) -> Result<User, Error> {
        let mut backoff = Backoff::new();
        let mut lost = 0;
        loop {
            if if_match.is_some_and(|tags| !is_version(tags, &user)) {
                return Err(Error::VersionMismatch { current: etag(&user) });
            }
            let profile = rule(&user.profile)?;
            if profile == user.profile {
                return Ok(user);
            }
            let new = User { version: user.version + 1, last_modified: self.now(), profile, ..user.clone() };
            let write = Write { kind, old: Some(user.clone()), new };
            let refusals = match self.write(caller, slice::from_ref(&write)).await? {
                None => return Ok(write.new),
                Some(Outcome::Conflict) => {
                    backoff.wait().await?;
                    continue;
                }
                Some(Outcome::Refused(refusals)) => refusals,
            };
            // A user that changed meanwhile explains every other refusal.
            if let Some(current) = refused(&refusals, Purpose::User) {
                lost += 1;
                // The refusal tells the user as it is. That is good for one try at once: whoever
                // loses again is in a crowd, and has to step back for somebody to get through.
                let item = if lost == 1 {
                    current.item.clone()
                } else {
                    backoff.wait().await?;
                    self.table.get(&Key::user(caller.instance(), user.id.row())).await?
                };
                user = item
                    .map(items::user_of_item)
                    .transpose()?
                    .ok_or_else(|| Error::UserNotFound(user.id.to_string()))?;
                continue;
            }
            let error = refusals.iter().find_map(|refused| refusal(refused.purpose.1, &write.new));
            return Err(error.unwrap_or_else(|| Error::internal("a change was refused without a reason")));
        }
    }
}
