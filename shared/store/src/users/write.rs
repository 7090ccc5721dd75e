//! What is written of users, in one transaction: the users themselves, and all that belongs to them.

use directory::{Access, Activity, ActivityKind, Caller, Error, InstanceId, User, changes};
use scim::fold;

use crate::Store;
use crate::items::{self, Claim, number, text};
use crate::key::Key;
use crate::table::Item;
use crate::transaction::{Outcome, Transaction};

/// A user that is new, or another state of one that is there.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) kind: ActivityKind,
    pub(super) old: Option<User>,
    pub(super) new: User,
}

/// What an item of a transaction is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
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

/// The purpose of an item, and the position of the write that it belongs to; of what several writes
/// share, that of the first.
pub(super) type Part = (usize, Purpose);

/// An entry under a value of a user, which moves with the value.
pub(super) struct Move {
    pub(super) purpose: Purpose,
    pub(super) freed: Option<Key>,
    pub(super) taken: Option<Key>,
    pub(super) claim: Claim,
}

/// A visibility group that users come into or leave.
struct Membership {
    key: Key,
    first: usize,
    more: i64,
    /// Whether somebody comes in, for which the group has to be open.
    is_entered: bool,
}

impl Write {
    /// Whether the user is already as it should be: then nothing is sent.
    pub(super) fn changes_nothing(&self) -> bool {
        self.old.as_ref() == Some(&self.new)
    }

    /// The claims and the externalId's entry, as far as they change.
    pub(super) fn moves(&self, instance: InstanceId) -> Vec<Move> {
        let (before, after) = (self.old.as_ref().map(|user| &user.profile), &self.new.profile);
        let row = self.new.id.row();
        let user_name = |name: &String| Key::user_name(instance, &fold(name));
        let email = |email: &String| Key::email(instance, &fold(email));
        let external_id = |value: &String| Key::external_id(instance, value, row);
        let of_user = |value| Claim::of(self.new.id, value);
        let moves = [
            Move {
                purpose: Purpose::UserName,
                freed: before.map(|user| user_name(&user.user_name)),
                taken: Some(user_name(&after.user_name)),
                claim: of_user(None),
            },
            Move {
                purpose: Purpose::Email,
                freed: before.map(|user| email(&user.email)),
                taken: Some(email(&after.email)),
                claim: of_user(None),
            },
            Move {
                purpose: Purpose::ExternalId,
                freed: before.and_then(|user| user.external_id.as_ref()).map(external_id),
                taken: after.external_id.as_ref().map(external_id),
                claim: of_user(after.external_id.clone()),
            },
        ];
        moves.into_iter().filter(|entry| entry.freed != entry.taken).collect()
    }

    /// The items that are this user's alone, but for the entry in the log.
    pub(super) fn keys(&self, instance: InstanceId) -> Vec<Key> {
        let moved = self.moves(instance).into_iter().flat_map(|entry| [entry.freed, entry.taken]).flatten();
        std::iter::once(Key::user(instance, self.new.id.row())).chain(moved).collect()
    }

    /// The group that the user leaves and the one that it comes into, where they are not the same.
    pub(super) fn groups(&self, instance: InstanceId) -> (Option<Key>, Option<Key>) {
        let key = |access: &Access| access.group().map(|group| Key::group(instance, group));
        let left = self.old.as_ref().and_then(|user| key(&user.profile.access));
        let entered = key(&self.new.profile.access);
        if left == entered { (None, None) } else { (left, entered) }
    }

    /// The refusal that a claim of another user means, or a group that is gone.
    pub(super) fn refusal(&self, purpose: Purpose) -> Error {
        let profile = &self.new.profile;
        let taken = |attribute, value: &String| Error::Taken { attribute, value: value.clone() };
        match purpose {
            Purpose::UserName => taken("userName", &profile.user_name),
            Purpose::Email => taken("e-mail", &profile.email),
            Purpose::Group => {
                let group = profile.access.group().unwrap_or_default();
                let detail = format!("visibilityGroup '{group}' has just been deleted; choose another one.");
                scim::Error::invalid_value(detail).into()
            }
            _ => Error::internal("a write was refused without a reason"),
        }
    }
}

/// The items that are a new user's alone: the user, and then the entries under its values.
///
/// For data that no requests make: an entry in the log is not among them, and nobody counts the user.
///
/// # Errors
/// [`Error::Internal`] for what cannot be stored.
pub fn items_of_new_user(instance: InstanceId, user: User) -> Result<Vec<Item>, Error> {
    let write = Write { kind: ActivityKind::UserCreated, old: None, new: user };
    let taken = |entry: Move| entry.taken.map(|key| items::item(&key, &entry.claim));
    let entries = write.moves(instance).into_iter().filter_map(taken);
    std::iter::once(Ok(items::item_of_user(instance, &write.new))).chain(entries).collect()
}

impl Store {
    /// Writes users together, or none of them. The rows of new ones must follow each other.
    pub(super) async fn write(&self, caller: &Caller, writes: &[Write]) -> Result<Option<Outcome<Part>>, Error> {
        let instance = caller.instance();
        let mut transaction = Transaction::new(&self.table);
        let mut memberships = Vec::new();
        for (position, write) in writes.iter().enumerate() {
            add_user(&mut transaction, instance, position, write)?;
            for Move { purpose, freed, taken, claim } in write.moves(instance) {
                if let Some(key) = taken {
                    transaction.insert((position, purpose), items::item(&key, &claim)?)?;
                }
                if let Some(key) = freed {
                    // Only by whoever holds it.
                    let holder = [(":id", text(&claim.id))];
                    transaction.delete((position, Purpose::Former), &key, "id = :id", &holder)?;
                }
            }
            let (left, entered) = write.groups(instance);
            count(&mut memberships, left, position, -1);
            count(&mut memberships, entered, position, 1);
            let changes = changes(write.old.as_ref().map(|user| &user.profile), &write.new.profile);
            let activity = Activity { kind: write.kind, user: Some(write.new.id), changes };
            let entry = items::activity_item(caller, &activity, self.stamp(write.new.last_modified)?)?;
            transaction.insert((position, Purpose::Activity), entry)?;
        }
        add_counter(&mut transaction, instance, writes)?;
        memberships.iter().try_for_each(|membership| add_membership(&mut transaction, membership))?;
        transaction.commit().await
    }
}

fn add_user(
    transaction: &mut Transaction<'_, Part>,
    instance: InstanceId,
    position: usize,
    write: &Write,
) -> Result<(), Error> {
    let item = items::item_of_user(instance, &write.new);
    match &write.old {
        None => transaction.insert((position, Purpose::User), item),
        Some(old) => {
            let version = [(":version", number(old.version))];
            transaction.replace((position, Purpose::User), item, "version = :version", &version)
        }
    }
}

fn add_counter(transaction: &mut Transaction<'_, Part>, instance: InstanceId, writes: &[Write]) -> Result<(), Error> {
    let mut rows = writes.iter().filter(|write| write.old.is_none()).map(|write| write.new.id.row());
    let Some(first) = rows.next() else { return Ok(()) };
    let values = [(":row", number(rows.next_back().unwrap_or(first))), (":before", number(first - 1))];
    let key = Key::instance(instance);
    transaction.update((0, Purpose::Counter), &key, "SET userCount = :row", "userCount = :before", &values)
}

fn count(memberships: &mut Vec<Membership>, group: Option<Key>, position: usize, more: i64) {
    let Some(key) = group else { return };
    match memberships.iter_mut().find(|membership| membership.key == key) {
        Some(membership) => {
            if more > 0 && !membership.is_entered {
                (membership.is_entered, membership.first) = (true, position);
            }
            membership.more += more;
        }
        None => memberships.push(Membership { key, first: position, more, is_entered: more > 0 }),
    }
}

fn add_membership(transaction: &mut Transaction<'_, Part>, membership: &Membership) -> Result<(), Error> {
    let Membership { key, first, more, is_entered } = membership;
    let more = (":more", number(more));
    if *is_entered {
        let values = [more, (":open", text("open"))];
        return transaction.update((*first, Purpose::Group), key, "ADD #members :more", "#state = :open", &values);
    }
    transaction.update((*first, Purpose::Former), key, "ADD #members :more", "attribute_exists(pk)", &[more])
}
