//! The pepper while it is rotated, read from Secrets Manager by the binaries.

use std::time::Duration;

use data_encoding::HEXLOWER;
use http::Method;
use serde_json::{Value, json};
use tests::app::new_pepper_secret;
use tests::engine::TABLE;
use tests::events::Call;

use super::gateway::{Answer, Gateway};

/// A secret that has `v1` alone, and one that has `v2` beside it for new keys.
fn rotation() -> (String, String) {
    let first = new_pepper_secret();
    let mut second: Value = serde_json::from_str(&first).expect("the secret is JSON");
    second["current"] = json!("v2");
    second["v2"] = json!(HEXLOWER.encode(&[7; 32]));
    (first, second.to_string())
}

/// Starts with `v1`, and says how the secret looks after the rotation.
pub(super) async fn start() -> (Gateway, String) {
    let (first, second) = rotation();
    (Gateway::start_with(&first).await, second)
}

pub(super) async fn list(gateway: &mut Gateway, key: &str) -> Answer {
    gateway.send(Call::new(Method::GET, "/scim/v2/Users").key(key)).await
}

/// Makes a SCIM key; the instance's admin key is used by it.
pub(super) async fn issue(gateway: &mut Gateway) -> String {
    let wanted = json!({"description": "Another", "scope": "scim", "expires": "never"});
    let call = Call::new(Method::POST, "/admin/v1/api-keys").key(&gateway.admin_key).json(&wanted);
    gateway.send(call).await.expect(201).text("/key")
}

/// The pepper's version and the hash in the item of a key.
fn stored(gateway: &Gateway, key: &str) -> (String, String) {
    let (instance, key_id) = (&key[5..16], &key[16..25]);
    let item = json!({"pk": {"S": format!("I#{instance}#KEYS")}, "sk": {"S": format!("KEY#{key_id}")}});
    let request = serde_json::from_value(json!({"TableName": TABLE, "Key": item})).expect("a request");
    let answer = gateway.engine.database.get_item(request).expect("the engine answers");
    let answer = serde_json::to_value(answer).expect("an answer is JSON");
    let text = |name: &str| answer["Item"][name]["S"].as_str().unwrap_or_default().to_owned();
    (text("pepper"), text("hash"))
}

#[tokio::test]
async fn a_key_outlives_its_pepper_version_and_moves_to_the_current_one() {
    let (mut gateway, rotated) = start().await;
    let key = gateway.scim_key.clone();
    let (version, hash) = stored(&gateway, &key);
    assert_eq!(version, "v1");

    gateway.stop_all();
    gateway.secrets.set(&rotated);
    list(&mut gateway, &key).await.expect(200);

    let (moved_version, moved_hash) = stored(&gateway, &key);
    assert_eq!(moved_version, "v2");
    assert_ne!(moved_hash, hash, "expected a hash under v2");
    list(&mut gateway, &key).await.expect(200);
}

#[tokio::test]
async fn a_running_function_reads_the_secret_again_for_a_version_that_it_does_not_know() {
    let (mut gateway, rotated) = start().await;
    let first_key = gateway.scim_key.clone();
    list(&mut gateway, &first_key).await.expect(200);

    gateway.secrets.set(&rotated);
    gateway.stop("admin_api_keys");
    let new_key = issue(&mut gateway).await;
    assert_eq!(stored(&gateway, &new_key).0, "v2");
    let mut answer = list(&mut gateway, &new_key).await;
    if answer.status() == 503 {
        // The secret is read once in a while only; whoever comes too early is told when to come again.
        let seconds = answer.header("retry-after").parse().expect("whole seconds");
        assert!(seconds <= 10, "expected to be told to wait 10 s at most, got {seconds}");
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        answer = list(&mut gateway, &new_key).await;
    }

    answer.expect(200);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_503_and_never_401() {
    let (mut gateway, _) = start().await;
    let key = gateway.scim_key.clone();
    gateway.stop_all();
    // Which the SDK does not try again.
    gateway.secrets.faults.play("GetSecretValue * deny");
    let calls = gateway.secrets.faults.calls();

    for _ in 0..3 {
        let answer = list(&mut gateway, &key).await.expect(503);

        let retry_after = answer.header("retry-after").parse::<u32>();
        assert!(matches!(retry_after, Ok(1..)), "expected whole seconds, got {retry_after:?}");
        assert_eq!(answer.json()["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    }

    let calls = gateway.secrets.faults.calls() - calls;
    assert_eq!(calls, 4, "the start asks, and each request once more as long as nothing is known");
    gateway.secrets.faults.play("");
    list(&mut gateway, &key).await.expect(200);
}
