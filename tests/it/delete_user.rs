use http::Method;
use insta::assert_snapshot;
use serde_json::json;
use tests::app::{App, Call};

use crate::people::{created, operation, person};

#[tokio::test]
async fn a_deleted_user_stays_readable_and_listed_without_access() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    let deleted = app.delete(&user.user_path()).await;

    assert_snapshot!(deleted, @"204 No Content");
    let read = app.get(&user.user_path()).await.expect(200);
    assert_eq!(read.text_at("/active"), "false");
    assert_eq!(read.text_at("/meta/version"), "W/\"2\"");
    let found = app.get("/scim/v2/Users?filter=userName+eq+%22ADA@example.com%22").await;
    assert_eq!(found.text_at("/totalResults"), "1");
}

#[tokio::test]
async fn deleting_a_deleted_user_writes_nothing() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    app.delete(&user.user_path()).await.expect(204);
    let before = app.items();

    app.delete(&user.user_path()).await.expect(204);

    assert_eq!(app.items(), before);
}

#[tokio::test]
async fn deleting_an_inactive_user_sets_the_mark() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    app.patch(&user.user_path(), operation("replace", "active", json!(false))).await.expect(200);
    app.post("/scim/v2/Users", person("ada")).await.expect(409);

    app.delete(&user.user_path()).await.expect(204);

    app.post("/scim/v2/Users", person("ada")).await.expect(201);
}

#[tokio::test]
async fn reactivation_clears_the_mark() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    app.delete(&user.user_path()).await.expect(204);

    let active = app.patch(&user.user_path(), operation("replace", "active", json!(true))).await.expect(200);

    assert_eq!(active.text_at("/active"), "true");
    app.patch(&user.user_path(), operation("replace", "active", json!(false))).await.expect(200);
    app.post("/scim/v2/Users", person("ada")).await.expect(409);
}

#[tokio::test]
async fn an_id_that_was_never_issued_is_not_found() {
    let app = App::start().await;

    app.delete("/scim/v2/Users/7").await.expect(404);
}

#[tokio::test]
async fn a_delete_of_another_version_is_refused() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    let delete = Call::new(Method::DELETE, &user.user_path()).key(&app.tenant.scim_key).header("if-match", "W/\"7\"");
    app.call(delete).await.expect(412);

    assert_eq!(app.get(&user.user_path()).await.text_at("/active"), "true");
}
