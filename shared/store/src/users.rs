//! Users: creation, change, lists.

mod create;
mod list;
mod look_up;
mod matches;
mod opening;
mod update;
mod walk;
mod window;

use directory::{Access, Activity, Caller, Error, InstanceId, Setting, User, UserId};

use scim::fold;

pub use list::Page;
pub(crate) use opening::FirstReads;
pub use opening::Opening;
pub(crate) use window::Window;

use crate::items::{self, Claim, number, text};
use crate::key::Key;
use crate::table::Refused;
use crate::transaction::Transaction;
use crate::{Store, random};

/// What a new user has to fit, and who holds its userName.
#[derive(Clone, Debug)]
pub struct Place {
    /// The instance, and the visibility group that the request names.
    pub setting: Setting,
    pub(crate) holder: Option<Claim>,
}

/// What an item of a user's transaction is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    User,
    UserName,
    Email,
    ExternalId,
    Group,
    Counter,
    Activity,
    /// What the user held before.
    Former,
}

impl Store {
    /// Adds what changes beside the user itself: claims, the externalId's entry, groups, the log.
    fn add_companions(
        &self,
        transaction: &mut Transaction<'_, Purpose>,
        caller: &Caller,
        old: Option<&User>,
        new: &User,
        activity: &Activity,
    ) -> Result<(), Error> {
        let instance = caller.instance();
        let (before, after) = (old.map(|user| &user.profile), &new.profile);
        let user_name = |name: &String| Key::user_name(instance, &fold(name));
        let email = |email: &String| Key::email(instance, &fold(email));
        self.move_claim(
            transaction,
            Purpose::UserName,
            before.map(|user| user_name(&user.user_name)),
            user_name(&after.user_name),
            new.id,
        )?;
        self.move_claim(
            transaction,
            Purpose::Email,
            before.map(|user| email(&user.email)),
            email(&after.email),
            new.id,
        )?;
        self.move_external_id(transaction, instance, old, new)?;
        self.move_membership(transaction, instance, before.map(|user| &user.access), &after.access)?;
        let entry = items::activity_item(caller, activity, new.last_modified, random::bytes()?)?;
        transaction.insert(Purpose::Activity, entry)
    }

    /// Claims a unique value, and frees the one held before, where the two differ once folded.
    fn move_claim(
        &self,
        transaction: &mut Transaction<'_, Purpose>,
        purpose: Purpose,
        old: Option<Key>,
        new: Key,
        user: UserId,
    ) -> Result<(), Error> {
        if old.as_ref() == Some(&new) {
            return Ok(());
        }
        transaction.insert(purpose, items::item(&new, &Claim::of(user, None))?)?;
        match old {
            // Freed only by whoever holds it.
            Some(old) => transaction.delete(Purpose::Former, &old, "id = :id", &[(":id", text(user))]),
            None => Ok(()),
        }
    }

    fn move_external_id(
        &self,
        transaction: &mut Transaction<'_, Purpose>,
        instance: InstanceId,
        old: Option<&User>,
        new: &User,
    ) -> Result<(), Error> {
        let old = old.and_then(|user| user.profile.external_id.as_ref());
        let row = new.id.row();
        if old == new.profile.external_id.as_ref() {
            return Ok(());
        }
        if let Some(value) = &new.profile.external_id {
            let entry = items::item(&Key::external_id(instance, value, row), &Claim::of(new.id, Some(value.clone())))?;
            transaction.insert(Purpose::ExternalId, entry)?;
        }
        match old {
            Some(value) => transaction.delete(
                Purpose::Former,
                &Key::external_id(instance, value, row),
                "attribute_exists(pk)",
                &[],
            ),
            None => Ok(()),
        }
    }

    /// Counts a user in its new group and out of the old one, where membership changes.
    fn move_membership(
        &self,
        transaction: &mut Transaction<'_, Purpose>,
        instance: InstanceId,
        old: Option<&Access>,
        new: &Access,
    ) -> Result<(), Error> {
        let key = |group| Key::group(instance, group);
        let (old, new) = (old.and_then(Access::group).map(key), new.group().map(key));
        if old == new {
            return Ok(());
        }
        if let Some(group) = new {
            let values = [(":one", number(1)), (":open", text("open"))];
            transaction.update(Purpose::Group, &group, "ADD #members :one", "#state = :open", &values)?;
        }
        match old {
            Some(group) => transaction.update(
                Purpose::Former,
                &group,
                "ADD #members :less",
                "attribute_exists(pk)",
                &[(":less", number(-1))],
            ),
            None => Ok(()),
        }
    }
}

/// The refusal that a failed condition on a claim or group means.
fn refusal(purpose: Purpose, user: &User) -> Option<Error> {
    let taken = |attribute, value: &String| Some(Error::Taken { attribute, value: value.clone() });
    match purpose {
        Purpose::UserName => taken("userName", &user.profile.user_name),
        Purpose::Email => taken("e-mail", &user.profile.email),
        Purpose::Group => {
            let group = user.profile.access.group().unwrap_or_default();
            Some(
                scim::Error::invalid_value(format!(
                    "visibilityGroup '{group}' has just been deleted; choose another one."
                ))
                .into(),
            )
        }
        Purpose::User | Purpose::ExternalId | Purpose::Counter | Purpose::Activity | Purpose::Former => None,
    }
}

/// The item that a condition of some purpose met, if it was refused.
fn refused(refusals: &[(Purpose, Refused)], purpose: Purpose) -> Option<&Refused> {
    refusals.iter().find(|(found, _)| *found == purpose).map(|(_, refused)| refused)
}
