use std::cell::RefCell;

use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use data_encoding::HEXLOWER;
use sha2::Sha256;
use zeroize::ZeroizeOnDrop;

use super::{Pepper, PepperError, Peppers};
use crate::{InstanceId, KeyId, PresentedKey};

thread_local! {
    /// The lengths of the keys that this thread has computed an HMAC of.
    static HASHED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn note_mac(key: &PresentedKey) {
    HASHED.with_borrow_mut(|hashed| hashed.push(key.expose().len()));
}

/// Of how many bytes each HMAC was computed since this was asked last.
pub(crate) fn hashed() -> Vec<usize> {
    HASHED.take()
}

const OLD: &str = "0123456789abcdef0123456789abcdef";
const NEW: &str = "fedcba9876543210fedcba9876543210";

fn check_err(secret: &str, expected: PepperError) {
    assert_eq!(Peppers::from_secret(secret).map(|peppers| peppers.current), Err(expected), "for {secret}");
}

#[test]
fn ok_each_version_hashes_in_its_own_way() {
    let secret = format!(r#"{{"current":"v2","v1":"{OLD}","v2":"{NEW}"}}"#);
    let peppers = Peppers::from_secret(&secret).expect("the secret is good");
    let key = PresentedKey::issue(InstanceId::from_number(1), KeyId::from_number(1), &[7; 32]);

    let (name, current) = peppers.current();
    let old = peppers.version("v1").expect("the old version is kept");

    assert_eq!(name, "v2");
    assert_ne!(old.hash(&key), current.hash(&key));
    assert!(old.verifies(&key, &old.hash(&key)) && !current.verifies(&key, &old.hash(&key)));
    assert!(peppers.version("v3").is_none());
}

#[test]
fn err_a_key_or_a_hash_that_differs_in_one_bit_is_not_it() {
    let key = |secret| PresentedKey::issue(InstanceId::from_number(1), KeyId::from_number(1), &secret);
    let pepper = Pepper::derive(NEW);
    let (secret, hash) = ([7; 32], pepper.hash(&key([7; 32])));

    for bit in 0..256 {
        let turned = |mut bytes: [u8; 32]| {
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        assert!(!pepper.verifies(&key(secret), &turned(hash)), "with bit {bit} of the hash turned");
        assert!(!pepper.verifies(&key(turned(secret)), &hash), "with bit {bit} of the secret turned");
    }
}

/// HMAC-SHA256 under HKDF-SHA256 of the secret, as another implementation has it.
#[test]
fn ok_a_hash_that_was_stored_long_ago_is_still_that_of_its_key() {
    let key = PresentedKey::issue(InstanceId::from_number(1), KeyId::from_number(1), &[7; 32]);
    let pepper = Pepper::derive(NEW);

    assert_eq!(HEXLOWER.encode(&pepper.hash(&key)), "f33c6ae73332e3bfe377693cbc649b3d13870fb12d20edcec28bc7af6386392f");
    assert_eq!(
        HEXLOWER.encode(pepper.cursor_key()),
        "11aa15aa7c99561f3dc8675b49af774b5658802200f192710b9ad9faa63963a7",
        "cursors have a key of their own"
    );
}

#[test]
fn err_a_secret_that_cannot_be_used_says_why_and_does_not_show_itself() {
    check_err("hello", PepperError::NotAnObject);
    check_err(r#"{"current":1}"#, PepperError::NotAnObject);
    check_err(&format!(r#"{{"v1":"{OLD}"}}"#), PepperError::NoCurrent);
    check_err(&format!(r#"{{"current":"v2","v1":"{OLD}"}}"#), PepperError::CurrentMissing("v2".into()));
    check_err(r#"{"current":"v1","v1":"short"}"#, PepperError::TooShort("v1".into()));
}

/// Compiles only where what was derived from the secret is wiped, and the states of what works with it.
#[test]
fn ok_a_pepper_is_wiped_when_dropped() {
    fn is_wiped(_: &impl ZeroizeOnDrop) {}
    let Pepper { api_key, cursor } = Pepper::derive(NEW);

    // HMAC has two of the hash, and nothing else.
    is_wiped(&Sha256::default());
    is_wiped(&XChaCha20Poly1305::new((&*cursor).into()));
    is_wiped(&api_key);
    is_wiped(&cursor);
}
