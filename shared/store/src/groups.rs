//! Visibility groups of an instance.

use directory::{
    Activity, ActivityKind, Caller, Change, Error, GroupState, Instance, InstanceId, NewGroup, VisibilityGroup,
    may_delete,
};

use crate::Store;
use crate::backoff::Backoff;
use crate::items::{self, number, text};
use crate::key::{Key, Range};
use crate::table::Table;
use crate::transaction::{Outcome, Transaction};

/// The most groups of an instance that one query reads.
const PAGE: usize = 100;

/// How far the deletion of a group has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// The group is gone.
    Done,
    /// It has members still, and takes no more.
    Remaining {
        /// How many.
        members: u64,
        /// With which row of users to go on.
        next_row: u32,
    },
}

impl Store {
    /// The instance, and its groups in the order of their names without case.
    ///
    /// # Errors
    /// [`Error::Throttled`], [`Error::Unavailable`].
    pub async fn instance_and_groups(&self, caller: &Caller) -> Result<(Instance, Vec<VisibilityGroup>), Error> {
        let groups = read_groups(&self.table, caller.instance());
        tokio::try_join!(self.find_instance(caller.instance()), groups)
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`Error::GroupExists`] for a name that is taken without case.
    pub async fn create_group(&self, caller: &Caller, new: &NewGroup) -> Result<VisibilityGroup, Error> {
        let mut backoff = Backoff::new();
        loop {
            let change = Change { attribute: "visibilityGroup", old: None, new: Some(new.name.clone()) };
            let mut transaction = self.group_transaction(caller, ActivityKind::GroupCreated, change)?;
            transaction.insert((), items::group_item(caller.instance(), &new.name, &new.description)?)?;
            match transaction.commit().await? {
                None => {
                    let NewGroup { name, description } = new.clone();
                    return Ok(VisibilityGroup { name, description, state: GroupState::Open, members: 0 });
                }
                Some(Outcome::Refused(_)) => return Err(Error::GroupExists(new.name.clone())),
                Some(Outcome::Conflict) => backoff.wait().await?,
            }
        }
    }

    /// Gives a group another description.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`].
    pub async fn describe_group(
        &self,
        caller: &Caller,
        id: &str,
        description: Option<&str>,
    ) -> Result<(Instance, VisibilityGroup), Error> {
        let instance = self.find_instance(caller.instance()).await?;
        let key = Key::group(caller.instance(), &VisibilityGroup::folded_name(id)?);
        let mut backoff = Backoff::new();
        loop {
            let group = self.group(&key, id).await?;
            let Some(description) = description.filter(|description| *description != group.description) else {
                return Ok((instance, group));
            };
            let (old, new) = (Some(group.description.clone()), Some(description.to_owned()));
            let change = Change { attribute: "description", old, new };
            let mut transaction = self.group_transaction(caller, ActivityKind::GroupUpdated, change)?;
            let values = [(":new", text(description)), (":old", text(&group.description))];
            transaction.update((), &key, "SET #description = :new", "#description = :old", &values)?;
            match transaction.commit().await? {
                None => return Ok((instance, VisibilityGroup { description: description.to_owned(), ..group })),
                Some(Outcome::Refused(_) | Outcome::Conflict) => backoff.wait().await?,
            }
        }
    }

    /// Deletes a group; its members, if it has any, go to another one first.
    ///
    /// From its start on nobody comes into the group. Where there is not enough time for all members,
    /// the deletion is to be repeated from the row that it tells.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`], for the other group too; [`Error::GroupIsNeeded`], [`Error::GroupInUse`].
    pub async fn delete_group(
        &self,
        caller: &Caller,
        id: &str,
        reassign_to: Option<&str>,
        first_row: u32,
    ) -> Result<Deletion, Error> {
        let key = Key::group(caller.instance(), &VisibilityGroup::folded_name(id)?);
        let mut backoff = Backoff::new();
        loop {
            let group = self.group(&key, id).await?;
            let instance = self.find_instance(caller.instance()).await?;
            may_delete(&instance, &group)?;
            if group.members == 0 {
                if self.remove_group(caller, &key, &group).await? {
                    return Ok(Deletion::Done);
                }
                backoff.wait().await?;
                continue;
            }
            let in_use = || Error::GroupInUse { name: group.name.clone(), members: group.members };
            let target = reassign_to.ok_or_else(in_use)?;
            let to = self.open_group(caller.instance(), target).await?;
            if to.name == group.name {
                return Err(Error::GroupNotFound(target.to_owned()));
            }
            if !self.close_group(caller, &key, &group).await? {
                backoff.wait().await?;
                continue;
            }
            let next_row = self.move_members(caller, &group, &to, first_row).await?;
            let members = self.group(&key, id).await?.members;
            if members > 0 {
                return Ok(Deletion::Remaining { members, next_row: next_row.unwrap_or(1) });
            }
        }
    }

    async fn group(&self, key: &Key, id: &str) -> Result<VisibilityGroup, Error> {
        let item = self.table.get(key).await?;
        items::group(item.ok_or_else(|| Error::GroupNotFound(id.to_owned()))?)
    }

    /// The group of an id, if users may come into it.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`], for one that is being deleted too.
    pub(crate) async fn open_group(&self, instance: InstanceId, id: &str) -> Result<VisibilityGroup, Error> {
        let group = self.group(&Key::group(instance, &VisibilityGroup::folded_name(id)?), id).await?;
        Some(group).filter(|group| group.state == GroupState::Open).ok_or_else(|| Error::GroupNotFound(id.to_owned()))
    }

    /// Keeps others out of a group; false where it has just become the default, or others came first.
    async fn close_group(&self, caller: &Caller, key: &Key, group: &VisibilityGroup) -> Result<bool, Error> {
        let mut transaction = Transaction::new(&self.table);
        let closing = [(":closing", text("closing"))];
        transaction.update((), key, "SET #state = :closing", "attribute_exists(pk)", &closing)?;
        check_not_default(&mut transaction, caller, group)?;
        Ok(transaction.commit().await?.is_none())
    }

    /// Removes an empty group; false where somebody has come in, or it has become the default.
    async fn remove_group(&self, caller: &Caller, key: &Key, group: &VisibilityGroup) -> Result<bool, Error> {
        let change = Change { attribute: "visibilityGroup", old: Some(group.name.clone()), new: None };
        let mut transaction = self.group_transaction(caller, ActivityKind::GroupDeleted, change)?;
        transaction.delete((), key, "#members = :none", &[(":none", number(0))])?;
        check_not_default(&mut transaction, caller, group)?;
        Ok(transaction.commit().await?.is_none())
    }

    fn group_transaction(
        &self,
        caller: &Caller,
        kind: ActivityKind,
        change: Change,
    ) -> Result<Transaction<'_, ()>, Error> {
        let mut transaction = Transaction::new(&self.table);
        let activity = Activity { kind, user: None, changes: vec![change] };
        transaction.insert((), items::activity_item(caller, &activity, self.stamp(self.now())?)?)?;
        Ok(transaction)
    }
}

/// The groups of an instance, in the order of their names without case.
pub(crate) async fn read_groups(table: &Table, instance: InstanceId) -> Result<Vec<VisibilityGroup>, Error> {
    table.query_all(Range::groups(instance), PAGE).await?.into_iter().map(items::group).collect()
}

fn check_not_default(
    transaction: &mut Transaction<'_, ()>,
    caller: &Caller,
    group: &VisibilityGroup,
) -> Result<(), Error> {
    let name = [(":name", text(&group.name))];
    transaction.check((), &Key::instance(caller.instance()), "defaultGroup <> :name", &name)
}
