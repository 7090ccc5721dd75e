//! The init phase of the binaries.

use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use http::Method;
use jiff::Timestamp;
use serde_json::json;
use tests::engine::TABLE;
use tests::events::Call;
use tests::runtime_api::Launch;

use super::gateway::Gateway;

#[tokio::test]
async fn a_missing_setting_stops_the_function_and_is_named() {
    let gateway = Gateway::start().await;

    for setting in ["TABLE_NAME", "PEPPER_SECRET", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        let ended = gateway.launch("get_user").unset(setting).start().await.ended().await;

        assert!(!ended.status.success(), "expected a failure without {setting}, got {}", ended.status);
        let [line] = &ended.log[..] else { panic!("expected one line without {setting}, got {:#?}", ended.log) };
        let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let message = line["message"].as_str().unwrap_or_default();
        assert!(message.contains(&format!("variable {setting} is not set")), "expected {setting} in: {message}");
    }
}

#[tokio::test]
async fn an_empty_setting_counts_as_missing() {
    let gateway = Gateway::start().await;

    let ended = gateway.launch("get_user").set("TABLE_NAME", "").start().await.ended().await;

    let log = ended.log.join("\n");
    assert!(log.contains("variable TABLE_NAME is not set"), "expected the setting to be named, got {log}");
}

#[tokio::test]
async fn a_time_for_the_log_that_cannot_be_stops_the_function_and_is_named() {
    let gateway = Gateway::start().await;

    for days in ["0", "3651", "-1", "a week", "1.5"] {
        let ended = gateway.launch("get_user").set("ACTIVITY_DAYS", days).start().await.ended().await;

        let log = ended.log.join("\n");
        assert!(!ended.status.success() && log.contains(&format!("ACTIVITY_DAYS is '{days}'")), "{days}: {log}");
    }
}

#[tokio::test]
async fn entries_of_the_log_are_kept_as_long_as_is_set() {
    let gateway = Gateway::start().await;
    let function = gateway.launch("get_user").set("ACTIVITY_DAYS", "7").start().await;
    function.ready().await;

    let call = Call::new(Method::GET, "/scim/v2/Users/nobody").key(&gateway.scim_key);
    assert_eq!(function.invoke(&call.event()).await.expect("an answer")["statusCode"], 404);

    function.stop();
    let scan = serde_json::from_value(json!({"TableName": TABLE})).expect("a request");
    let items = gateway.engine.database.scan(scan).expect("the engine scans");
    let items = serde_json::to_value(items).expect("an answer is JSON")["Items"].take();
    let entry = items.as_array().into_iter().flatten().find(|item| item["kind"]["S"] == "requestRefused");
    let entry = entry.expect("the refusal is logged");
    let written: Timestamp = entry["sk"]["S"].as_str().and_then(|sk| sk[..24].parse().ok()).expect("a time");
    assert_eq!(entry["ttl"]["N"], (written.as_second() + 7 * 86_400).to_string());
}

#[tokio::test]
async fn an_empty_endpoint_means_the_services_own() {
    let gateway = Gateway::start().await;

    // DynamoDB's own endpoint in the region "local" is port 8000 of this machine: nothing leaves it.
    let launch = gateway.launch("get_user").set("AWS_REGION", "local").set("DYNAMODB_ENDPOINT", "");
    let function = launch.start().await;
    function.ready().await;

    let log = function.stop().join("\n");
    assert!(!log.contains("panicked"), "expected no panic, got {log}");
}

#[tokio::test]
async fn a_function_without_data_needs_no_settings_of_ours() {
    for function in ["console", "discovery", "unsupported"] {
        let function = Launch::of(function).start().await;

        function.ready().await;

        assert_eq!(function.stop(), [""; 0]);
    }
}

#[tokio::test]
async fn an_unreachable_database_does_not_stop_the_start_and_the_first_request_is_503() {
    let gateway = Gateway::start().await;
    let call = Call::new(Method::GET, "/scim/v2/Users/none").key(&gateway.scim_key);

    let started = Instant::now();
    let function = gateway.launch("get_user").set("DYNAMODB_ENDPOINT", &closed()).start().await;
    function.ready().await;
    let init = started.elapsed();
    let asked = Instant::now();
    let answer = function.invoke(&call.event()).await.expect("an answer");
    let answered = asked.elapsed();

    assert!(init < Duration::from_secs(5), "expected the start to take 3 s at most, took {init:?}");
    assert!(answered < Duration::from_secs(20), "expected an answer before the gateway gives up, took {answered:?}");
    assert_eq!(answer["statusCode"], 503, "{answer}");
    let retry_after = answer["headers"]["retry-after"].as_str().map(str::parse::<u32>);
    assert!(matches!(retry_after, Some(Ok(1..))), "expected whole seconds, got {answer}");
    let body = answer["body"].as_str().unwrap_or_default();
    assert!(body.contains("urn:ietf:params:scim:api:messages:2.0:Error"), "expected a SCIM Error, got {body}");
    assert!(!body.contains("127.0.0.1"), "expected no word on the cause, got {body}");
    super::assert_is_clean(&function.stop(), &[&gateway.scim_key]);
}

/// The address of a port that nobody listens to.
fn closed() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    format!("http://{}", listener.local_addr().expect("a listener has an address"))
}
