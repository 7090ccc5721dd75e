//! Rotation of API keys: a new key in the place of an old one, and a time in which both work.

use jiff::{SignedDuration, Timestamp};
use scim::Error as ScimError;
use serde_json::Value;

use crate::api_key::{description, member};
use crate::{ApiKey, Error, Expiry, KeyId, KeyState, NewApiKey, may_add};

const GRACES: [(&str, SignedDuration); 4] = [
    ("0 hours", SignedDuration::ZERO),
    ("1 hour", SignedDuration::from_hours(1)),
    ("24 hours", SignedDuration::from_hours(24)),
    ("7 days", SignedDuration::from_hours(7 * 24)),
];

/// What an admin says of a key that shall replace another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    expiry: Expiry,
    /// For how long the old key goes on to work; zero ends it at once.
    grace: SignedDuration,
    /// What the new key is for; as the old one, if nothing is said.
    description: Option<String>,
}

/// Why a key cannot be rotated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotationRefusal {
    /// Its time is over.
    #[error("This API key expired at {0} and cannot be rotated. Create a new one.")]
    Expired(Timestamp),

    /// An admin ended it.
    #[error("This API key was revoked at {0} and cannot be rotated. Create a new one.")]
    Revoked(Timestamp),

    /// It has been rotated before.
    #[error(
        "This API key has already been replaced by the key with the id '{0}'. Rotate that one, or create a new one."
    )]
    Replaced(KeyId),
}

impl Rotation {
    /// Reads the body of a request: `expires`, `grace` and, if there is one, `description`.
    ///
    /// # Errors
    /// `invalidValue`, naming the member and what it takes.
    pub fn from_json(body: &Value) -> Result<Self, ScimError> {
        const TAKES: &str = "'0 hours', '1 hour', '24 hours' or '7 days'";
        let grace = member(body, "grace", TAKES)?;
        let known = GRACES.into_iter().find(|(name, _)| *name == grace);
        let unknown = || ScimError::invalid_value(format!("grace '{grace}' is not understood: use {TAKES}."));
        Ok(Self {
            expiry: Expiry::of_member(body)?,
            grace: known.ok_or_else(unknown)?.1,
            description: match body.get("description") {
                None | Some(Value::Null) => None,
                Some(_) => Some(description(body)?),
            },
        })
    }

    /// Finds the key to be replaced, and whether it may be.
    ///
    /// It counts as one of the scope's keys until its grace is over.
    ///
    /// # Errors
    /// [`Error::KeyNotFound`]; [`Error::NotRotatable`]; [`Error::TooManyKeys`].
    pub fn may_replace<'a>(&self, keys: &'a [ApiKey], id: &str, now: Timestamp) -> Result<&'a ApiKey, Error> {
        let key = keys.iter().find(|key| key.id.as_str() == id).ok_or_else(|| Error::KeyNotFound(id.to_owned()))?;
        match (key.state(now), key.replaced_by) {
            (KeyState::Expired(at), _) => return Err(RotationRefusal::Expired(at).into()),
            (KeyState::Revoked(at), _) => return Err(RotationRefusal::Revoked(at).into()),
            (KeyState::Active, Some(other)) => return Err(RotationRefusal::Replaced(other).into()),
            (KeyState::Active, None) => {}
        }
        if !self.grace.is_zero() {
            may_add(keys, key.scope, now)?;
        }
        Ok(key)
    }

    /// The key that shall be made in the place of another one.
    pub fn new_key(&self, old: &ApiKey) -> NewApiKey {
        let description = self.description.as_ref().unwrap_or(&old.description).clone();
        NewApiKey { description, scope: old.scope, expiry: self.expiry }
    }

    /// What becomes of the key that is replaced: it ends with its grace, unless it would end before.
    pub fn retire(&self, old: &ApiKey, replaced_by: KeyId, now: Timestamp) -> ApiKey {
        let mut retired = ApiKey { replaced_by: Some(replaced_by), ..old.clone() };
        if self.grace.is_zero() {
            retired.revoked = Some(now);
        } else {
            let end = now + self.grace;
            retired.expires = Some(old.expires.map_or(end, |expires| expires.min(end)));
        }
        retired
    }
}
