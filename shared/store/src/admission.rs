//! Letting a caller in: the key is read together with the first data, in one round trip.

use std::slice;

use directory::{
    ApiKey, Caller, Credentials, Error, Instance, Scope, Usage, User, UserId, UserOperation, Verification, verify,
};
use jiff::{SignedDuration, Timestamp};

use crate::Store;
use crate::items::{self, hash_text, text};
use crate::key::Key;
use crate::known::{self, Known};
use crate::table::{Item, take};
use crate::users::{FirstReads, Opening, Window};

/// A key's last use is written at most this often.
const LAST_USED_INTERVAL: SignedDuration = SignedDuration::from_mins(5);

/// A request whose key is still to be verified.
pub struct Admission<'a> {
    store: &'a Store,
    credentials: Credentials,
    needs: Scope,
}

impl Store {
    /// Starts a request; the methods of [`Admission`] say what is read beside the key.
    pub fn authenticate(&self, credentials: Credentials, needs: Scope) -> Admission<'_> {
        Admission { store: self, credentials, needs }
    }
}

impl Admission<'_> {
    /// Verifies the key and reads nothing else.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], [`Error::WrongScope`], [`Error::Unavailable`]; so for each method here.
    pub async fn alone(self) -> Result<Caller, Error> {
        Ok(self.with_items(&[]).await?.0)
    }

    /// Reads a user.
    ///
    /// # Errors
    /// [`Error::UserNotFound`] for an id that this instance has not issued.
    pub async fn with_user(self, id: &str) -> Result<(Caller, User), Error> {
        let wanted = id.parse::<UserId>().ok();
        let key = wanted.map(|id| Key::user(self.credentials.key.instance(), id.row()));
        let (caller, mut items) = self.with_items(key.as_slice()).await?;
        let item = key.and_then(|key| take(&mut items, &key));
        Ok((caller, user_of(id, item)?))
    }

    /// Reads what an operation is planned on.
    ///
    /// # Errors
    /// As [`Admission::alone`].
    pub async fn with_known(self, operation: Option<&UserOperation>) -> Result<(Caller, Known), Error> {
        let instance = self.credentials.key.instance();
        let mut known = Known::new(&self.store.table, instance);
        let keys = operation.map_or_else(Vec::new, |operation| known::keys(instance, operation));
        let (caller, items) = self.with_items(&keys).await?;
        known.learn_read(keys, items)?;
        Ok((caller, known))
    }

    /// Reads the instance.
    ///
    /// # Errors
    /// As [`Admission::alone`].
    pub async fn with_instance(self) -> Result<(Caller, Instance), Error> {
        let key = Key::instance(self.credentials.key.instance());
        let (caller, mut items) = self.with_items(slice::from_ref(&key)).await?;
        let item = take(&mut items, &key).ok_or_else(|| Error::internal("the instance is gone"))?;
        Ok((caller, items::instance(item)?))
    }

    /// Starts to read users for a list.
    ///
    /// # Errors
    /// `invalidCursor`, `expiredCursor` and `invalidCount` for the cursor.
    pub async fn with_users(self, query: Option<&scim::ListQuery>) -> Result<(Caller, Opening), Error> {
        let Some(query) = query else { return Ok((self.alone().await?, Opening::default())) };
        let store = self.store;
        let instance = self.credentials.key.instance();
        let peppers = store.peppers.get().await?;
        let window = Window::of(query, &peppers, instance, store.now());
        let first = window.and_then(|window| Ok((FirstReads::of(instance, query, &window)?, window)));
        let (FirstReads { keys, ranges, limit }, window) = match first {
            Ok(first) => first,
            Err(refusal) => return Err(self.alone().await.err().unwrap_or(refusal.into())),
        };
        // A refusal goes out at once, and before whatever else is wrong.
        let opened = async { Ok::<_, Error>(store.open(ranges, limit).await) };
        let ((caller, items), found) = tokio::try_join!(self.with_items(&keys), opened)?;
        Ok((caller, Opening::new(window, items, found?)))
    }

    /// Reads the API keys of the instance, oldest first, once the caller's own is verified.
    ///
    /// # Errors
    /// As [`Admission::alone`].
    pub async fn with_api_keys(self) -> Result<(Caller, Vec<ApiKey>), Error> {
        let store = self.store;
        let instance = self.credentials.key.instance();
        let caller = self.alone().await?;
        Ok((caller, store.read_api_keys(instance).await?))
    }

    async fn with_items(self, beside: &[Key]) -> Result<(Caller, Vec<Item>), Error> {
        let presented = &self.credentials.key;
        let own = Key::api_key(presented.instance(), presented.key_id());
        let keys: Vec<_> = std::iter::once(own.clone()).chain(beside.iter().cloned()).collect();
        let mut items = self.store.table.get_all(&keys).await?;
        let stored = take(&mut items, &own).map(items::api_key).transpose()?;
        Ok((self.verified(&own, stored.as_ref()).await?, items))
    }

    async fn verified(&self, own: &Key, stored: Option<&ApiKey>) -> Result<Caller, Error> {
        let now = self.store.now();
        let mut peppers = self.store.peppers.get().await?;
        let (caller, outdated) = loop {
            match verify(&self.credentials, stored, &peppers, self.needs, now) {
                Ok(Verification::Verified(caller)) => break (caller, None),
                Ok(Verification::Outdated(caller)) => break (caller, stored),
                Ok(Verification::UnknownPepper(version)) => peppers = self.store.peppers.get_with(&version).await?,
                Err(refusal) => {
                    if let Error::WrongScope { holder, .. } = &refusal {
                        Usage::current().set_caller(holder);
                    }
                    return Err(refusal);
                }
            }
        };
        Usage::current().set_caller(&caller);
        if stored.is_some_and(|key| key.expires_soon(now)) {
            Usage::current().set_key_near_expiry();
        }
        if stored.and_then(|key| key.last_used).is_none_or(|last| now.duration_since(last) >= LAST_USED_INTERVAL) {
            // Awaited, since Lambda freezes what is not; a failure is no reason to refuse the request.
            if let Err(error) = self.note_use(own, now, outdated).await {
                tracing::warn!(cause = error.with_causes(), "The last use of a key was not recorded.");
            }
        }
        Ok(caller)
    }

    /// Writes down when a key was used, and hashes it anew where its pepper is outdated.
    async fn note_use(&self, own: &Key, now: Timestamp, outdated: Option<&ApiKey>) -> Result<(), Error> {
        let mut values = vec![("lastUsed", text(now))];
        if let Some(key) = outdated {
            // The secret may have moved on since this function read it, and a hash must not move back.
            let peppers = self.store.peppers.latest().await?;
            let (version, pepper) = peppers.current();
            if version != key.pepper {
                values.push(("hash", text(hash_text(&pepper.hash(&self.credentials.key)))));
                values.push(("pepper", text(version)));
            }
        }
        self.store.table.set(own, "attribute_exists(pk)", &values).await
    }
}

/// The user in the row of an id, if it is the very user of that id.
fn user_of(id: &str, item: Option<Item>) -> Result<User, Error> {
    let user = item.map(items::user_of_item).transpose()?;
    user.filter(|user| user.id.to_string() == id).ok_or_else(|| Error::UserNotFound(id.to_owned()))
}
