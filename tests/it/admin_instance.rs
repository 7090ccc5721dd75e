use http::Method;
use insta::assert_snapshot;
use serde_json::json;
use tests::app::App;

use crate::admin_visibility_groups::group;
use crate::people::{admin, created, person};

const PATH: &str = "/admin/v1/instance";

#[tokio::test]
async fn an_admin_sees_the_instance_and_the_address_for_okta() {
    let app = App::start().await;
    created(&app, person("ada")).await;

    let answer = admin(&app, Method::GET, PATH, None).await.expect(200);

    let id = app.tenant.scim_key[5..16].to_owned();
    assert_snapshot!(answer.text.replace(&id, "[instance]"), @r#"{"defaultVisibilityGroup":{"id":"ZnVsbCBhY2Nlc3M","name":"Full Access"},"id":"[instance]","name":"Test","scimBaseUrl":"http://klue.test/scim/v2","userCount":1}"#);
}

#[tokio::test]
async fn name_and_default_group_can_be_changed() {
    let app = App::start().await;
    let sales = group(&app, "Sales").await;
    let id = sales.rsplit('/').next().unwrap_or_default();

    let answer = admin(&app, Method::PATCH, PATH, Some(json!({"name": "Acme 2", "defaultVisibilityGroup": id}))).await;

    let answer = answer.expect(200);
    assert_eq!(answer.text_at("/name"), "Acme 2");
    assert_eq!(answer.text_at("/defaultVisibilityGroup/name"), "Sales");
    assert_eq!(admin(&app, Method::GET, PATH, None).await.text, answer.text);
    let items = app.items();
    let entry = items.iter().find(|item| item["kind"]["S"] == "instanceUpdated").expect("the change is in the log");
    assert_eq!(entry["changes"]["L"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn what_an_instance_cannot_be_is_refused() {
    let app = App::start().await;
    let before = admin(&app, Method::GET, PATH, None).await.text;
    let mut told = String::new();

    for body in [
        json!({"name": ""}),
        json!({"name": "x".repeat(129)}),
        json!({"name": {}, "x": 1}),
        json!({"defaultVisibilityGroup": "bm9ib2R5"}),
    ] {
        let answer = admin(&app, Method::PATCH, PATH, Some(body)).await;
        told += &format!("{} {}\n", answer.status.as_u16(), answer.text_at("/detail"));
    }

    assert_snapshot!(told, @"
    400 name must not be empty.
    400 name is 129 bytes long; the limit is 128.
    400 name must be a single value, not an object.
    404 There is no visibility group with the id 'bm9ib2R5' in this Klue instance.
    ");
    assert_eq!(admin(&app, Method::GET, PATH, None).await.text, before);
}
