//! Letting a caller in: the key is read together with the first data, in one round trip.

use directory::{
    ApiKey, Caller, Credentials, Error, GroupState, MAX_FOLDED_BYTES, NamedGroup, Scope, Setting, User, UserId,
    UserResource, Verification, verify,
};
use jiff::{SignedDuration, Timestamp};
use scim::fold;

use crate::items::{self, hash_text, text};
use crate::key::{Key, Range};
use crate::table::{Item, take};
use crate::users::{FirstReads, Opening, Place, Window};
use crate::{Store, items::Claim};

/// A key's last use is written at most this often.
const LAST_USED_INTERVAL: SignedDuration = SignedDuration::from_mins(5);
/// The most groups of an instance that one query reads.
const GROUP_PAGE: usize = 100;

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

    /// Reads a user who is to be changed, and what the change has to fit.
    ///
    /// # Errors
    /// [`Error::UserNotFound`] for an id that this instance has not issued.
    pub async fn with_user_and_setting(
        self,
        id: &str,
        named_group: Option<&str>,
    ) -> Result<(Caller, User, Setting), Error> {
        let store = self.store;
        let instance = self.credentials.key.instance();
        let wanted = id.parse::<UserId>().ok().map(|id| Key::user(instance, id.row()));
        let mut keys = setting_keys(instance, named_group);
        keys.extend(wanted.clone());
        let (caller, mut items) = self.with_items(&keys).await?;
        let user = user_of(id, wanted.and_then(|key| take(&mut items, &key)))?;
        let setting = store.setting(&caller, named_group, &mut items).await?;
        Ok((caller, user, setting))
    }

    /// Reads what a new user has to fit, and who holds its userName.
    ///
    /// # Errors
    /// As [`Admission::alone`].
    pub async fn with_place_for(self, asked: Option<&UserResource>) -> Result<(Caller, Place), Error> {
        let store = self.store;
        let instance = self.credentials.key.instance();
        let named_group = asked.and_then(UserResource::named_group);
        // A name that is too long to be claimed is refused by the rules, after verification.
        let folded = asked.and_then(UserResource::named_user).map(fold).filter(|name| name.len() <= MAX_FOLDED_BYTES);
        let claim = folded.map(|name| Key::user_name(instance, &name));
        let mut keys = setting_keys(instance, named_group);
        keys.extend(claim.clone());
        let (caller, mut items) = self.with_items(&keys).await?;
        let holder = claim.and_then(|key| take(&mut items, &key)).map(items::content::<Claim>).transpose()?;
        let setting = store.setting(&caller, named_group, &mut items).await?;
        Ok((caller, Place { setting, holder }))
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
            match verify(&self.credentials, stored, &peppers, self.needs, now)? {
                Verification::Verified(caller) => break (caller, None),
                Verification::Outdated(caller) => break (caller, stored),
                Verification::UnknownPepper(version) => peppers = self.store.peppers.get_with(&version).await?,
            }
        };
        directory::Usage::current().set_caller(&caller);
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

impl Store {
    async fn setting(
        &self,
        caller: &Caller,
        named_group: Option<&str>,
        items: &mut Vec<Item>,
    ) -> Result<Setting, Error> {
        let instance = caller.instance();
        let item = take(items, &Key::instance(instance))
            .ok_or_else(|| Error::internal(format!("instance {instance} is gone")))?;
        let found = match named_group {
            None => return Ok(Setting { instance: items::instance(item)?, named_group: NamedGroup::None }),
            Some(name) => take(items, &Key::group(instance, name)).map(items::group).transpose()?,
        };
        let named_group = match found.filter(|group| group.state == GroupState::Open) {
            Some(group) => NamedGroup::Open(group),
            // Only the refusal needs the names of the others.
            None => NamedGroup::Unknown(self.group_names(caller).await?),
        };
        Ok(Setting { instance: items::instance(item)?, named_group })
    }

    async fn group_names(&self, caller: &Caller) -> Result<Vec<String>, Error> {
        let items = self.table.query_all(Range::groups(caller.instance()), GROUP_PAGE).await?;
        let groups = items.into_iter().map(items::group).collect::<Result<Vec<_>, _>>()?;
        Ok(groups.into_iter().filter(|group| group.state == GroupState::Open).map(|group| group.name).collect())
    }
}

fn setting_keys(instance: directory::InstanceId, named_group: Option<&str>) -> Vec<Key> {
    // A name too long for a key names no group.
    let group =
        named_group.filter(|name| fold(name).len() <= MAX_FOLDED_BYTES / 2).map(|name| Key::group(instance, name));
    std::iter::once(Key::instance(instance)).chain(group).collect()
}

/// The user in the row of an id, if it is the very user of that id.
fn user_of(id: &str, item: Option<Item>) -> Result<User, Error> {
    let user = item.map(items::user_of_item).transpose()?;
    user.filter(|user| user.id.to_string() == id).ok_or_else(|| Error::UserNotFound(id.to_owned()))
}
