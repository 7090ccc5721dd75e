//! Instances, made by an operator.

use directory::{
    Activity, ActivityKind, Caller, DEFAULT_GROUP, Error, Expiry, Instance, InstanceId, NewApiKey, NewInstance, Scope,
};

use crate::api_keys::IssuedKey;
use crate::items::{self, item};
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
            items::activity_item(&caller, &activity, now, random::bytes()?)?,
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

    /// The instance that an operator names.
    ///
    /// # Errors
    /// [`Error::InstanceNotFound`].
    pub async fn find_instance(&self, id: InstanceId) -> Result<Instance, Error> {
        let item = self.table.get(&Key::instance(id)).await?;
        items::instance(item.ok_or_else(|| Error::InstanceNotFound(id.to_string()))?)
    }
}
