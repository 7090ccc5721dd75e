//! Instances, made by an operator and run by their admins.

use directory::{
    Activity, ActivityKind, Caller, DEFAULT_GROUP, Error, Expiry, Instance, InstanceChange, InstanceId, NewApiKey,
    NewInstance, Scope, instance_changes,
};

use crate::api_keys::IssuedKey;
use crate::backoff::Backoff;
use crate::items::{self, item, text};
use crate::key::Key;
use crate::transaction::{Outcome, Transaction};
use crate::{Store, random};

/// A new instance with its first keys.
pub struct CreatedInstance {
    /// The instance.
    pub instance: Instance,
    /// The key for the person who manages it.
    pub admin_key: IssuedKey,
    /// The key for the identity provider.
    pub scim_key: IssuedKey,
}

impl Store {
    /// Makes an instance with the default group, an admin key and a SCIM key.
    ///
    /// # Errors
    /// [`Error::Throttled`], [`Error::Unavailable`].
    pub async fn create_instance(&self, name: &str, request_id: &str) -> Result<CreatedInstance, Error> {
        let id = random::instance_id()?;
        let caller = Caller::operator(id, request_id.to_owned());
        let now = self.now();
        let first_key =
            |scope, description: &str| NewApiKey { description: description.to_owned(), scope, expiry: Expiry::Never };
        let admin_key = self.issue(&caller, &first_key(Scope::Admin, "First admin key"), now).await?;
        let scim_key = self.issue(&caller, &first_key(Scope::Scim, "First SCIM key"), now).await?;
        let activity = Activity { kind: ActivityKind::InstanceCreated, user: None, changes: Vec::new() };

        let new = NewInstance { name: name.to_owned(), created: now };
        let mut transaction = Transaction::new(&self.table);
        for item in [
            items::instance_item(id, &new)?,
            items::group_item(id, DEFAULT_GROUP, "Sees everything that is published.")?,
            item(&Key::key_set(id), &std::collections::BTreeMap::from([("version", 1)]))?,
            items::api_key_item(id, &admin_key.key)?,
            items::api_key_item(id, &scim_key.key)?,
            items::activity_item(&caller, &activity, self.stamp(now)?)?,
        ] {
            transaction.insert((), item)?;
        }
        match transaction.commit().await? {
            None => {}
            // 64 random bits are not drawn twice.
            Some(Outcome::Refused(_)) => return Err(Error::internal(format!("an instance {id} already exists"))),
            Some(Outcome::Conflict) => return Err(Error::Contention { retry_after: 1 }),
        }
        let instance = Instance { id, name: new.name, default_group: DEFAULT_GROUP.to_owned(), user_count: 0 };
        Ok(CreatedInstance { instance, admin_key, scim_key })
    }

    /// Gives the caller's instance another name or default group.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`] for a group that is not there, or is being deleted.
    pub async fn change_instance(&self, caller: &Caller, asked: &InstanceChange) -> Result<Instance, Error> {
        let id = caller.instance();
        let mut backoff = Backoff::new();
        loop {
            let instance = self.find_instance(id).await?;
            let group = match &asked.default_group {
                Some(group) => Some(self.open_group(id, group).await?),
                None => None,
            };
            let changed = asked.applied(&instance, group.as_ref());
            if changed == instance {
                return Ok(instance);
            }
            let mut transaction = Transaction::new(&self.table);
            let values = [
                (":name", text(&changed.name)),
                (":group", text(&changed.default_group)),
                (":oldName", text(&instance.name)),
                (":oldGroup", text(&instance.default_group)),
            ];
            let set = "SET #name = :name, defaultGroup = :group";
            let as_read = "#name = :oldName AND defaultGroup = :oldGroup";
            transaction.update((), &Key::instance(id), set, as_read, &values)?;
            if let Some(group) = group {
                transaction.check((), &Key::group(id, &group.name), "#state = :open", &[(":open", text("open"))])?;
            }
            let changes = instance_changes(&instance, &changed);
            let activity = Activity { kind: ActivityKind::InstanceUpdated, user: None, changes };
            transaction.insert((), items::activity_item(caller, &activity, self.stamp(self.now())?)?)?;
            match transaction.commit().await? {
                None => return Ok(changed),
                Some(Outcome::Refused(_) | Outcome::Conflict) => backoff.wait().await?,
            }
        }
    }

    /// The instance that an operator names.
    ///
    /// # Errors
    /// [`Error::InstanceNotFound`].
    pub async fn find_instance(&self, id: InstanceId) -> Result<Instance, Error> {
        let item = self.table.get(&Key::instance(id)).await?;
        items::instance(item.ok_or_else(|| Error::InstanceNotFound(id.to_string()))?)
    }
}
