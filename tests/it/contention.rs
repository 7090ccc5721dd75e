//! What DynamoDB does under load, and the embedded engine never does by itself.

use std::time::Duration;

use serde_json::json;
use tests::app::App;
use tests::faults::Faults;

use crate::bulk::{post, told};
use crate::people::{created, person};

/// A service whose calls go wrong by a script.
async fn app_with(script: &str) -> App {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    // Only from now on: the instance itself had to be made, and its key used.
    app.get("/scim/v2/Users").await.expect(200);
    faults.play(script);
    app
}

#[tokio::test]
async fn a_write_that_collides_with_another_is_tried_again() {
    let app = app_with("TransactWriteItems 1..3 conflict").await;

    created(&app, person("ada")).await;

    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
}

#[tokio::test]
async fn a_write_that_is_throttled_is_tried_again() {
    let app = app_with("TransactWriteItems 1..3 busy").await;

    created(&app, person("ada")).await;
}

#[tokio::test]
async fn a_write_that_collides_all_the_time_is_429_with_a_time_to_wait() {
    let app = app_with("TransactWriteItems * conflict").await;
    let before = app.items();

    let answer = app.post("/scim/v2/Users", person("ada")).await.expect(429);

    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{:?}", answer.headers);
    assert_eq!(answer.text_at("/status"), "429");
    assert_eq!(app.items(), before, "nothing is half-written");
}

#[tokio::test]
async fn a_name_that_becomes_free_while_it_is_looked_up_is_not_taken() {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    let ada = created(&app, person("ada")).await;
    app.delete(&ada.user_path()).await.expect(204);
    // The claim has been read by then, and the user has not.
    faults.play("GetItem 1 delay 400ms");

    let rename = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        app.put(&ada.user_path(), person("augusta")).await.expect(200)
    };
    let (new, _) = tokio::join!(app.post("/scim/v2/Users", person("ada")), rename);

    assert_ne!(new.expect(201).text_at("/id"), ada.text_at("/id"));
    assert_eq!(app.inconsistencies().await, [""; 0]);
}

#[tokio::test]
async fn a_throttled_read_is_tried_again_and_then_429() {
    let app = app_with("BatchGetItem 1..2 busy").await;
    app.get("/scim/v2/Users").await.expect(200);

    let app = app_with("BatchGetItem * busy").await;
    let answer = app.get("/scim/v2/Users").await.expect(429);
    assert!(answer.header("retry-after").parse::<u32>().is_ok(), "{:?}", answer.headers);
}

#[tokio::test]
async fn what_dynamodb_calls_wrong_is_a_defect_and_its_text_stays_inside() {
    let app = app_with("BatchGetItem 1 invalid").await;

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
    let app = app_with("TransactWriteItems 1..3 conflict").await;
    let operations: Vec<_> = (0..40).map(|number| post(&number.to_string(), person(&format!("u{number}")))).collect();

    let answer = app.post("/scim/v2/Bulk", json!({"Operations": operations})).await.expect(200);

    assert!(told(&answer).lines().all(|line| line == "POST 201"), "{answer}");
    assert_eq!(app.get("/scim/v2/Users?count=0").await.text_at("/totalResults"), "40");
}

#[tokio::test]
async fn keys_that_a_batch_leaves_out_are_asked_for_again() {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    let ada = created(&app, person("ada")).await;

    faults.play("BatchGetItem 1..3 leave-out");
    app.get(&ada.user_path()).await.expect(200);
    faults.play("BatchGetItem 1..3 leave-out");
    let answer = app.post("/scim/v2/Bulk", json!({"Operations": [post("1", person("ada"))]})).await.expect(200);
    assert_eq!(told(&answer).lines().next().map(|line| &line[..8]), Some("POST 409"), "{answer}");
}
