use std::cell::RefCell;

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
fn err_a_secret_that_cannot_be_used_says_why_and_does_not_show_itself() {
    check_err("hello", PepperError::NotAnObject);
    check_err(r#"{"current":1}"#, PepperError::NotAnObject);
    check_err(&format!(r#"{{"v1":"{OLD}"}}"#), PepperError::NoCurrent);
    check_err(&format!(r#"{{"current":"v2","v1":"{OLD}"}}"#), PepperError::CurrentMissing("v2".into()));
    check_err(r#"{"current":"v1","v1":"short"}"#, PepperError::TooShort("v1".into()));
}

/// Compiles only where what was derived from the secret is wiped.
#[test]
fn ok_a_pepper_is_wiped_when_dropped() {
    fn is_wiped(_: &impl ZeroizeOnDrop) {}
    let Pepper { api_key, cursor } = Pepper::derive(NEW);

    is_wiped(&api_key);
    is_wiped(&cursor);
}
