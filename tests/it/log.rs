//! The log of requests. That no line of the whole suite tells too much is checked by each test as it ends.

use std::fmt::Debug;
use std::marker::PhantomData;

use directory::{Pepper, Peppers};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use insta::assert_snapshot;
use jiff::SignedDuration;
use lambda::EventParts;
use serde_json::{Value, json};
use tests::app::{App, Call};
use tests::log;

use crate::people::{created, person};

/// The newest line of an instance.
fn line_of(app: &App) -> Value {
    log::lines_with(&app.tenant.scim_key[5..16]).pop().expect("requests are logged")
}

#[tokio::test]
async fn a_request_leaves_one_line_with_its_cost_and_metrics() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let before = log::lines_with(&app.tenant.scim_key[5..16]).len();

    app.get("/scim/v2/Users?count=10").await.expect(200);

    let mut line = line_of(&app);
    assert_eq!(log::lines_with(&app.tenant.scim_key[5..16]).len(), before + 1);
    assert_eq!(line["instance"], app.tenant.scim_key[5..16]);
    assert_eq!(line["keyId"], app.tenant.scim_key[16..25]);
    assert!(line["durationMs"].as_f64().is_some_and(|time| time > 0.0), "expected a duration in {line}");
    for name in ["requestId", "durationMs", "instance", "keyId"] {
        line[name] = json!("[…]");
    }
    line["_aws"]["Timestamp"] = json!("[…]");
    assert_snapshot!(format!("{line:#}"), @r#"
    {
      "RequestUnits": 3,
      "RoundTrips": 1,
      "Stage": "test",
      "_aws": {
        "CloudWatchMetrics": [
          {
            "Dimensions": [
              [
                "Stage"
              ]
            ],
            "Metrics": [
              {
                "Name": "RoundTrips"
              },
              {
                "Name": "RequestUnits"
              }
            ],
            "Namespace": "KlueScim"
          }
        ],
        "Timestamp": "[…]"
      },
      "calls": 2,
      "durationMs": "[…]",
      "instance": "[…]",
      "keyId": "[…]",
      "level": "INFO",
      "message": "GET /scim/v2/Users 200",
      "requestId": "[…]",
      "route": "GET /scim/v2/Users",
      "status": 200,
      "traceId": ""
    }
    "#);
}

#[tokio::test]
async fn what_an_operator_has_to_know_is_counted() {
    let app = App::start().await;
    let count = |name: &str| line_of(&app)[name].clone();
    app.get("/scim/v2/Users").await.expect(200);
    assert_eq!(count("KeysNearExpiry"), Value::Null);

    let body = json!({"description": "x", "scope": "scim", "expires": "30 days"});
    let key = app.call(Call::new(Method::POST, "/admin/v1/api-keys").key(&app.tenant.admin_key).json(&body)).await;
    let key = key.expect(201).text_at("/key");
    app.advance(SignedDuration::from_hours(24 * 11));
    app.call(Call::new(Method::GET, "/scim/v2/Users").key(&key)).await.expect(200);
    assert_eq!(count("KeysNearExpiry"), 1);

    // Who has no valid key has no instance, and whoever asks for groups needs none.
    let unknown = log::lines_with("FailedAuthentications").len();
    app.call(Call::new(Method::GET, "/scim/v2/Users")).await.expect(401);
    assert!(log::lines_with("FailedAuthentications").len() > unknown, "a failed authentication is counted");
    let groups = log::lines_with("GroupRequests").len();
    app.get("/scim/v2/Groups").await.expect(404);
    assert!(log::lines_with("GroupRequests").len() > groups, "a request for groups is counted");
}

#[tokio::test]
async fn a_line_that_tells_too_much_is_found() {
    let app = App::start().await;
    app.get("/scim/v2/Users").await.expect(200);
    let good = line_of(&app);
    assert_eq!(log::check(&good.to_string()), Ok(()));

    for (member, value) in [
        ("route", json!("GET /scim/v2/Users?filter=x")),
        ("message", json!("ada@example.com")),
        ("cause", json!(app.tenant.scim_key)),
        ("cause", json!("Lovelace")),
        ("cause", json!("correct-horse-battery-staple")),
        ("cause", json!("{\"userName\": 1}")),
        ("instance", json!("somebody")),
        ("keyId", json!("some key")),
        ("body", json!("{}")),
    ] {
        let mut line = good.clone();
        line[member] = value;
        assert!(log::check(&line.to_string()).is_err(), "expected {member} to be refused in {line}");
    }
    assert!(log::check("Ada signed in.").is_err(), "a line that is no JSON is refused");
}

#[tokio::test]
async fn what_is_printed_of_a_request_and_its_answer_has_no_secret() {
    let app = App::start().await;
    let key = &app.tenant.admin_key;
    let body = json!({"description": "x", "scope": "scim", "expires": "never", "password": "opensesame"});
    let request = lambda::event(EventParts {
        method: Method::POST,
        route: "POST /admin/v1/api-keys".into(),
        path: "/admin/v1/api-keys".into(),
        headers: HeaderMap::from_iter([(AUTHORIZATION, key.parse().expect("a header"))]),
        body: body.to_string().into(),
        ..Default::default()
    });
    let reply = admin_api_keys::handle(&app.store, &request).await.expect("a key is made");
    let made: Value = serde_json::from_str(&reply.body).expect("the answer is JSON");
    let instance = create_instance::handle(&app.store, &json!({"name": "x"}), "r1").await.expect("an instance is made");
    let shown = serde_json::to_value(&instance).expect("what the operator gets is JSON");

    let printed = format!("{request:?} {reply:?} {:?} {instance:?}", request.credentials());

    // How a key starts is no secret.
    let keys = [json!(key), made["key"].clone(), shown["adminKey"].clone(), shown["scimKey"].clone()];
    let secrets = keys.iter().map(|key| &key.as_str().expect("a key is text")[25..]).chain(["opensesame"]);
    for secret in secrets {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
    assert!(printed.contains("POST /admin/v1/api-keys") && printed.contains(&key[..25]), "{printed}");
}

/// Whether a type can be printed: its own constant, where it has one, goes before that of the trait.
struct Printing<T>(PhantomData<T>);

impl<T: Debug> Printing<T> {
    const POSSIBLE: bool = true;
}

trait Unprinted {
    const POSSIBLE: bool = false;
}

impl<T> Unprinted for Printing<T> {}

#[test]
fn what_holds_the_pepper_or_a_header_with_a_key_cannot_be_printed() {
    for (what, possible, expected) in [
        ("a text", Printing::<String>::POSSIBLE, true),
        ("a version of the pepper", Printing::<Pepper>::POSSIBLE, false),
        ("the pepper", Printing::<Peppers>::POSSIBLE, false),
        ("what a server knows of a request", Printing::<EventParts>::POSSIBLE, false),
    ] {
        assert_eq!(possible, expected, "whether there is a Debug of {what}");
    }
}
