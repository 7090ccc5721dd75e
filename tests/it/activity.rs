//! What each write leaves in the activity log, in the same transaction.

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::App;

use crate::people::{created, employee, operation, person};

/// The entries about users, oldest first: kind, and what became of which attribute.
fn log(app: &App) -> String {
    let mut told = String::new();
    for entry in entries(app) {
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

fn entries(app: &App) -> Vec<Value> {
    let is_entry = |item: &Value| item["pk"]["S"].as_str().is_some_and(|pk| pk.contains("#ACTIVITY#"));
    app.items().into_iter().filter(is_entry).collect()
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
        entries(&app).into_iter().find(|entry| entry["kind"]["S"] == "userCreated").expect("a creation is logged");

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
async fn what_changes_nothing_or_is_refused_leaves_no_entry() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let before = entries(&app).len();

    app.put(&user.user_path(), user.json()).await.expect(200);
    app.post("/scim/v2/Users", person("ada")).await.expect(409);
    app.patch(&user.user_path(), operation("replace", "active", json!("maybe"))).await.expect(400);

    assert_eq!(entries(&app).len(), before);
}
