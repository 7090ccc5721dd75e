use jiff::{SignedDuration, Timestamp};

use super::{Verification, verify};
use crate::pepper::tests::hashed;
use crate::{ApiKey, Credentials, Error, InstanceId, KeyId, KeyRefusal, Peppers, PresentedKey, Scope};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn peppers() -> Peppers {
    let secret = r#"{"current":"v2","v1":"0123456789abcdef0123456789abcdef","v2":"fedcba9876543210fedcba9876543210"}"#;
    Peppers::from_secret(secret).expect("the pepper is good")
}

fn credentials(secret: u8) -> Credentials {
    let key = PresentedKey::issue(InstanceId::from_number(1), KeyId::from_number(1), &[secret; 32]);
    Credentials { key, request_id: "r1".into() }
}

fn stored(pepper: &str) -> ApiKey {
    ApiKey {
        id: KeyId::from_number(1),
        scope: Scope::Scim,
        description: "Okta".into(),
        hash: peppers().version(pepper).map_or([0; 32], |version| version.hash(&credentials(7).key)),
        pepper: pepper.into(),
        created: NOW,
        created_by: None,
        expires: None,
        revoked: None,
        last_used: None,
        replaced_by: None,
    }
}

fn refusal(credentials: &Credentials, stored: Option<&ApiKey>) -> KeyRefusal {
    match verify(credentials, stored, &peppers(), Scope::Scim, NOW) {
        Err(Error::Unauthenticated(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn ok_a_key_under_the_current_pepper_is_verified() {
    let verified = verify(&credentials(7), Some(&stored("v2")), &peppers(), Scope::Scim, NOW);

    match verified {
        Ok(Verification::Verified(caller)) => assert_eq!(caller.key_id(), Some(KeyId::from_number(1))),
        other => panic!("expected a caller, got {other:?}"),
    }
}

#[test]
fn ok_a_key_under_an_older_pepper_is_to_be_hashed_anew() {
    let verified = verify(&credentials(7), Some(&stored("v1")), &peppers(), Scope::Scim, NOW);

    assert!(matches!(verified, Ok(Verification::Outdated(_))), "got {verified:?}");
}

#[test]
fn ok_a_pepper_that_is_not_known_is_asked_for() {
    let verified = verify(&credentials(7), Some(&stored("v3")), &peppers(), Scope::Scim, NOW);

    assert!(matches!(verified, Ok(Verification::UnknownPepper(version)) if version == "v3"));
}

#[test]
fn err_a_wrong_secret_is_told_like_a_key_that_is_not_there() {
    assert_eq!(refusal(&credentials(7), None), KeyRefusal::Unknown);
    assert_eq!(refusal(&credentials(8), Some(&stored("v2"))), KeyRefusal::Unknown);
    let revoked = ApiKey { revoked: Some(NOW), ..stored("v2") };
    assert_eq!(refusal(&credentials(8), Some(&revoked)), KeyRefusal::Unknown);
}

#[test]
fn err_the_end_of_a_key_is_told_to_its_holder() {
    let expired = ApiKey { expires: Some(NOW), ..stored("v2") };
    assert_eq!(refusal(&credentials(7), Some(&expired)), KeyRefusal::Expired(NOW));
    let revoked = ApiKey { revoked: Some(NOW), ..expired };
    assert_eq!(refusal(&credentials(7), Some(&revoked)), KeyRefusal::Revoked(NOW));
    let later = ApiKey { expires: Some(NOW + SignedDuration::from_secs(1)), ..stored("v2") };
    assert!(verify(&credentials(7), Some(&later), &peppers(), Scope::Scim, NOW).is_ok());
}

#[test]
fn err_a_key_opens_only_what_its_scope_names() {
    let refused = verify(&credentials(7), Some(&stored("v2")), &peppers(), Scope::Admin, NOW);

    assert!(matches!(refused, Err(Error::WrongScope { has: "scim", needs: "admin", .. })), "got {refused:?}");
}

#[test]
fn every_key_costs_one_hmac_whatever_is_wrong_with_it() {
    let [right, wrong] = [7, 8].map(credentials);
    let length = right.key.expose().len();
    let expired = ApiKey { expires: Some(NOW), ..stored("v2") };
    let revoked = ApiKey { revoked: Some(NOW), ..stored("v2") };
    let admin = ApiKey { scope: Scope::Admin, ..stored("v2") };

    for (what, credentials, stored) in [
        ("a right key", &right, Some(stored("v2"))),
        ("a right key under an older pepper", &right, Some(stored("v1"))),
        ("an unknown id", &right, None),
        ("a known id with a wrong secret", &wrong, Some(stored("v2"))),
        ("a known id with a wrong secret, under an older pepper", &wrong, Some(stored("v1"))),
        ("an expired key", &right, Some(expired.clone())),
        ("the id of an expired key with a wrong secret", &wrong, Some(expired)),
        ("a revoked key", &right, Some(revoked.clone())),
        ("the id of a revoked key with a wrong secret", &wrong, Some(revoked)),
        ("a key of another scope", &right, Some(admin.clone())),
        ("the id of a key of another scope with a wrong secret", &wrong, Some(admin)),
    ] {
        let peppers = peppers();
        hashed();
        let _ = verify(credentials, stored.as_ref(), &peppers, Scope::Scim, NOW);
        assert_eq!(hashed(), [length], "for {what}");
    }
}
