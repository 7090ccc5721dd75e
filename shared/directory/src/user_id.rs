//! The id of a user, with the user's row inside.

use std::fmt;
use std::str::FromStr;

use uuid::{Uuid, Variant};

/// The `id` of a user (RFC 7643 §3.1): a UUID of version 8 (RFC 9562 §5.8).
///
/// The last 32 bits are the user's row in its instance, so that one key look-up finds the
/// user; the other 90 are random, so that an id cannot be guessed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(Uuid);

impl UserId {
    /// The id of the user in a row.
    pub fn new(row: u32, random: [u8; 12]) -> Self {
        let mut bytes = [0; 16];
        bytes[..12].copy_from_slice(&random);
        bytes[12..].copy_from_slice(&row.to_be_bytes());
        Self(Uuid::new_v8(bytes))
    }

    /// The row of the user, counted from 1.
    pub fn row(&self) -> u32 {
        let [.., a, b, c, d] = *self.0.as_bytes();
        u32::from_be_bytes([a, b, c, d])
    }
}

impl FromStr for UserId {
    type Err = NotAUserId;

    /// Takes only what `Display` writes: an id is opaque, and has one spelling.
    fn from_str(text: &str) -> Result<Self, NotAUserId> {
        let uuid = Uuid::try_parse(text).map_err(|_| NotAUserId)?;
        let issued = uuid.get_version_num() == 8 && uuid.get_variant() == Variant::RFC4122;
        if issued && uuid.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text {
            Ok(Self(uuid))
        } else {
            Err(NotAUserId)
        }
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an id that this service has issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this service")]
pub struct NotAUserId;

#[cfg(test)]
mod tests;
