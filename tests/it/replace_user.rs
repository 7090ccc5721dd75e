use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};

use crate::people::{ENTERPRISE, access, created, employee, person};

async fn put(app: &App, user: &Answer, changes: Value) -> Answer {
    let mut body = app.get(&user.user_path()).await.expect(200).json();
    for (name, value) in changes.as_object().expect("changes are an object") {
        match (body.get_mut(name), value) {
            (Some(Value::Object(stored)), Value::Object(new)) => stored.extend(new.clone()),
            _ => body[name] = value.clone(),
        }
    }
    app.put(&user.user_path(), body).await
}

#[tokio::test]
async fn what_was_read_can_be_sent_back_and_changes_nothing() {
    let app = App::start().await;
    let user = created(&app, employee("ada", json!({"employeeId": "7"}))).await;
    let before = app.items();

    let mut body = user.json();
    body["groups"] = json!([]);
    body["urn:example:custom"] = json!({"x": 1});
    let answer = app.put(&user.user_path(), body).await.expect(200);

    assert_eq!(answer.json(), user.json());
    assert_eq!(app.items(), before, "a PUT that changes nothing writes nothing");
}

#[tokio::test]
async fn a_put_changes_what_it_says_and_keeps_what_it_does_not_mention() {
    let app = App::start().await;
    let mut body = employee("ada", json!({"employeeId": "7", "klueRole": "curator"}));
    body["externalId"] = json!("00u1");
    let user = created(&app, body).await;

    let answer = app.put(&user.user_path(), json!({"name": {"familyName": "King"}})).await;

    assert_snapshot!(answer, @r#"
    200 OK
    {
      "active": true,
      "displayName": "ada King",
      "emails": [
        {
          "primary": true,
          "type": "work",
          "value": "ada@example.com"
        }
      ],
      "externalId": "00u1",
      "id": "[id]",
      "meta": {
        "created": "[time]",
        "lastModified": "[time]",
        "location": "http://klue.test/scim/v2/Users/[id]",
        "resourceType": "User",
        "version": "W/\"2\""
      },
      "name": {
        "familyName": "King",
        "formatted": "ada King",
        "givenName": "ada"
      },
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      ],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeId": "7",
        "klueRole": "curator"
      },
      "userName": "ada@example.com"
    }
    "#);
    assert_eq!(answer.header("etag"), "W/\"2\"");
}

#[tokio::test]
async fn null_and_empty_values_clear_optional_attributes() {
    let app = App::start().await;

    for (name, cleared) in [("null", json!(null)), ("text", json!("")), ("list", json!([]))] {
        let mut body = employee(name, json!({"employeeId": "7", "klueRole": "admin"}));
        body["externalId"] = json!("00u1");
        let user = created(&app, body).await;
        let extension = json!({"employeeId": cleared, "klueRole": cleared, "visibilityGroup": cleared});

        let answer = put(&app, &user, json!({"externalId": cleared, ENTERPRISE: extension})).await.expect(200);

        assert_eq!(answer.json()["externalId"], json!(null), "for {name}");
        assert_eq!(
            answer.json()[ENTERPRISE],
            json!({"klueRole": "consumer", "visibilityGroup": "Full Access"}),
            "for {name}"
        );
    }
}

#[tokio::test]
async fn required_attributes_cannot_be_cleared() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let before = app.data();

    for changes in [
        json!({"userName": null}),
        json!({"userName": " "}),
        json!({"name": {"givenName": ""}}),
        json!({"name": null}),
        json!({"emails": []}),
        json!({"emails": [{"value": "", "type": "work"}]}),
        json!({"emails": [{"value": "x@home.example", "type": "home"}]}),
    ] {
        let answer = put(&app, &user, changes.clone()).await.expect(400);
        assert_eq!(answer.text_at("/scimType"), "invalidValue", "for {changes}: {answer}");
    }
    assert_eq!(app.data(), before, "what is refused writes nothing");
    assert_snapshot!(put(&app, &user, json!({"emails": []})).await, @r#"
    400 Bad Request
    {
      "detail": "emails[type eq \"work\"].value is required and must not be empty.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "invalidValue",
      "status": "400"
    }
    "#);
}

#[tokio::test]
async fn an_absent_or_unassigned_active_does_not_change_it() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    put(&app, &user, json!({"active": "False"})).await.expect(200);

    for changes in [json!({"active": null}), json!({"active": ""}), json!({"active": []})] {
        assert_eq!(put(&app, &user, changes).await.expect(200).text_at("/active"), "false");
    }
    let answer = app.put(&user.user_path(), person("ada")).await.expect(200);
    assert_eq!(answer.text_at("/active"), "false");
    assert_eq!(put(&app, &user, json!({"active": "true"})).await.expect(200).text_at("/active"), "true");
}

#[tokio::test]
async fn a_role_is_raised_by_a_put_that_repeats_the_stored_group() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    let raised = put(&app, &user, json!({ENTERPRISE: {"klueRole": "curator"}})).await.expect(200);
    let lowered = put(&app, &user, json!({ENTERPRISE: {"klueRole": "consumer"}})).await.expect(200);

    assert_eq!(access(&raised), r#""curator" null"#);
    assert_eq!(access(&lowered), r#""consumer" "Full Access""#);
}

#[tokio::test]
async fn a_new_group_does_not_go_with_the_stored_role_of_an_admin() {
    let app = App::start().await;
    let user = created(&app, employee("ada", json!({"klueRole": "admin"}))).await;

    let answer = put(&app, &user, json!({ENTERPRISE: {"visibilityGroup": "Full Access"}})).await;

    assert_snapshot!(answer, @r#"
    400 Bad Request
    {
      "detail": "klueRole 'admin' and visibilityGroup 'Full Access' do not go together: only consumers have a visibility group. Remove the visibilityGroup, or make the user a consumer.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "invalidValue",
      "status": "400"
    }
    "#);
}

#[tokio::test]
async fn a_user_name_can_be_changed_and_the_old_one_is_free_then() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    created(&app, person("bob")).await;

    put(&app, &user, json!({"userName": "BOB@example.com"})).await.expect(409);
    let recased = put(&app, &user, json!({"userName": "ADA@example.com"})).await.expect(200);
    let renamed = put(&app, &user, json!({"userName": "countess", "emails": [{"value": "countess@example.com"}]}))
        .await
        .expect(200);

    assert_eq!(recased.text_at("/userName"), "ADA@example.com");
    assert_eq!(renamed.text_at("/userName"), "countess");
    app.post("/scim/v2/Users", person("ada")).await.expect(201);
}

#[tokio::test]
async fn a_put_never_creates() {
    let app = App::start().await;

    let answer = app.put("/scim/v2/Users/4f1b1a0e-3f47-8a5e-9c0a-2b8f00000001", person("ada")).await;

    assert_eq!(answer.status, 404, "{answer}");
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "0");
}

#[tokio::test]
async fn if_match_refuses_another_version_and_takes_the_stored_one() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let rename = |tag: &str, name: &str| {
        let call = Call::new(Method::PUT, &user.user_path()).key(&app.tenant.scim_key).header("if-match", tag);
        call.json(&json!({"name": {"givenName": name}}))
    };

    assert_snapshot!(app.call(rename("W/\"2\"", "Ada")).await, @r#"
    412 Precondition Failed
    {
      "detail": "The user has changed since it was read: its version is now W/\"1\". Read it again and repeat the change.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "status": "412"
    }
    "#);
    app.call(rename("\"1\"", "Ada")).await.expect(200);
    app.call(rename("W/\"1\"", "Augusta")).await.expect(412);
    app.call(rename("*", "Augusta")).await.expect(200);
    let unreadable = rename("W/\"3\"", "Ada").header_bytes("if-match", b"\"caf\xe9\"");
    app.call(unreadable).await.expect(412);
}
