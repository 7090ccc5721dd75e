//! Changes of a user.

use directory::{Activity, ActivityKind, Caller, Error, Profile, User, changes, etag, is_version};

use super::{Purpose, refusal, refused};
use crate::Store;
use crate::backoff::Backoff;
use crate::items::{self, number};
use crate::key::Key;
use crate::transaction::{Outcome, Transaction};

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
            let changed = User { version: user.version + 1, last_modified: self.now(), profile, ..user.clone() };
            let refusals = match self.replace_user(caller, kind, &user, &changed).await? {
                None => return Ok(changed),
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
            let error = refusals.iter().find_map(|(purpose, _)| refusal(*purpose, &changed));
            return Err(error.unwrap_or_else(|| Error::internal("a change was refused without a reason")));
        }
    }

    async fn replace_user(
        &self,
        caller: &Caller,
        kind: ActivityKind,
        old: &User,
        new: &User,
    ) -> Result<Option<Outcome<Purpose>>, Error> {
        let mut transaction = Transaction::new(&self.table);
        transaction.replace(
            Purpose::User,
            items::item_of_user(caller.instance(), new),
            "version = :version",
            &[(":version", number(old.version))],
        )?;
        let activity = Activity { kind, user: Some(new.id), changes: changes(Some(&old.profile), &new.profile) };
        self.add_companions(&mut transaction, caller, Some(old), new, &activity)?;
        transaction.commit().await
    }
}
