//! Operations on users: planned on what is known, and planned anew with what a refusal tells.

use std::slice;

use directory::{
    ActivityKind, Caller, ChangeMethod, Error, GroupState, Profile, State, User, UserChange, UserId, UserOperation,
    UserResource, change, delete, etag, is_version, new_user,
};
use scim::fold;

use super::write::{Move, Purpose, Write};
use crate::backoff::Backoff;
use crate::items::{self, Claim, number};
use crate::key::Key;
use crate::known::{self, Known};
use crate::table::Item;
use crate::transaction::{Outcome, Refusal};
use crate::{Store, random};

impl Store {
    /// Carries out one operation; gives the user as it is then.
    ///
    /// It is planned again where another request came before it. What changes nothing writes nothing.
    ///
    /// # Errors
    /// What the rules refuse; [`Error::UserNotFound`]; [`Error::VersionMismatch`]; [`Error::Taken`];
    /// [`Error::Contention`] when others came before it all the time.
    pub async fn carry_out(&self, caller: &Caller, known: Known, operation: &UserOperation) -> Result<User, Error> {
        let mut session = Session::new(self, caller, known, Backoff::new());
        loop {
            let write = session.plan(operation, 0).await?;
            session.check(&write)?;
            if write.changes_nothing() || session.write(slice::from_ref(&write)).await? {
                return Ok(write.new);
            }
        }
    }
}

/// A request that writes users.
pub(super) struct Session<'a> {
    store: &'a Store,
    pub(super) caller: &'a Caller,
    pub(super) known: Known,
    pub(super) backoff: Backoff,
    /// How often others came first since something was written.
    lost: u32,
}

impl<'a> Session<'a> {
    pub(super) fn new(store: &'a Store, caller: &'a Caller, known: Known, backoff: Backoff) -> Self {
        Self { store, caller, known, backoff, lost: 0 }
    }

    /// The items that decide what an operation comes to.
    pub(super) async fn basis(&mut self, operation: &UserOperation) -> Result<Vec<Key>, Error> {
        let instance = self.caller.instance();
        match operation {
            UserOperation::Change(asked) => Ok(known::user_key(instance, asked).into_iter().collect()),
            UserOperation::Create(asked) => {
                self.known.read(known::keys(instance, operation)).await?;
                let email = asked.named_email().map(|email| Key::email(instance, &fold(email)));
                let user_name = known::user_name_key(instance, asked);
                Ok(self.holder(asked)?.into_iter().chain(user_name).chain(email).collect())
            }
        }
    }

    /// The user who holds the userName of a new one, as far as that is known.
    pub(super) fn holder(&self, asked: &UserResource) -> Result<Option<Key>, Error> {
        let instance = self.caller.instance();
        let claim = known::user_name_key(instance, asked).and_then(|key| self.known.at(&key).flatten().cloned());
        let claim = claim.map(items::content::<Claim>).transpose()?;
        Ok(claim.map(|claim| Key::user(instance, claim.row)))
    }

    /// What an operation writes by what is known, behind so many new users that are not written
    /// yet; reads what is missing.
    pub(super) async fn plan(&mut self, operation: &UserOperation, new_users: u32) -> Result<Write, Error> {
        match operation {
            UserOperation::Create(asked) => {
                let setting = self.known.setting(operation.named_group()).await?;
                let profile = new_user(&setting, asked)?;
                self.creation(profile, setting.instance.user_count, new_users).await
            }
            UserOperation::Change(asked) => {
                let user = self.user(asked).await?;
                if asked.if_match.as_deref().is_some_and(|tags| !is_version(tags, &user)) {
                    return Err(Error::VersionMismatch { current: etag(&user) });
                }
                let (kind, profile) = match &asked.method {
                    ChangeMethod::Delete => (ActivityKind::UserDeleted, delete(&user.profile)),
                    ChangeMethod::Replace(to) => (ActivityKind::UserUpdated, self.changed(&user, operation, to).await?),
                    ChangeMethod::Patch(patch) => {
                        let to = patch.of_user(&user.profile)?;
                        (ActivityKind::UserUpdated, self.changed(&user, operation, &to).await?)
                    }
                };
                Ok(self.change(kind, user, profile))
            }
        }
    }

    async fn changed(&mut self, user: &User, operation: &UserOperation, to: &UserResource) -> Result<Profile, Error> {
        change(&user.profile, to, &self.known.setting(operation.named_group()).await?)
    }

    /// The very user of an id: the row alone may be that of another one.
    async fn user(&mut self, asked: &UserChange) -> Result<User, Error> {
        let row = asked.id.parse::<UserId>().ok().map(|id| id.row());
        let user = match row {
            Some(row) => self.known.user(row).await?,
            None => None,
        };
        user.filter(|user| user.id.to_string() == asked.id).ok_or_else(|| Error::UserNotFound(asked.id.clone()))
    }

    /// A user in the next row; or the deleted one of the same userName, who comes back.
    async fn creation(&mut self, profile: Profile, user_count: u32, new_users: u32) -> Result<Write, Error> {
        let folded = fold(&profile.user_name);
        let key = Key::user_name(self.caller.instance(), &folded);
        let mut disproved = None;
        while let Some(claim) = self.known.get(&key).await?.map(items::content::<Claim>).transpose()? {
            let holder = self.known.user(claim.row).await?;
            match holder.filter(|user| fold(&user.profile.user_name) == folded) {
                Some(user) if user.profile.state == State::Deleted => {
                    return Ok(self.change(ActivityKind::UserRestored, user, profile));
                }
                // The name moved on between the two reads: nobody may have it now, or somebody else.
                None if disproved.as_ref() != Some(&claim.id) => {
                    self.known.forget(&key);
                    self.known.forget(&Key::user(self.caller.instance(), claim.row));
                    disproved = Some(claim.id);
                }
                _ => return Err(Error::Taken { attribute: "userName", value: profile.user_name }),
            }
        }
        let row = user_count.checked_add(new_users + 1).ok_or_else(|| Error::internal("no row is left"))?;
        let (id, now) = (UserId::new(row, random::bytes()?), self.store.now());
        let new = User { id, version: 1, created: now, last_modified: now, profile };
        Ok(Write { kind: ActivityKind::UserCreated, old: None, new })
    }

    /// A user with another profile.
    pub(super) fn change(&self, kind: ActivityKind, old: User, profile: Profile) -> Write {
        let new = if profile == old.profile {
            old.clone()
        } else {
            User { version: old.version + 1, last_modified: self.store.now(), profile, ..old.clone() }
        };
        Write { kind, old: Some(old), new }
    }

    /// # Errors
    /// The refusal that a write would meet, as far as it is known without sending it.
    pub(super) fn check(&self, write: &Write) -> Result<(), Error> {
        let instance = self.caller.instance();
        for entry in write.moves(instance) {
            let holder = entry.taken.as_ref().and_then(|key| self.known.at(key).flatten());
            let other = |claim: Claim| claim.id != write.new.id.to_string();
            if holder.cloned().map(items::content::<Claim>).transpose()?.is_some_and(other) {
                return Err(write.refusal(entry.purpose));
            }
        }
        let entered = write.groups(instance).1.and_then(|key| self.known.at(&key));
        let is_open = |group: Option<&Item>| {
            let group = group.cloned().map(items::group).transpose()?;
            Ok::<_, Error>(group.is_some_and(|group| group.state == GroupState::Open))
        };
        match entered.map(is_open).transpose()? {
            Some(false) => Err(write.refusal(Purpose::Group)),
            _ => Ok(()),
        }
    }

    /// Writes users together; false where others came first, and what is known now calls for a new plan.
    pub(super) async fn write(&mut self, writes: &[Write]) -> Result<bool, Error> {
        let refusals = match self.store.write(self.caller, writes).await? {
            None => {
                self.lost = 0;
                return self.learn(writes).map(|()| true);
            }
            Some(Outcome::Conflict) => {
                self.backoff.wait().await?;
                // Whoever was there may have made a user.
                if writes.iter().any(|write| write.old.is_none()) {
                    self.known.forget(&Key::instance(self.caller.instance()));
                }
                return Ok(false);
            }
            Some(Outcome::Refused(refusals)) => refusals,
        };
        let raced = |purpose| matches!(purpose, Purpose::User | Purpose::Counter);
        let told = |purpose| raced(purpose) || matches!(purpose, Purpose::UserName | Purpose::Email | Purpose::Group);
        if !refusals.iter().any(|refusal| told(refusal.purpose.1)) {
            return Err(Error::internal("a write was refused without a reason"));
        }
        self.lost += u32::from(refusals.iter().any(|refusal| raced(refusal.purpose.1)));
        // What the refusal tells is good for one try at once. Whoever loses again is in a crowd, and
        // has to step back for somebody to get through: by then it is stale.
        let is_stale = self.lost > 1;
        if is_stale {
            self.backoff.wait().await?;
        }
        for Refusal { purpose, key, item } in refusals {
            if is_stale && raced(purpose.1) { self.known.forget(&key) } else { self.known.learn(key, item) }
        }
        Ok(false)
    }

    /// Takes over what has been written.
    fn learn(&mut self, writes: &[Write]) -> Result<(), Error> {
        let instance = self.caller.instance();
        for write in writes {
            let row = write.new.id.row();
            self.known.learn(Key::user(instance, row), Some(items::item_of_user(instance, &write.new)));
            for Move { freed, taken, claim, .. } in write.moves(instance) {
                if let Some(key) = taken {
                    let item = items::item(&key, &claim)?;
                    self.known.learn(key, Some(item));
                }
                if let Some(key) = freed {
                    self.known.learn(key, None);
                }
            }
            let counter = Key::instance(instance);
            if write.old.is_none()
                && let Some(Some(item)) = self.known.at(&counter)
            {
                let mut item = item.clone();
                item.insert("userCount".to_owned(), number(row));
                self.known.learn(counter, Some(item));
            }
        }
        Ok(())
    }
}
