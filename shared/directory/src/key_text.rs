//! The text of an API key.

use std::fmt;

use zeroize::Zeroizing;

use crate::base62::encode;
use crate::{InstanceId, KeyId, KeyRefusal};

/// What every API key starts with, so that secret scanners recognise one.
pub const KEY_PREFIX: &str = "klue_";

const INSTANCE_DIGITS: usize = 11;
const KEY_ID_DIGITS: usize = 9;
/// 256 bits take 43 base62 digits.
const SECRET_DIGITS: usize = 43;
/// A CRC-32 takes 6 base62 digits.
const CHECKSUM_DIGITS: usize = 6;
const KEY_LENGTH: usize = KEY_PREFIX.len() + INSTANCE_DIGITS + KEY_ID_DIGITS + SECRET_DIGITS + CHECKSUM_DIGITS;

/// An API key as a client sends it: prefix, instance, key id, secret and checksum in one word.
///
/// The names inside are the client's claim until the key is verified. Wiped from memory when
/// dropped; `Debug` shows what is not secret.
#[derive(Clone)]
pub struct PresentedKey {
    text: Zeroizing<String>,
    instance: InstanceId,
    key_id: KeyId,
}

impl PresentedKey {
    /// A new key of an instance, from 256 random bits.
    pub fn issue(instance: InstanceId, key_id: KeyId, secret: &[u8; 32]) -> Self {
        let mut digits = Zeroizing::new([0; SECRET_DIGITS]);
        encode(secret, digits.as_mut());
        let mut text = Zeroizing::new(String::with_capacity(KEY_LENGTH));
        text.push_str(&key_prefix(instance, key_id));
        text.extend(digits.iter().map(|digit| char::from(*digit)));
        let checksum = checksum(&text);
        text.push_str(std::str::from_utf8(&checksum).unwrap_or_default());
        Self { text, instance, key_id }
    }

    /// Reads a key, checking its form and checksum.
    ///
    /// # Errors
    /// [`KeyRefusal::Malformed`] for anything that this service cannot have issued.
    pub fn parse(text: &str) -> Result<Self, KeyRefusal> {
        let well_formed = text.len() == KEY_LENGTH
            && text.starts_with(KEY_PREFIX)
            && text[KEY_PREFIX.len()..].bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !well_formed {
            return Err(KeyRefusal::Malformed);
        }
        let (signed, sum) = text.split_at(KEY_LENGTH - CHECKSUM_DIGITS);
        if checksum(signed) != sum.as_bytes() {
            return Err(KeyRefusal::Malformed);
        }
        let (instance, rest) = signed[KEY_PREFIX.len()..].split_at(INSTANCE_DIGITS);
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            instance: instance.parse().map_err(|_| KeyRefusal::Malformed)?,
            key_id: rest[..KEY_ID_DIGITS].parse().map_err(|_| KeyRefusal::Malformed)?,
        })
    }

    /// The instance that the key claims to be of.
    pub fn instance(&self) -> InstanceId {
        self.instance
    }

    /// The key's id in that instance.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The whole key: shown once, at creation, and never logged.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for PresentedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…", key_prefix(self.instance, self.key_id))
    }
}

/// How the keys of an id start: what of a key is no secret.
pub fn key_prefix(instance: InstanceId, key_id: KeyId) -> String {
    format!("{KEY_PREFIX}{instance}{key_id}")
}

fn checksum(text: &str) -> [u8; CHECKSUM_DIGITS] {
    let mut digits = [0; CHECKSUM_DIGITS];
    encode(&crc32fast::hash(text.as_bytes()).to_be_bytes(), &mut digits);
    digits
}

#[cfg(test)]
mod tests;
