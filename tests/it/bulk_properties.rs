//! A bulk request against its operations sent one after the other.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tests::app::App;
use tokio::runtime::Runtime;

use crate::bulk::post;
use crate::people::{ENTERPRISE, operations, person};

/// How many users there are before, so that ids can be named: those of u0, u1 and so on.
const USERS: usize = 3;

/// An operation on users that are known by their number.
#[derive(Clone, Debug)]
enum Asked {
    Post(Value),
    Put(usize, Value),
    Patch(usize, Value),
    Delete(usize),
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["u0", "u1", "U2", "a", "A", "b"]).prop_map(|name| format!("{name}@example.com"))
}

fn body() -> impl Strategy<Value = Value> {
    let extension = select(vec![
        json!({}),
        json!({"klueRole": "admin"}),
        json!({"klueRole": "consumer", "visibilityGroup": "full access"}),
        json!({"visibilityGroup": "Nobody"}),
    ]);
    (name(), name(), select(vec![None, Some("00u1"), Some("00u2")]), extension, any::<bool>()).prop_map(
        |(user_name, email, external_id, extension, active)| {
            let mut body = person("x");
            body["userName"] = user_name.into();
            body["emails"][0]["value"] = email.into();
            body["externalId"] = external_id.into();
            body["active"] = active.into();
            body[ENTERPRISE] = extension;
            body
        },
    )
}

fn change() -> impl Strategy<Value = Value> {
    let one = prop_oneof![
        name().prop_map(|name| json!({"op": "replace", "path": "userName", "value": name})),
        name().prop_map(|name| json!({"op": "replace", "path": "emails.value", "value": name})),
        any::<bool>().prop_map(|active| json!({"op": "replace", "path": "active", "value": active})),
        select(vec!["admin", "consumer", "king"])
            .prop_map(|role| json!({"op": "add", "path": format!("{ENTERPRISE}:klueRole"), "value": role})),
        Just(json!({"op": "remove", "path": "externalId"})),
    ];
    vec(one, 1..3).prop_map(|list| operations(json!(list)))
}

fn asked() -> impl Strategy<Value = Asked> {
    prop_oneof![
        3 => body().prop_map(Asked::Post),
        1 => (0..USERS, body()).prop_map(|(user, body)| Asked::Put(user, body)),
        3 => (0..USERS, change()).prop_map(|(user, change)| Asked::Patch(user, change)),
        1 => (0..USERS).prop_map(Asked::Delete),
    ]
}

/// A service with the first users; gives their ids.
async fn service() -> (App, Vec<String>) {
    let app = App::start().await;
    let mut ids = Vec::new();
    for number in 0..USERS {
        let user = app.post("/scim/v2/Users", person(&format!("u{number}"))).await.expect(201);
        ids.push(user.text_at("/id"));
    }
    (app, ids)
}

/// The statuses of operations sent one after the other, up to as many errors as are accepted.
async fn one_by_one(app: &App, ids: &[String], asked: &[Asked], errors: usize) -> Vec<String> {
    let path = |user: &usize| format!("/scim/v2/Users/{}", ids[*user]);
    let mut statuses = Vec::new();
    for operation in asked {
        let answer = match operation {
            Asked::Post(body) => app.post("/scim/v2/Users", body.clone()).await,
            Asked::Put(user, body) => app.put(&path(user), body.clone()).await,
            Asked::Patch(user, change) => app.patch(&path(user), change.clone()).await,
            Asked::Delete(user) => app.delete(&path(user)).await,
        };
        statuses.push(answer.status.as_str().to_owned());
        if statuses.iter().filter(|status| status.as_str() >= "400").count() == errors {
            break;
        }
    }
    statuses
}

async fn at_once(app: &App, ids: &[String], asked: &[Asked], errors: Option<usize>) -> Vec<String> {
    let path = |user: &usize| format!("/Users/{}", ids[*user]);
    let operation = |(index, operation): (usize, &Asked)| match operation {
        Asked::Post(body) => post(&index.to_string(), body.clone()),
        Asked::Put(user, body) => json!({"method": "PUT", "path": path(user), "data": body}),
        Asked::Patch(user, change) => json!({"method": "PATCH", "path": path(user), "data": change}),
        Asked::Delete(user) => json!({"method": "DELETE", "path": path(user)}),
    };
    let operations: Vec<_> = asked.iter().enumerate().map(operation).collect();
    let request = json!({"Operations": operations, "failOnErrors": errors});
    let answer = app.post("/scim/v2/Bulk", request).await.expect(200).json();
    let entries = answer["Operations"].as_array().cloned().expect("an answer has Operations");
    entries.iter().map(|entry| entry["status"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The users without what differs from service to service, and how many members the group has.
async fn state(app: &App) -> (Vec<Value>, Value) {
    let list = app.get("/scim/v2/Users?sortBy=userName").await.expect(200).json();
    let mut users = list["Resources"].as_array().cloned().expect("a list has Resources");
    for user in &mut users {
        user["id"].take();
        for part in ["created", "lastModified", "location"] {
            user["meta"][part].take();
        }
    }
    let items = app.items();
    let group = items.iter().find(|item| item["sk"]["S"] == "GROUP#full access").expect("there is the default group");
    (users, group["members"]["N"].clone())
}

#[test]
fn a_bulk_request_comes_to_what_its_operations_come_to_one_after_the_other() {
    let runtime = Runtime::new().expect("a runtime starts");
    let usual = ProptestConfig::default();
    let config = ProptestConfig { cases: usual.cases / 8, failure_persistence: None, ..usual };
    let cases = (vec(asked(), 1..12), prop_oneof![2 => Just(None), 1 => (1..4usize).prop_map(Some)]);

    let result = TestRunner::new(config).run(&cases, |(asked, errors)| {
        runtime.block_on(async {
            let ((one, one_ids), (other, other_ids)) = (service().await, service().await);
            let expected = one_by_one(&one, &one_ids, &asked, errors.unwrap_or(usize::MAX)).await;

            let found = at_once(&other, &other_ids, &asked, errors).await;

            prop_assert_eq!(found, expected);
            prop_assert_eq!(state(&other).await, state(&one).await);
            Ok(())
        })
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
