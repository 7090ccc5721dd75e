//! The one place that draws random bytes.

use directory::{Error, InstanceId, KeyId};
use zeroize::Zeroizing;

/// Bytes from the operating system, good enough for keys.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    Ok(bytes)
}

/// The secret part of a new key, drawn where it is wiped.
pub(crate) fn secret() -> Result<Zeroizing<[u8; 32]>, Error> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut()).map_err(Error::internal)?;
    Ok(secret)
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
