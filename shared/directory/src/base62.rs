//! Fixed-length base62 identifiers, safe inside keys, URLs and item keys.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The name of an instance: 64 random bits.
pub type InstanceId = Base62<11>;

/// The name of an API key in its instance: 48 random bits.
pub type KeyId = Base62<9>;

/// An identifier of exactly `N` base62 digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Base62<const N: usize>([u8; N]);

impl<const N: usize> Base62<N> {
    /// The identifier that stands for a number, cut to what `N` digits hold.
    pub fn from_number(number: u64) -> Self {
        let mut digits = [0; N];
        encode(&number.to_be_bytes(), &mut digits);
        Self(digits)
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<const N: usize> FromStr for Base62<N> {
    type Err = NotBase62;

    fn from_str(text: &str) -> Result<Self, NotBase62> {
        let digits: [u8; N] = text.as_bytes().try_into().map_err(|_| NotBase62)?;
        if digits.iter().all(u8::is_ascii_alphanumeric) { Ok(Self(digits)) } else { Err(NotBase62) }
    }
}

impl<const N: usize> fmt::Display for Base62<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Base62<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> Serialize for Base62<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Base62<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The text does not have the form of the identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this service")]
pub struct NotBase62;

/// Writes a big-endian number in base 62, padded with zeros, highest digit first.
pub(crate) fn encode(number: &[u8], digits: &mut [u8]) {
    let mut rest = zeroize::Zeroizing::new(number.to_vec());
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0u32;
        for byte in rest.iter_mut() {
            let value = remainder << 8 | u32::from(*byte);
            *byte = (value / 62) as u8;
            remainder = value % 62;
        }
        *digit = DIGITS[remainder as usize];
    }
}
