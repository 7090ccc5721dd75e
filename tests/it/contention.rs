//! What DynamoDB does under load, and the embedded engine never does by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::StatusCode;
use serde_json::{Value, json};
use tests::app::App;
use tests::engine::Engine;
use tests::proxy::{self, Fate, Passing};

use crate::bulk::{post, told};
use crate::people::{created, person};

/// A service in which the first calls of an operation are refused.
async fn app_refusing(target: &'static str, times: usize, error: Value) -> App {
    let engine = Engine::of_tests().expect("the engine starts");
    let left = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&left);
    let rule = Arc::new(move |passing: &Passing| {
        let refuses = passing.operation == target
            && counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        if refuses { Fate::Refuse(StatusCode::BAD_REQUEST, error.clone()) } else { Fate::Pass }
    });
    let endpoint = proxy::start(&engine.url, rule).await;
    let app = App::on(engine, &endpoint).await;
    // Only from now on: the instance itself had to be made.
    app.get("/scim/v2/Users").await.expect(200);
    left.store(times, Ordering::Relaxed);
    app
}

/// How DynamoDB refuses a transaction while another one writes its second item.
fn conflict() -> Value {
    let reason = |code: &str| json!({"Code": code});
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]",
        "CancellationReasons": [reason("None"), reason("TransactionConflict"), reason("None"), reason("None")],
    })
}

fn throttle() -> Value {
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
        "message": "The level of configured provisioned throughput for the table was exceeded.",
    })
}

#[tokio::test]
async fn a_write_that_collides_with_another_is_tried_again() {
    let app = app_refusing("TransactWriteItems", 3, conflict()).await;

    created(&app, person("ada")).await;

    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
}

#[tokio::test]
async fn a_write_that_is_throttled_is_tried_again() {
    let mut throttled = conflict();
    throttled["CancellationReasons"][1]["Code"] = json!("ThrottlingError");
    let app = app_refusing("TransactWriteItems", 3, throttled).await;

    created(&app, person("ada")).await;
}

#[tokio::test]
async fn a_write_that_collides_all_the_time_is_429_with_a_time_to_wait() {
    let app = app_refusing("TransactWriteItems", usize::MAX, conflict()).await;
    let before = app.items();

    let answer = app.post("/scim/v2/Users", person("ada")).await.expect(429);

    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{:?}", answer.headers);
    assert_eq!(answer.text_at("/status"), "429");
    assert_eq!(app.items(), before, "nothing is half-written");
}

#[tokio::test]
async fn a_throttled_read_is_tried_again_and_then_429() {
    let app = app_refusing("BatchGetItem", 2, throttle()).await;
    app.get("/scim/v2/Users").await.expect(200);

    let app = app_refusing("BatchGetItem", usize::MAX, throttle()).await;
    let answer = app.get("/scim/v2/Users").await.expect(429);
    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{:?}", answer.headers);
}

#[tokio::test]
async fn what_dynamodb_calls_wrong_is_a_defect_and_its_text_stays_inside() {
    let error = json!({"__type": "com.amazon.coral.validate#ValidationException", "message": "an inner detail"});
    let app = app_refusing("BatchGetItem", 1, error).await;

    let answer = app.get("/scim/v2/Users").await.expect(500);

    assert!(!answer.text.contains("inner detail"), "{answer}");
}

#[tokio::test]
async fn a_filter_that_would_read_too_many_users_is_refused() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let instance = &app.tenant.scim_key[5..16];
    let grow = json!({
        "TableName": app.engine.table,
        "Key": {"pk": {"S": format!("I#{instance}")}, "sk": {"S": "INSTANCE"}},
        "UpdateExpression": "SET userCount = :count",
        "ExpressionAttributeValues": {":count": {"N": "20001"}},
    });
    app.engine.call("UpdateItem", &grow).expect("the count is set");

    let answer = app.get("/scim/v2/Users?filter=active+eq+true").await.expect(400);

    assert_eq!(answer.text_at("/scimType"), "tooMany");
    assert!(answer.text_at("/detail").contains("userName eq"), "the detail says how to narrow: {answer}");
    app.get("/scim/v2/Users?filter=userName+eq+%22ada@example.com%22+and+active+eq+true").await.expect(200);
}

#[tokio::test]
async fn a_bulk_request_that_collides_with_another_is_tried_again() {
    let app = app_refusing("TransactWriteItems", 3, conflict()).await;
    let operations: Vec<_> = (0..40).map(|number| post(&number.to_string(), person(&format!("u{number}")))).collect();

    let answer = app.post("/scim/v2/Bulk", json!({"Operations": operations})).await.expect(200);

    assert!(told(&answer).lines().all(|line| line == "POST 201"), "{answer}");
    assert_eq!(app.get("/scim/v2/Users?count=0").await.text_at("/totalResults"), "40");
}

#[tokio::test]
async fn keys_that_a_batch_leaves_out_are_asked_for_again() {
    let engine = Engine::of_tests().expect("the engine starts");
    let busy = Arc::new(AtomicUsize::new(0));
    let left = Arc::clone(&busy);
    // A batch of DynamoDB's that reads nothing, since the partition is busy.
    let rule = Arc::new(move |passing: &Passing| {
        let leaves_out = passing.operation == "BatchGetItem"
            && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        let nothing = || json!({"Responses": {}, "UnprocessedKeys": passing.body["RequestItems"]});
        if leaves_out { Fate::Refuse(StatusCode::OK, nothing()) } else { Fate::Pass }
    });
    let endpoint = proxy::start(&engine.url, rule).await;
    let app = App::on(engine, &endpoint).await;
    let ada = created(&app, person("ada")).await;

    busy.store(3, Ordering::Relaxed);
    app.get(&ada.user_path()).await.expect(200);
    busy.store(3, Ordering::Relaxed);
    let answer = app.post("/scim/v2/Bulk", json!({"Operations": [post("1", person("ada"))]})).await.expect(200);
    assert_eq!(told(&answer).lines().next().map(|line| &line[..8]), Some("POST 409"), "{answer}");
}
