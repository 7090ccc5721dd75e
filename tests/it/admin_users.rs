use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};

use crate::admin_visibility_groups::group;
use crate::people::{ENTERPRISE, access, admin, created, employee, operation, person};

const PATH: &str = "/admin/v1/users";

async fn find(app: &App, query: &str) -> Answer {
    admin(app, Method::GET, &format!("{PATH}?{query}"), None).await.expect(200)
}

fn names(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let users = body["users"].as_array().expect("users are a list");
    users.iter().map(|user| user["userName"].as_str().unwrap_or_default().replace("@example.com", "")).collect()
}

fn path(user: &Answer) -> String {
    format!("{PATH}/{}", user.text_at("/id"))
}

/// Ada, an admin; bob, in Sales; carl, inactive; dora, deleted.
async fn people() -> App {
    let app = App::start().await;
    group(&app, "Sales").await;
    created(&app, employee("ada", json!({"klueRole": "admin"}))).await;
    created(&app, employee("bob", json!({"visibilityGroup": "Sales", "employeeId": "7"}))).await;
    let carl = created(&app, person("carl")).await;
    app.patch(&carl.user_path(), operation("replace", "active", json!(false))).await.expect(200);
    let dora = created(&app, person("dora")).await;
    app.delete(&dora.user_path()).await.expect(204);
    app
}

#[tokio::test]
async fn users_are_found_by_what_an_admin_knows_of_them() {
    let app = people().await;

    for (query, expected) in [
        ("", json!(["ada", "bob", "carl", "dora"])),
        ("q=AD", json!(["ada"])),
        ("q=example", json!(["ada", "bob", "carl", "dora"])),
        ("q=bob@EXAMPLE", json!(["bob"])),
        ("q=%22%5C", json!([])),
        ("role=admin", json!(["ada"])),
        ("role=consumer&state=active", json!(["bob"])),
        ("group=sales", json!(["bob"])),
        ("state=inactive", json!(["carl"])),
        ("state=deleted", json!(["dora"])),
        ("state=deleted&q=carl", json!([])),
    ] {
        let answer = find(&app, query).await;
        assert_eq!(json!(names(&answer)), expected, "for {query}");
        assert_eq!(answer.json()["total"], json!(names(&answer).len()), "for {query}");
    }
    let mut bob = find(&app, "q=bob").await.json()["users"][0].take();
    for name in ["id", "created", "lastModified"] {
        assert!(bob[name].take().is_string(), "{name}");
    }
    assert_snapshot!(bob, @r#"{"created":null,"email":"bob@example.com","employeeId":"7","externalId":null,"familyName":"Example","givenName":"bob","id":null,"klueRole":"consumer","lastModified":null,"state":"active","userName":"bob@example.com","version":"W/\"1\"","visibilityGroup":"Sales"}"#);
}

#[tokio::test]
async fn pages_follow_each_other() {
    let app = people().await;
    for filter in ["", "&q=example"] {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = find(&app, &format!("count=3{filter}&cursor={cursor}")).await;
            all.extend(names(&page));
            match &page.json()["nextCursor"] {
                Value::String(next) => cursor.clone_from(next),
                _ => break,
            }
        }
        assert_eq!(all, ["ada", "bob", "carl", "dora"], "for {filter}");
    }
}

#[tokio::test]
async fn a_search_that_makes_no_sense_is_refused() {
    let app = App::start().await;
    let mut told = String::new();
    for query in ["role=king", "state=gone", "count=many", "cursor=abc", "count=1001"] {
        let answer = admin(&app, Method::GET, &format!("{PATH}?{query}"), None).await.expect(400);
        told += &format!("{query}: {}\n", answer.text_at("/detail"));
    }
    assert_snapshot!(told, @"
    role=king: klueRole 'king' does not exist; the roles are: admin, curator, consumer.
    state=gone: state 'gone' does not exist; the states are: active, inactive, deleted.
    count=many: parameter 'count': expected an integer, found 'many'
    cursor=abc: The cursor belongs to no page of this list: take it from the answer before, leave all other parameters as they were, or start again with an empty cursor.
    count=1001: parameter 'count': 1001 is more than the 1000 that a page can have
    ");
}

#[tokio::test]
async fn an_admin_deactivates_reactivates_and_changes_role_and_group() {
    let app = people().await;
    let user = created(&app, person("eve")).await;
    let change = async |body: Value| admin(&app, Method::PATCH, &path(&user), Some(body)).await;

    assert_eq!(change(json!({"active": false})).await.expect(200).text_at("/state"), "inactive");
    assert_eq!(change(json!({"active": true})).await.expect(200).text_at("/state"), "active");
    assert_eq!(change(json!({"visibilityGroup": "SALES"})).await.expect(200).text_at("/visibilityGroup"), "Sales");
    assert_eq!(change(json!({"klueRole": "curator"})).await.expect(200).text_at("/klueRole"), "curator");

    let seen = app.get(&user.user_path()).await;
    assert_eq!(access(&seen), "\"curator\" null");
    assert_eq!(seen.text_at("/meta/version"), "W/\"5\"", "Okta's next import sees a new version");
    let one = admin(&app, Method::GET, &path(&user), None).await.expect(200);
    assert_eq!(one.text_at("/version"), "W/\"5\"");
    let items = app.items();
    let key = &app.tenant.admin_key[16..25];
    let by_admin = items.iter().filter(|item| item["kind"]["S"] == "userUpdated" && item["by"]["S"] == key).count();
    assert_eq!(by_admin, 4, "each change is in the log, with the admin's key");
}

#[tokio::test]
async fn a_deleted_user_comes_back_by_an_admin_too() {
    let app = people().await;
    let id = find(&app, "q=dora").await.text_at("/users/0/id");

    let back = admin(&app, Method::PATCH, &format!("{PATH}/{id}"), Some(json!({"active": true}))).await.expect(200);

    assert_eq!(back.text_at("/state"), "active");
}

#[tokio::test]
async fn a_change_that_an_admin_cannot_make_is_refused_and_changes_nothing() {
    let app = people().await;
    let user = created(&app, person("eve")).await;
    let mut told = String::new();

    for body in [
        json!([]),
        json!({"userName": "x"}),
        json!({"active": "perhaps"}),
        json!({"klueRole": "king"}),
        json!({"visibilityGroup": "Nobody"}),
        json!({"klueRole": "admin", "visibilityGroup": "Sales"}),
    ] {
        let answer = admin(&app, Method::PATCH, &path(&user), Some(body)).await.expect(400);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        told += &format!("{}\n", answer.text_at("/detail"));
    }
    let stale = Call::new(Method::PATCH, &path(&user)).key(&app.tenant.admin_key).header("if-match", "W/\"7\"");
    told += &app.call(stale.json(&json!({"active": false}))).await.expect(412).text_at("/detail");
    admin(&app, Method::GET, &format!("{PATH}/7"), None).await.expect(404);

    assert_snapshot!(told, @r#"
    the body must be a JSON object
    'userName' cannot be changed here; active, klueRole and visibilityGroup can.
    active must be true or false, not a string.
    klueRole 'king' does not exist; the roles are: admin, curator, consumer.
    visibilityGroup 'Nobody' does not exist in this Klue instance; the groups are: Full Access, Sales.
    klueRole 'admin' and visibilityGroup 'Sales' do not go together: only consumers have a visibility group. Remove the visibilityGroup, or make the user a consumer.
    The user has changed since it was read: its version is now W/"1". Read it again and repeat the change.
    "#);
    assert_eq!(app.get(&user.user_path()).await.text, user.text, "nothing has changed");
    assert!(user.json()[ENTERPRISE]["visibilityGroup"].is_string());
}
