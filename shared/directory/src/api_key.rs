//! API keys as they are stored, and the rules of their life.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::{SignedDuration, tz::TimeZone};
use scim::Error as ScimError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, KeyId};

/// How many keys of one scope can be active, so that keys can be rotated with an overlap.
pub const MAX_ACTIVE_KEYS: usize = 5;
/// How long before the end of a key its admin is told that it is near.
const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(20 * 24);
/// The longest description, in bytes.
const MAX_DESCRIPTION: usize = 256;

/// What a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// The SCIM service, for an identity provider.
    Scim,
    /// The admin API, for a person who manages the instance.
    Admin,
}

impl Scope {
    /// The scope as the admin API spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "scim",
            Self::Admin => "admin",
        }
    }

    /// Finds a scope by its name.
    ///
    /// # Errors
    /// `invalidValue`, naming the scopes that exist.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        [Self::Scim, Self::Admin].into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| {
            ScimError::invalid_value(format!("scope '{text}' does not exist; the scopes are: scim, admin."))
        })
    }
}

/// A stored API key: everything but the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id in the instance.
    pub id: KeyId,
    /// What it opens.
    pub scope: Scope,
    /// What the admin wrote about it.
    pub description: String,
    /// HMAC-SHA256 of the key under the pepper.
    pub hash: [u8; 32],
    /// The version of the pepper.
    pub pepper: String,
    /// When it was made.
    pub created: Timestamp,
    /// The key that made it; none for one made by an operator.
    pub created_by: Option<KeyId>,
    /// When it stops to work.
    pub expires: Option<Timestamp>,
    /// When an admin revoked it.
    pub revoked: Option<Timestamp>,
    /// When it was last seen, within five minutes.
    pub last_used: Option<Timestamp>,
    /// The key that a rotation made in its place.
    pub replaced_by: Option<KeyId>,
}

/// Whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It works.
    Active,
    /// Its time is over.
    Expired(Timestamp),
    /// An admin ended it.
    Revoked(Timestamp),
}

impl KeyState {
    /// The state as the admin API spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired(_) => "expired",
            Self::Revoked(_) => "revoked",
        }
    }
}

impl ApiKey {
    /// Whether the key works at a time.
    pub fn state(&self, now: Timestamp) -> KeyState {
        match (self.revoked, self.expires) {
            (Some(revoked), _) => KeyState::Revoked(revoked),
            (None, Some(expires)) if expires <= now => KeyState::Expired(expires),
            _ => KeyState::Active,
        }
    }

    /// Whether the key still works, but only for 20 days or less.
    pub fn expires_soon(&self, now: Timestamp) -> bool {
        self.state(now) == KeyState::Active && self.expires.is_some_and(|expires| expires <= now + EXPIRES_SOON)
    }
}

/// What an admin says of a key to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// What it is for.
    pub description: String,
    /// What it opens.
    pub scope: Scope,
    /// How long it works.
    pub expiry: Expiry,
}

impl NewApiKey {
    /// Reads the body of a request for a key: `description`, `scope` and `expires`.
    ///
    /// # Errors
    /// `invalidValue`, naming the member and what it takes.
    pub fn from_json(body: &Value) -> Result<Self, ScimError> {
        Ok(Self {
            description: description(body)?,
            scope: Scope::parse(member(body, "scope", "'scim' or 'admin'")?)?,
            expiry: Expiry::of_member(body)?,
        })
    }
}

/// The text of a member of a body.
pub(crate) fn member<'a>(body: &'a Value, name: &str, takes: &str) -> Result<&'a str, ScimError> {
    let text = body.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.ok_or_else(|| ScimError::invalid_value(format!("{name} is required: {takes}.")))
}

pub(crate) fn description(body: &Value) -> Result<String, ScimError> {
    let description = member(body, "description", "a few words on what the key is for")?;
    if description.len() > MAX_DESCRIPTION {
        return Err(ScimError::invalid_value(format!("description is longer than {MAX_DESCRIPTION} bytes.")));
    }
    Ok(description.to_owned())
}

/// How long a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// A number of days from its creation.
    Days(i64),
    /// Up to an instant.
    At(Timestamp),
    /// Until it is revoked.
    Never,
}

impl Expiry {
    const TAKES: &'static str = "'30 days', '90 days', '1 year', 'never', or a date such as 2027-06-30";

    /// Reads `expires` of a body.
    pub(crate) fn of_member(body: &Value) -> Result<Self, ScimError> {
        let text = member(body, "expires", Self::TAKES)?;
        let end_of = |date: Date| TimeZone::UTC.to_timestamp(date.tomorrow().ok()?.at(0, 0, 0, 0)).ok();
        match text {
            "30 days" => Ok(Self::Days(30)),
            "90 days" => Ok(Self::Days(90)),
            "1 year" => Ok(Self::Days(365)),
            "never" => Ok(Self::Never),
            // A date alone is good to the end of that day.
            _ => (text.parse().ok().map(Self::At))
                .or_else(|| text.parse().ok().and_then(end_of).map(Self::At))
                .ok_or_else(|| {
                    ScimError::invalid_value(format!("expires '{text}' is not understood: use {}.", Self::TAKES))
                }),
        }
    }

    /// The instant at which a key made now stops to work.
    ///
    /// # Errors
    /// `invalidValue` for an instant that is over.
    pub fn instant(self, now: Timestamp) -> Result<Option<Timestamp>, ScimError> {
        match self {
            Self::Never => Ok(None),
            Self::Days(days) => Ok(Some(now + SignedDuration::from_hours(24 * days))),
            Self::At(instant) if instant > now => Ok(Some(instant)),
            Self::At(instant) => Err(ScimError::invalid_value(format!("expires {instant} is in the past."))),
        }
    }
}

fn active(keys: &[ApiKey], scope: Scope, now: Timestamp) -> impl Iterator<Item = &ApiKey> {
    keys.iter().filter(move |key| key.scope == scope && key.state(now) == KeyState::Active)
}

/// Whether the instance may have another key of a scope.
///
/// # Errors
/// [`Error::TooManyKeys`] at [`MAX_ACTIVE_KEYS`].
pub fn may_add(keys: &[ApiKey], scope: Scope, now: Timestamp) -> Result<(), Error> {
    if active(keys, scope, now).count() < MAX_ACTIVE_KEYS {
        Ok(())
    } else {
        Err(Error::TooManyKeys { limit: MAX_ACTIVE_KEYS, scope: scope.as_str() })
    }
}

/// Finds the key to be revoked, and whether it may be.
///
/// # Errors
/// [`Error::KeyNotFound`]; [`Error::LastAdminKey`] where no admin key would be left.
pub fn may_revoke<'a>(keys: &'a [ApiKey], id: &str, now: Timestamp) -> Result<&'a ApiKey, Error> {
    let key = keys.iter().find(|key| key.id.as_str() == id).ok_or_else(|| Error::KeyNotFound(id.to_owned()))?;
    // One that has been replaced ends soon.
    let mut others = active(keys, Scope::Admin, now).filter(|other| other.id != key.id && other.replaced_by.is_none());
    if key.scope == Scope::Admin && key.state(now) == KeyState::Active && others.next().is_none() {
        return Err(Error::LastAdminKey);
    }
    Ok(key)
}
