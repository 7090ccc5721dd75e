//! Secrets Manager, when it goes wrong: a key that may be good is never called wrong.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::gateway::{Answer, Gateway};
use super::pepper::{issue, list, start};

/// What goes wrong with every call, for as long as it lasts.
const LASTING: [&str; 5] = [
    "GetSecretValue * throttle",
    "GetSecretValue * 500",
    "GetSecretValue * drop-before",
    "GetSecretValue * drop-after",
    "GetSecretValue * delay 3s",
];
/// What template.yaml gives a function, less a moment.
const BUDGET: Duration = Duration::from_secs(24);

/// Sends a request with a key that is good; gives how long to wait for the next one.
async fn refused(gateway: &mut Gateway, key: &str, script: &str) -> Duration {
    let started = Instant::now();
    let answer: Answer = list(gateway, key).await;
    let elapsed = started.elapsed();
    assert_eq!(answer.status(), 503, "under {script}: {answer}");
    let seconds = answer.header("retry-after").parse();
    assert!(matches!(seconds, Ok(1..=10)), "expected whole seconds under {script}, got {seconds:?}");
    assert!(elapsed < BUDGET, "under {script} the answer took {elapsed:?}");
    Duration::from_secs(seconds.unwrap_or_default())
}

#[tokio::test]
async fn a_start_without_the_secret_is_503_until_it_can_be_read() {
    let check = async |script: &'static str| {
        let (mut gateway, _) = start().await;
        let key = gateway.scim_key.clone();
        gateway.stop_all();
        gateway.secrets.faults.play(script);

        refused(&mut gateway, &key, script).await;
        gateway.secrets.faults.play("");

        list(&mut gateway, &key).await.expect(200);
    };
    join_all(LASTING.map(check)).await;
}

#[tokio::test]
async fn a_key_of_an_unknown_pepper_version_is_503_until_the_secret_can_be_read() {
    let check = async |script: &'static str| {
        let (mut gateway, rotated) = start().await;
        let old_key = gateway.scim_key.clone();
        list(&mut gateway, &old_key).await.expect(200);
        gateway.secrets.set(&rotated);
        gateway.stop("admin_api_keys");
        let new_key = issue(&mut gateway).await;
        gateway.secrets.faults.play(script);

        let pause = refused(&mut gateway, &new_key, script).await;
        list(&mut gateway, &old_key).await.expect(200);
        gateway.secrets.faults.play("");

        tokio::time::sleep(pause).await;
        list(&mut gateway, &new_key).await.expect(200);
    };
    join_all(LASTING.map(check)).await;
}

#[tokio::test]
async fn a_secret_that_can_be_read_at_the_second_try_is_good_enough() {
    for fault in ["throttle", "500", "drop-before", "drop-after", "delay 2200ms"] {
        let (mut gateway, _) = start().await;
        let key = gateway.scim_key.clone();
        gateway.stop_all();
        gateway.secrets.faults.play(&format!("GetSecretValue 1 {fault}"));

        list(&mut gateway, &key).await.expect(200);

        assert!(gateway.secrets.faults.calls() > 0);
    }
}
