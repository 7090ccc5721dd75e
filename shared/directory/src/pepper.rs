//! The pepper: what is needed, besides the table, to check a key.

use std::collections::BTreeMap;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::PresentedKey;

/// The member of the secret that names the version for new keys.
const CURRENT: &str = "current";
/// As many characters as make 128 bits even of hexadecimal digits.
const SHORTEST: usize = 32;
const API_KEY_LABEL: &[u8] = b"klue-scim/api-key";
const CURSOR_LABEL: &[u8] = b"klue-scim/cursor";

/// One version of the pepper, as the keys derived from it.
#[derive(Clone)]
pub struct Pepper {
    api_key: Zeroizing<[u8; 32]>,
    cursor: Zeroizing<[u8; 32]>,
}

impl Pepper {
    fn derive(secret: &str) -> Self {
        let secret = Hkdf::<Sha256>::new(None, secret.as_bytes());
        let key = |label| {
            let mut key = Zeroizing::new([0; 32]);
            secret.expand(label, key.as_mut()).expect("HKDF-SHA256 gives up to 8,160 bytes");
            key
        };
        Self { api_key: key(API_KEY_LABEL), cursor: key(CURSOR_LABEL) }
    }

    /// The key under which cursors are sealed.
    pub(crate) fn cursor_key(&self) -> &[u8; 32] {
        &self.cursor
    }

    /// The hash under which a key is stored.
    pub fn hash(&self, key: &PresentedKey) -> [u8; 32] {
        self.mac(key).finalize().into_bytes().into()
    }

    /// Compares a key with a stored hash in constant time.
    pub(crate) fn verifies(&self, key: &PresentedKey, hash: &[u8; 32]) -> bool {
        self.mac(key).verify_slice(hash).is_ok()
    }

    fn mac(&self, key: &PresentedKey) -> Hmac<Sha256> {
        #[cfg(test)]
        tests::note_mac(key);
        let mut mac = Hmac::<Sha256>::new_from_slice(self.api_key.as_ref()).expect("HMAC takes a key of any length");
        mac.update(key.expose().as_bytes());
        mac
    }
}

/// The versions of the pepper that are in use.
///
/// Wiped from memory when dropped, and without `Debug`, so that nobody prints them.
#[derive(Clone)]
pub struct Peppers {
    current: String,
    versions: BTreeMap<String, Pepper>,
}

impl Peppers {
    /// Reads the secret: a JSON object in which `current` names the member for new keys.
    ///
    /// # Errors
    /// [`PepperError`], which says what is wrong and never quotes the secret.
    pub fn from_secret(secret: &str) -> Result<Self, PepperError> {
        let mut members: BTreeMap<String, Zeroizing<String>> =
            serde_json::from_str(secret).map_err(|_| PepperError::NotAnObject)?;
        let current = members.remove(CURRENT).ok_or(PepperError::NoCurrent)?.to_string();
        if !members.contains_key(&current) {
            return Err(PepperError::CurrentMissing(current));
        }
        if let Some((version, _)) = members.iter().find(|(_, secret)| secret.len() < SHORTEST) {
            return Err(PepperError::TooShort(version.clone()));
        }
        let versions = members.into_iter().map(|(version, secret)| (version, Pepper::derive(&secret))).collect();
        Ok(Self { current, versions })
    }

    /// The version for new keys, with its name.
    pub fn current(&self) -> (&str, &Pepper) {
        (&self.current, &self.versions[&self.current])
    }

    /// All versions.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Pepper> {
        self.versions.values()
    }

    /// The version of a name.
    pub fn version(&self, name: &str) -> Option<&Pepper> {
        self.versions.get(name)
    }
}

/// What is wrong with the pepper secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PepperError {
    /// The secret cannot be read as the JSON object it has to be.
    #[error("the pepper secret is not a JSON object of strings")]
    NotAnObject,
    /// The version for new keys is not named.
    #[error("the pepper secret has no member 'current' that names a version")]
    NoCurrent,
    /// The version for new keys is named and not there.
    #[error("the pepper secret has no member '{0}', which 'current' names")]
    CurrentMissing(String),
    /// A version that could be guessed.
    #[error("version '{0}' of the pepper secret is shorter than {SHORTEST} characters")]
    TooShort(String),
}

#[cfg(test)]
pub(crate) mod tests;
