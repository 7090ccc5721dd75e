use zeroize::ZeroizeOnDrop;

use super::{KEY_LENGTH, KEY_PREFIX, PresentedKey};
use crate::{InstanceId, KeyId, KeyRefusal};

fn key() -> PresentedKey {
    PresentedKey::issue(InstanceId::from_number(u64::MAX), KeyId::from_number(7), &[255; 32])
}

fn check_err(text: &str) {
    assert_eq!(PresentedKey::parse(text).map(|key| key.instance()), Err(KeyRefusal::Malformed), "for {text:?}");
}

#[test]
fn ok_an_issued_key_names_its_instance_and_id() {
    let text = key().expose().to_owned();

    let parsed = PresentedKey::parse(&text).expect("an issued key can be read");

    assert_eq!((text.len(), &text[..5]), (KEY_LENGTH, KEY_PREFIX));
    assert_eq!((parsed.instance(), parsed.key_id()), (InstanceId::from_number(u64::MAX), KeyId::from_number(7)));
}

#[test]
fn err_any_changed_character_is_noticed() {
    let text = key().expose().to_owned();

    for position in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[position] = if changed[position] == b'x' { b'y' } else { b'x' };
        check_err(std::str::from_utf8(&changed).expect("the key is ASCII"));
    }
}

#[test]
fn err_what_is_no_key_is_refused() {
    let text = key().expose().to_owned();

    for wrong in [
        "",
        "klue_",
        "hello",
        &text[1..],
        &text[..text.len() - 1],
        &format!("{text}x"),
        &text.replace("klue_", "kl\u{fc}e"),
        &"é".repeat(37),
    ] {
        check_err(wrong);
    }
}

#[test]
fn ok_debug_does_not_show_the_secret() {
    let key = key();

    let shown = format!("{key:?}");

    assert!(!shown.contains(&key.expose()[30..]), "{shown}");
}

/// Compiles only where the text is wiped.
#[test]
fn ok_a_key_is_wiped_when_dropped() {
    fn is_wiped(_: &impl ZeroizeOnDrop) {}

    is_wiped(&key().text);
}
