//! Creation of a user, and its restoration by a POST of the same userName.

use std::slice;

use directory::{ActivityKind, Caller, Error, Profile, State, User, UserId};
use scim::fold;

use super::Place;
use super::write::{Purpose, Write, refusal, refused};
use crate::backoff::Backoff;
use crate::items::{self, Claim};
use crate::key::Key;
use crate::transaction::Outcome;
use crate::{Store, random};

impl Store {
    /// Creates a user in the next row; a deleted user of the same userName is restored instead.
    ///
    /// # Errors
    /// [`Error::Taken`] for a userName or e-mail of another user; [`Error::Contention`] when other
    /// creations won all the time.
    pub async fn create_user(&self, caller: &Caller, place: Place, profile: Profile) -> Result<User, Error> {
        let mut backoff = Backoff::new();
        let mut lost = 0;
        let mut user_count = place.setting.instance.user_count;
        if let Some(holder) = place.holder {
            return self.restore_user(caller, &holder, profile).await;
        }
        loop {
            let row = user_count.checked_add(1).ok_or_else(|| Error::internal("the instance has no row left"))?;
            let now = self.now();
            let id = UserId::new(row, random::bytes()?);
            let new = User { id, version: 1, created: now, last_modified: now, profile: profile.clone() };
            let write = Write { kind: ActivityKind::UserCreated, old: None, new };
            let refusals = match self.write(caller, slice::from_ref(&write)).await? {
                None => return Ok(write.new),
                Some(Outcome::Conflict) => {
                    backoff.wait().await?;
                    user_count = self.instance(caller).await?.user_count;
                    continue;
                }
                Some(Outcome::Refused(refusals)) => refusals,
            };
            // The holder may have been deleted meanwhile, and is restored then.
            if let Some(holder) = refused(&refusals, Purpose::UserName).and_then(|refused| refused.item.clone()) {
                return self.restore_user(caller, &items::content(holder)?, profile).await;
            }
            if let Some(error) = refusals.iter().find_map(|refused| refusal(refused.purpose.1, &write.new)) {
                return Err(error);
            }
            let instance = refused(&refusals, Purpose::Counter).and_then(|refused| refused.item.clone());
            let instance = instance.ok_or_else(|| Error::internal("a creation was refused without a reason"))?;
            lost += 1;
            // The refusal tells the count. It is good for one try at once: whoever loses again is
            // in a crowd, and has to step back for somebody to get through.
            user_count = if lost == 1 {
                items::instance(instance)?.user_count
            } else {
                backoff.wait().await?;
                self.instance(caller).await?.user_count
            };
        }
    }

    /// Makes a deleted user what a creation would have made, under its old id.
    async fn restore_user(&self, caller: &Caller, holder: &Claim, profile: Profile) -> Result<User, Error> {
        let taken = || Error::Taken { attribute: "userName", value: profile.user_name.clone() };
        let item = self.table.get(&Key::user(caller.instance(), holder.row)).await?;
        let user = item.map(items::user_of_item).transpose()?.ok_or_else(taken)?;
        let same_name = |stored: &Profile| fold(&stored.user_name) == fold(&profile.user_name);
        let restored = |stored: &Profile| {
            if stored.state == State::Deleted && same_name(stored) { Ok(profile.clone()) } else { Err(taken()) }
        };
        self.write_user(caller, ActivityKind::UserRestored, user, None, restored).await
    }
}
