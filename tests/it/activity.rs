//! What each write leaves in the activity log, in the same transaction.

use std::time::{Duration, Instant};

use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::{App, Call};
use tests::faults::Faults;

use crate::people::{created, employee, operation, person};

const PASSWORD: &str = "correct-horse-battery-staple";

/// The refused requests, oldest first: route, status, scimType, detail and values.
fn refusals(app: &App) -> String {
    let mut told = String::new();
    for refusal in app.activity().iter().map(|entry| &entry["refusal"]["M"]).filter(|refusal| refusal.is_object()) {
        let part = |name: &str| refusal[name]["S"].as_str().unwrap_or("-").to_owned();
        let status = refusal["status"]["N"].as_str().unwrap_or_default();
        told += &format!("{}: {status} {} {}\n", part("route"), part("scimType"), part("detail"));
        for pushed in refusal["values"]["L"].as_array().into_iter().flatten() {
            let part = |name: &str| pushed["M"][name]["S"].as_str().unwrap_or("-").to_owned();
            told += &format!("  {} = {}\n", part("attribute"), part("value"));
        }
        told += "\n";
    }
    told
}

/// The entries about users, oldest first: kind, and what became of which attribute.
fn log(app: &App) -> String {
    let mut told = String::new();
    for entry in app.activity() {
        let kind = entry["kind"]["S"].as_str().unwrap_or_default();
        if !kind.starts_with("user") {
            continue;
        }
        told += &format!("{kind}\n");
        for change in entry["changes"]["L"].as_array().into_iter().flatten() {
            let part = |name: &str| change["M"][name]["S"].as_str().unwrap_or("-").to_owned();
            told += &format!("  {}: {} → {}\n", part("attribute"), part("old"), part("new"));
        }
    }
    told
}

#[tokio::test]
async fn every_write_is_told_with_old_and_new_values() {
    let app = App::start().await;
    let user = created(&app, employee("ada", json!({"employeeId": "7"}))).await;
    let path = user.user_path();
    app.patch(&path, operation("replace", "active", json!(false))).await.expect(200);
    app.put(&path, json!({"userName": "countess", "externalId": "00u1"})).await.expect(200);
    app.delete(&path).await.expect(204);
    let mut again = person("ada");
    again["userName"] = json!("countess");
    app.post("/scim/v2/Users", again).await.expect(201);

    assert_snapshot!(log(&app), @"
    userCreated
      userName: - → ada@example.com
      name.givenName: - → ada
      name.familyName: - → Example
      emails: - → ada@example.com
      employeeId: - → 7
      klueRole: - → consumer
      visibilityGroup: - → Full Access
      active: - → true
    userUpdated
      active: true → false
    userUpdated
      externalId: - → 00u1
      userName: ada@example.com → countess
    userDeleted
      active: false → false (deleted)
    userRestored
      externalId: 00u1 → -
      employeeId: 7 → -
      active: false (deleted) → true
    ");
}

#[tokio::test]
async fn an_entry_names_the_key_the_request_and_the_user_and_expires() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    let entry =
        app.activity().into_iter().find(|entry| entry["kind"]["S"] == "userCreated").expect("a creation is logged");

    assert_eq!(entry["by"]["S"], app.tenant.scim_key[16..25]);
    let timeline = format!("I#{}#USER#{}", &app.tenant.scim_key[5..16], user.text_at("/id"));
    assert_eq!(entry["timeline"]["S"], timeline);
    assert!(entry["requestId"]["S"].as_str().is_some_and(|id| !id.is_empty()));
    let days = entry["ttl"]["N"]
        .as_str()
        .and_then(|ttl| ttl.parse::<i64>().ok())
        .map(|ttl| (ttl - app.now().as_second() + 43_200) / 86_400);
    assert_eq!(days, Some(90));
}

#[tokio::test]
async fn what_changes_nothing_leaves_no_entry() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let before = app.activity();

    app.put(&user.user_path(), user.json()).await.expect(200);
    app.get(&user.user_path()).await.expect(200);

    assert_eq!(app.activity(), before);
}

#[tokio::test]
async fn a_refused_request_leaves_its_reason_and_its_values() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let mut taken = person("ada");
    taken["password"] = json!(PASSWORD);
    app.post("/scim/v2/Users", taken).await.expect(409);
    app.patch(&user.user_path(), operation("replace", "active", json!("maybe"))).await.expect(400);
    app.put("/scim/v2/Users/nobody", json!({"title": "x".repeat(300)})).await.expect(404);
    app.get("/scim/v2/Users?filter=nonsense").await.expect(400);
    let revoke = Call::new(Method::DELETE, "/admin/v1/api-keys/nobody").key(&app.tenant.admin_key);
    app.call(revoke).await.expect(404);

    assert_snapshot!(refusals(&app).replace(&user.text_at("/id"), "[id]").replace(&"x".repeat(256), "[256 x]"), @"
    POST /scim/v2/Users: 409 uniqueness A user with the userName 'ada@example.com' already exists in this Klue instance.
      emails[0].primary = true
      emails[0].type = work
      emails[0].value = ada@example.com
      name.familyName = Example
      name.givenName = ada
      userName = ada@example.com

    PATCH /scim/v2/Users/{id}: 400 invalidValue Operations[0]: active must be true or false, not a string.
      active = maybe

    PUT /scim/v2/Users/{id}: 404 - There is no user with the id 'nobody' in this Klue instance.
      title = [256 x]

    GET /scim/v2/Users: 400 invalidFilter invalid filter at byte 9: expected an operator

    DELETE /admin/v1/api-keys/{id}: 404 - There is no API key with the id 'nobody' in this Klue instance.
    ");
}

#[tokio::test]
async fn a_refused_request_names_the_key_the_request_and_the_user_and_expires() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    app.patch(&user.user_path(), operation("replace", "active", json!("maybe"))).await.expect(400);

    let entries = app.activity();
    let entry = |kind: &str| entries.iter().find(|entry| entry["kind"]["S"] == kind).expect("it is logged");
    let (refused, created) = (entry("requestRefused"), entry("userCreated"));
    assert_eq!(refused["by"], created["by"]);
    assert_eq!(refused["timeline"], created["timeline"]);
    assert_ne!(refused["requestId"], created["requestId"]);
    let ttl = |entry: &Value| entry["ttl"]["N"].as_str().and_then(|ttl| ttl.parse::<i64>().ok());
    assert!(ttl(refused) >= ttl(created) && ttl(created).is_some());
}

#[tokio::test]
async fn no_entry_has_a_password_or_a_key() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let key = app.tenant.scim_key.clone();
    let mut body = person("ada");
    body["password"] = json!(PASSWORD);
    body["nested"] = json!({"Password": {"value": PASSWORD}});
    body["title"] = json!(format!("Bearer {key}"));
    body[&key] = json!("a key as a name");
    let operations = json!([
        {"op": "replace", "path": "PASSWORD", "value": PASSWORD},
        {"op": "replace", "value": {"password": PASSWORD, "active": "maybe"}},
        {"op": "replace", "path": key, "value": key},
    ]);

    app.post("/scim/v2/Users", body.clone()).await.expect(409);
    app.patch(&path, json!({"Operations": operations})).await.expect(400);
    app.get(&format!("/scim/v2/Users?filter={key}")).await.expect(400);
    app.get(&format!("/scim/v2/Users/{key}")).await.expect(404);
    let bulk = json!({"Operations": [{"method": "POST", "bulkId": "a", "path": "/Users", "data": body}]});
    app.post("/scim/v2/Bulk", bulk).await.expect(200);

    let entries = app.activity();
    let refused = entries.iter().filter(|entry| entry["kind"]["S"] == "requestRefused").count();
    assert_eq!(refused, 5);
    let stored = json!(entries).to_string();
    assert!(!stored.contains(PASSWORD) && !stored.contains(&key[20..]), "expected no secret in {stored}");
}

#[tokio::test]
async fn what_is_refused_without_a_valid_key_leaves_no_entry() {
    let app = App::start().await;
    let before = app.activity();

    app.call(Call::new(Method::GET, "/scim/v2/Users")).await.expect(401);
    app.get("/scim/v2/Groups").await.expect(404);
    app.post("/scim/v2/Users", json!({"title": "x".repeat(1024 * 1024)})).await.expect(413);

    assert_eq!(app.activity(), before);
}

#[tokio::test]
async fn a_key_of_another_scope_leaves_an_entry_in_its_own_instance() {
    let app = App::start().await;

    app.call(Call::new(Method::GET, "/scim/v2/Users").key(&app.tenant.admin_key)).await.expect(403);
    app.call(Call::new(Method::GET, "/admin/v1/users").key(&app.tenant.scim_key)).await.expect(403);

    assert_snapshot!(refusals(&app), @"
    GET /scim/v2/Users: 403 - This API key has the scope 'admin'; this address needs a key with the scope 'scim'. Create one in Klue under Integrations → Manage API Keys.

    GET /admin/v1/users: 403 - This API key has the scope 'scim'; this address needs a key with the scope 'admin'. Create one in Klue under Integrations → Manage API Keys.
    ");
}

#[tokio::test]
async fn each_refused_operation_of_a_bulk_request_leaves_an_entry_up_to_25() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let path = format!("/Users/{}", user.text_at("/id"));
    let patch = operation("replace", "active", json!("maybe"));
    let operations = json!([
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": person("ada")},
        {"method": "PATCH", "path": path, "data": patch},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": person("bob")},
    ]);

    app.post("/scim/v2/Bulk", json!({"Operations": operations})).await.expect(200);

    let mut told: Vec<_> = refusals(&app)
        .replace(&user.text_at("/id"), "[id]")
        .split("\n\n")
        .map(|entry| entry.trim().to_owned())
        .collect();
    // They are of the same time.
    told.sort();
    assert_snapshot!(told.join("\n"), @"

    PATCH /scim/v2/Users/[id]: 400 invalidValue data: Operations[0]: active must be true or false, not a string.
      active = maybe
    POST /scim/v2/Users: 409 uniqueness A user with the userName 'ada@example.com' already exists in this Klue instance.
      emails[0].primary = true
      emails[0].type = work
      emails[0].value = ada@example.com
      name.familyName = Example
      name.givenName = ada
      userName = ada@example.com
    ");

    let wrong = json!({"method": "DELETE", "path": "/Users/nobody"});
    app.post("/scim/v2/Bulk", json!({"Operations": vec![wrong; 60]})).await.expect(200);
    let refused = app.activity().iter().filter(|entry| entry["kind"]["S"] == "requestRefused").count();
    assert_eq!(refused, 2 + 25);
}

#[tokio::test]
async fn an_answer_is_the_same_when_its_refusal_cannot_be_recorded() {
    for script in ["PutItem * throttle", "PutItem * delay 4s"] {
        let faults = Faults::default();
        let app = App::with_faults(&faults).await;
        faults.play(script);
        let started = Instant::now();

        app.post("/scim/v2/Users", json!({})).await.expect(400);

        assert!(started.elapsed() < Duration::from_secs(3), "expected to wait 1 s, waited {:?}", started.elapsed());
        assert_eq!(app.activity().len(), 1, "the instance was made, and nothing else is logged");
    }
}
