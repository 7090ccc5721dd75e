//! How often a request waits for DynamoDB.

use http::Method;
use serde_json::json;
use tests::app::{Answer, App, Call};
use tests::faults::Faults;

use crate::people::{created, employee, operation, person};

/// A service whose keys have just been used, so that no request has to write that down.
async fn warm_app() -> App {
    let app = App::start().await;
    app.get("/scim/v2/Users").await.expect(200);
    app
}

#[track_caller]
fn trips(answer: &Answer, expected: u32) {
    let found = answer.usage.round_trips();
    assert_eq!(found, expected, "expected {expected} sequential round trips, counted {found} for {answer}");
}

#[tokio::test]
async fn reads_wait_once_and_indexed_filters_twice() {
    let app = warm_app().await;
    let mut body = person("ada");
    body["externalId"] = json!("00u1");
    let user = created(&app, body).await;

    trips(&app.get(&user.user_path()).await.expect(200), 1);
    trips(&app.get("/scim/v2/Users/7").await.expect(404), 2);
    trips(&app.get("/scim/v2/Users?startIndex=1&count=100").await.expect(200), 1);
    trips(&app.get("/scim/v2/Users?count=0").await.expect(200), 1);
    trips(&app.get(&format!("/scim/v2/Users?filter=id+eq+%22{}%22", user.text_at("/id"))).await.expect(200), 1);
    for filter in
        ["userName+eq+%22ada@example.com%22", "externalId+eq+%2200u1%22", "emails.value+eq+%22ada@example.com%22"]
    {
        trips(&app.get(&format!("/scim/v2/Users?filter={filter}")).await.expect(200), 2);
    }
    trips(&app.get("/scim/v2/Users?filter=userName+eq+%22nobody%22").await.expect(200), 1);
    trips(&app.get("/scim/v2/Users?filter=active+eq+true").await.expect(200), 2);
    trips(&app.get("/scim/v2/Users?sortBy=userName&startIndex=2&count=50").await.expect(200), 1);
    trips(&app.get("/scim/v2/Users?sortBy=emails&count=50&cursor=").await.expect(200), 2);
}

#[tokio::test]
async fn writes_wait_twice() {
    let app = warm_app().await;

    let user = created(&app, employee("ada", json!({"visibilityGroup": "full access"}))).await;
    trips(&user, 2);
    let path = user.user_path();
    trips(&app.put(&path, json!({"name": {"givenName": "Augusta"}})).await.expect(200), 2);
    trips(&app.patch(&path, operation("replace", "userName", json!("countess"))).await.expect(200), 2);
    trips(&app.patch(&path, operation("replace", "userName", json!("countess"))).await.expect(200), 1);
    trips(&app.put(&path, json!({})).await.expect(200), 1);
    trips(&app.delete(&path).await.expect(204), 2);
    trips(&app.delete(&path).await.expect(204), 1);
    let mut again = person("ada");
    again["userName"] = json!("countess");
    trips(&app.post("/scim/v2/Users", again.clone()).await.expect(201), 3);
    // What is refused is written down: once more.
    trips(&app.post("/scim/v2/Users", again).await.expect(409), 3);
    trips(&app.post("/scim/v2/Users", json!({})).await.expect(400), 2);
    let in_no_group = employee("bob", json!({"visibilityGroup": "Nobody"}));
    trips(&app.post("/scim/v2/Users", in_no_group).await.expect(400), 3);
}

#[tokio::test]
async fn a_page_beyond_what_a_stranger_may_cause_waits_twice() {
    let app = warm_app().await;
    for index in 0..120 {
        created(&app, person(&format!("u{index}"))).await;
    }

    let page = app.get("/scim/v2/Users?count=1000").await.expect(200);

    trips(&page, 2);
    assert_eq!(page.text_at("/itemsPerPage"), "120");
    trips(&app.get("/scim/v2/Users?startIndex=21&count=100").await.expect(200), 1);
}

#[tokio::test]
async fn a_lost_race_waits_once_more() {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    app.get("/scim/v2/Users").await.expect(200);
    faults.play("TransactWriteItems 1 delay 200ms # The first write is overtaken by the second.");

    let (one, other) = (person("ada"), person("bob"));
    let (one, other) = tokio::join!(app.post("/scim/v2/Users", one), app.post("/scim/v2/Users", other));

    let mut waited = [one.expect(201).usage.round_trips(), other.expect(201).usage.round_trips()];
    waited.sort_unstable();
    assert_eq!(waited, [2, 3]);
}

#[tokio::test]
async fn admin_routes_wait_a_few_times() {
    let app = warm_app().await;
    let call = |method, path: &str| Call::new(method, path).key(&app.tenant.admin_key);
    let list = || call(Method::GET, "/admin/v1/api-keys");
    app.call(list()).await.expect(200);
    let new = json!({"description": "Okta", "scope": "scim", "expires": "never"});

    trips(&app.call(list()).await.expect(200), 2);
    let made = app.call(call(Method::POST, "/admin/v1/api-keys").json(&new)).await.expect(201);
    trips(&made, 4);
    let path = format!("/admin/v1/api-keys/{}", made.text_at("/id"));
    let rotation = json!({"expires": "never", "grace": "1 hour"});
    trips(&app.call(call(Method::POST, &format!("{path}/rotate")).json(&rotation)).await.expect(201), 4);
    trips(&app.call(call(Method::DELETE, &path)).await.expect(204), 4);

    let groups = "/admin/v1/visibility-groups";
    trips(&app.call(call(Method::GET, groups)).await.expect(200), 2);
    let made = app.call(call(Method::POST, groups).json(&json!({"name": "Sales"}))).await.expect(201);
    trips(&made, 2);
    let path = format!("{groups}/{}", made.text_at("/id"));
    trips(&app.call(call(Method::PATCH, &path).json(&json!({"description": "x"}))).await.expect(200), 4);
    trips(&app.call(call(Method::DELETE, &path)).await.expect(204), 4);

    let instance = "/admin/v1/instance";
    trips(&app.call(call(Method::GET, instance)).await.expect(200), 1);
    trips(&app.call(call(Method::PATCH, instance).json(&json!({"name": "Acme"}))).await.expect(200), 3);

    let ada = created(&app, person("ada")).await;
    let path = format!("/admin/v1/users/{}", ada.text_at("/id"));
    trips(&app.call(call(Method::GET, "/admin/v1/users")).await.expect(200), 2);
    trips(&app.call(call(Method::GET, &path)).await.expect(200), 1);
    trips(&app.call(call(Method::PATCH, &path).json(&json!({"active": false}))).await.expect(200), 2);
}

#[tokio::test]
async fn the_log_waits_once_beside_the_key_for_a_user_and_a_few_times_for_days() {
    let app = warm_app().await;
    let user = created(&app, person("ada")).await;
    let read = |query: &str| {
        let path = format!("/admin/v1/activity?{query}");
        app.call(Call::new(Method::GET, &path).key(&app.tenant.admin_key))
    };
    read("").await.expect(200);

    trips(&read(&format!("user={}", user.text_at("/id"))).await.expect(200), 2);
    trips(&read("count=1").await.expect(200), 2);
    // 91 days: 1, 2 and 4 of them at once, and then 8.
    trips(&read("").await.expect(200), 15);
    trips(&read("count=0").await.expect(400), 2);
}

#[tokio::test]
async fn the_first_use_of_a_key_waits_once_more() {
    let app = App::start().await;

    trips(&app.get("/scim/v2/Users").await.expect(200), 2);
    trips(&app.get("/scim/v2/Users").await.expect(200), 1);
}

#[tokio::test]
async fn public_routes_wait_for_nothing() {
    let app = App::start().await;

    trips(&app.get("/scim/v2/Schemas").await.expect(200), 0);
    trips(&app.get("/scim/v2/Groups").await.expect(404), 0);
    assert_eq!(app.get("/scim/v2/Schemas").await.usage.calls(), 0);
}
