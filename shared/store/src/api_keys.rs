//! API keys of an instance.

use directory::{
    Activity, ActivityKind, ApiKey, Caller, Change, Error, Expiry, InstanceId, KeyState, NewApiKey, PresentedKey,
    Rotation, Scope, may_add, may_revoke,
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::backoff::Backoff;
use crate::items::{self, number, text};
use crate::key::{Key, Range};
use crate::transaction::{Outcome, Transaction};
use crate::{Store, random};

/// The most keys that one query reads.
const PAGE: usize = 100;

/// A key that has just been made, and its text, which is shown this once.
pub struct IssuedKey {
    /// What is stored.
    pub key: ApiKey,
    /// What is shown.
    pub text: PresentedKey,
}

/// What the key set's item holds.
#[derive(Deserialize)]
pub(crate) struct KeySet {
    pub(crate) version: u64,
}

impl Store {
    /// Makes a key for an admin.
    ///
    /// # Errors
    /// [`Error::TooManyKeys`]; `invalidValue` for an expiry in the past.
    pub async fn create_api_key(&self, caller: &Caller, new: &NewApiKey) -> Result<IssuedKey, Error> {
        self.write_api_key(caller, new, |keys, now| may_add(keys, new.scope, now)).await
    }

    /// Makes an admin key for an operator, however many keys there are: nobody shall be locked out.
    ///
    /// # Errors
    /// As [`Store::create_api_key`], but for the number of keys.
    pub async fn create_operator_key(&self, caller: &Caller) -> Result<IssuedKey, Error> {
        let description = "Issued by an operator".to_owned();
        let new = NewApiKey { description, scope: Scope::Admin, expiry: Expiry::Never };
        self.write_api_key(caller, &new, |_, _| Ok(())).await
    }

    async fn write_api_key(
        &self,
        caller: &Caller,
        new: &NewApiKey,
        rule: impl Fn(&[ApiKey], Timestamp) -> Result<(), Error>,
    ) -> Result<IssuedKey, Error> {
        let mut backoff = Backoff::new();
        loop {
            let now = self.now();
            let (version, keys) = self.read_key_set(caller.instance()).await?;
            rule(&keys, now)?;
            let issued = self.issue(caller, new, now).await?;
            let change = Change::of("apiKey", None, Some(&issued.key.description));
            let mut transaction = self.key_transaction(caller, version, ActivityKind::KeyCreated, vec![change], now)?;
            transaction.insert((), items::api_key_item(caller.instance(), &issued.key)?)?;
            if transaction.commit().await?.is_none() {
                return Ok(issued);
            }
            backoff.wait().await?;
        }
    }

    /// Makes a key in the place of another one, which ends with its grace; gives both as they are then.
    ///
    /// # Errors
    /// [`Error::KeyNotFound`], [`Error::NotRotatable`], [`Error::TooManyKeys`]; `invalidValue` for an
    /// expiry in the past.
    pub async fn rotate_api_key(
        &self,
        caller: &Caller,
        id: &str,
        rotation: &Rotation,
    ) -> Result<(IssuedKey, ApiKey), Error> {
        let mut backoff = Backoff::new();
        loop {
            let now = self.now();
            let (version, keys) = self.read_key_set(caller.instance()).await?;
            let old = rotation.may_replace(&keys, id, now)?;
            let issued = self.issue(caller, &rotation.new_key(old), now).await?;
            let retired = rotation.retire(old, issued.key.id, now);
            let changes = vec![
                Change::of("apiKey", Some(&old.description), Some(&issued.key.description)),
                Change::of("apiKeyId", Some(old.id.as_str()), Some(issued.key.id.as_str())),
            ];
            let mut transaction = self.key_transaction(caller, version, ActivityKind::KeyRotated, changes, now)?;
            transaction.insert((), items::api_key_item(caller.instance(), &issued.key)?)?;
            // Not the whole item: its last use is written without the key set.
            let (end, at) = match retired.revoked {
                Some(revoked) => ("revoked", revoked),
                None => ("expires", retired.expires.unwrap_or(now)),
            };
            let values = [(":end", text(at)), (":new", text(issued.key.id))];
            let expression = format!("SET {end} = :end, replacedBy = :new");
            let item = Key::api_key(caller.instance(), old.id);
            transaction.update((), &item, &expression, "attribute_exists(pk)", &values)?;
            if transaction.commit().await?.is_none() {
                return Ok((issued, retired));
            }
            backoff.wait().await?;
        }
    }

    /// Ends a key; one that has ended already stays as it is.
    ///
    /// # Errors
    /// [`Error::KeyNotFound`], [`Error::LastAdminKey`].
    pub async fn revoke_api_key(&self, caller: &Caller, id: &str) -> Result<(), Error> {
        let mut backoff = Backoff::new();
        loop {
            let now = self.now();
            let (version, keys) = self.read_key_set(caller.instance()).await?;
            let key = may_revoke(&keys, id, now)?;
            if matches!(key.state(now), KeyState::Revoked(_)) {
                return Ok(());
            }
            let change = Change::of("apiKey", Some(&key.description), None);
            let mut transaction = self.key_transaction(caller, version, ActivityKind::KeyRevoked, vec![change], now)?;
            let item = Key::api_key(caller.instance(), key.id);
            transaction.update((), &item, "SET revoked = :now", "attribute_exists(pk)", &[(":now", text(now))])?;
            match transaction.commit().await? {
                None => return Ok(()),
                Some(Outcome::Refused(_) | Outcome::Conflict) => backoff.wait().await?,
            }
        }
    }

    /// A key of its own making, not yet stored.
    pub(crate) async fn issue(&self, caller: &Caller, new: &NewApiKey, now: Timestamp) -> Result<IssuedKey, Error> {
        let id = random::key_id()?;
        let text = PresentedKey::issue(caller.instance(), id, &*random::secret()?);
        let peppers = self.peppers.get().await?;
        let (version, pepper) = peppers.current();
        let key = ApiKey {
            id,
            scope: new.scope,
            description: new.description.clone(),
            hash: pepper.hash(&text),
            pepper: version.to_owned(),
            created: now,
            created_by: caller.key_id(),
            expires: new.expiry.instant(now)?,
            revoked: None,
            last_used: None,
            replaced_by: None,
        };
        Ok(IssuedKey { key, text })
    }

    pub(crate) async fn read_api_keys(&self, instance: InstanceId) -> Result<Vec<ApiKey>, Error> {
        let items = self.table.query_all(Range::api_keys(instance), PAGE).await?;
        let mut keys = items.into_iter().map(items::api_key).collect::<Result<Vec<_>, _>>()?;
        keys.sort_by_key(|key| (key.created, key.id));
        Ok(keys)
    }

    async fn read_key_set(&self, instance: InstanceId) -> Result<(u64, Vec<ApiKey>), Error> {
        // The version first: a key written after it makes the transaction fail.
        let item = self.table.get(&Key::key_set(instance)).await?;
        let item = item.ok_or_else(|| Error::InstanceNotFound(instance.to_string()))?;
        let KeySet { version } = items::content(item)?;
        Ok((version, self.read_api_keys(instance).await?))
    }

    /// What is common to the writes of keys: the key set, which orders them, and the log.
    fn key_transaction(
        &self,
        caller: &Caller,
        version: u64,
        kind: ActivityKind,
        changes: Vec<Change>,
        now: Timestamp,
    ) -> Result<Transaction<'_, ()>, Error> {
        let mut transaction = Transaction::new(&self.table);
        let set = Key::key_set(caller.instance());
        let values = [(":next", number(version + 1)), (":version", number(version))];
        transaction.update((), &set, "SET version = :next", "version = :version", &values)?;
        let activity = Activity { kind, user: None, changes };
        transaction.insert((), items::activity_item(caller, &activity, self.stamp(now)?)?)?;
        Ok(transaction)
    }
}
