//! The one place that draws random bytes.

use directory::{Error, InstanceId, KeyId};

/// Bytes from the operating system, good enough for keys.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// A new name for an instance.
pub(crate) fn instance_id() -> Result<InstanceId, Error> {
    Ok(InstanceId::from_number(u64::from_be_bytes(bytes()?)))
}

/// A new name for a key in its instance.
pub(crate) fn key_id() -> Result<KeyId, Error> {
    let [a, b, c, d, e, f] = bytes()?;
    Ok(KeyId::from_number(u64::from_be_bytes([0, 0, a, b, c, d, e, f])))
}
