//! What has been read of an instance.

use std::collections::HashMap;

use directory::{
    Error, GroupState, InstanceId, MAX_FOLDED_BYTES, NamedGroup, Setting, User, UserChange, UserId, UserOperation,
    UserResource,
};
use scim::fold;

use crate::groups::read_groups;
use crate::items;
use crate::key::Key;
use crate::table::{Item, Table};

/// Items as they were read or written last, and which are not there.
///
/// Others may change them at any time: what is written on their ground is written on condition.
#[derive(Clone, Debug)]
pub struct Known {
    table: Table,
    instance: InstanceId,
    items: HashMap<Key, Option<Item>>,
    open_groups: Option<Vec<String>>,
}

impl Known {
    pub(crate) fn new(table: &Table, instance: InstanceId) -> Self {
        Self { table: table.clone(), instance, items: HashMap::new(), open_groups: None }
    }

    /// Takes over what was read under some keys.
    pub(crate) fn learn_read(&mut self, keys: Vec<Key>, items: Vec<Item>) -> Result<(), Error> {
        self.items.extend(keys.into_iter().map(|key| (key, None)));
        for item in items {
            self.items.insert(Key::of(&item)?, Some(item));
        }
        Ok(())
    }

    pub(crate) fn learn(&mut self, key: Key, item: Option<Item>) {
        self.items.insert(key, item);
    }

    pub(crate) fn forget(&mut self, key: &Key) {
        self.items.remove(key);
    }

    /// What is known under a key; `None` where nothing was read.
    pub(crate) fn at(&self, key: &Key) -> Option<Option<&Item>> {
        self.items.get(key).map(Option::as_ref)
    }

    /// Reads what is not known yet.
    pub(crate) async fn read(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<(), Error> {
        let mut unknown: Vec<_> = keys.into_iter().filter(|key| !self.items.contains_key(key)).collect();
        // A batch may name a key only once.
        unknown.sort_unstable();
        unknown.dedup();
        let items = self.table.get_all(&unknown).await?;
        self.learn_read(unknown, items)
    }

    /// The item of a key, read if it is not known.
    pub(crate) async fn get(&mut self, key: &Key) -> Result<Option<Item>, Error> {
        self.read([key.clone()]).await?;
        Ok(self.at(key).flatten().cloned())
    }

    /// The user in a row.
    pub(crate) async fn user(&mut self, row: u32) -> Result<Option<User>, Error> {
        self.get(&Key::user(self.instance, row)).await?.map(items::user_of_item).transpose()
    }

    /// The instance, and the visibility group that an operation names.
    pub(crate) async fn setting(&mut self, named_group: Option<&str>) -> Result<Setting, Error> {
        let item = self.get(&Key::instance(self.instance)).await?;
        let gone = || Error::internal(format!("instance {} is gone", self.instance));
        let instance = items::instance(item.ok_or_else(gone)?)?;
        let Some(name) = named_group else { return Ok(Setting { instance, named_group: NamedGroup::None }) };
        let found = match group_key(self.instance, name) {
            Some(key) => self.get(&key).await?.map(items::group).transpose()?,
            None => None,
        };
        let named_group = match found.filter(|group| group.state == GroupState::Open) {
            Some(group) => NamedGroup::Open(group),
            // Only the refusal needs the names of the others.
            None => NamedGroup::Unknown(self.open_groups().await?),
        };
        Ok(Setting { instance, named_group })
    }

    async fn open_groups(&mut self) -> Result<Vec<String>, Error> {
        if self.open_groups.is_none() {
            let groups = read_groups(&self.table, self.instance).await?;
            let open = groups.into_iter().filter(|group| group.state == GroupState::Open);
            self.open_groups = Some(open.map(|group| group.name).collect());
        }
        Ok(self.open_groups.clone().unwrap_or_default())
    }
}

/// The keys that an operation is planned on, but for those which others lead to.
pub(crate) fn keys(instance: InstanceId, operation: &UserOperation) -> Vec<Key> {
    let group = operation.named_group().and_then(|name| group_key(instance, name));
    let setting = || std::iter::once(Key::instance(instance)).chain(group);
    match operation {
        UserOperation::Create(asked) => setting().chain(user_name_key(instance, asked)).collect(),
        UserOperation::Change(change) => {
            let user = user_key(instance, change);
            // A DELETE fits every setting.
            if matches!(change.method, directory::ChangeMethod::Delete) {
                return user.into_iter().collect();
            }
            setting().chain(user).collect()
        }
    }
}

/// The key of the user that an operation changes; none for an id that was never issued.
pub(crate) fn user_key(instance: InstanceId, change: &UserChange) -> Option<Key> {
    change.id.parse::<UserId>().ok().map(|id| Key::user(instance, id.row()))
}

/// The key of the claim on the userName of a new user; one that is too long is refused by the rules.
pub(crate) fn user_name_key(instance: InstanceId, asked: &UserResource) -> Option<Key> {
    let folded = asked.named_user().map(fold).filter(|name| name.len() <= MAX_FOLDED_BYTES);
    folded.map(|name| Key::user_name(instance, &name))
}

/// The key of a visibility group; a name too long for a key names none.
fn group_key(instance: InstanceId, name: &str) -> Option<Key> {
    Some(name).filter(|name| fold(name).len() <= MAX_FOLDED_BYTES / 2).map(|name| Key::group(instance, name))
}
