use insta::assert_snapshot;
use serde_json::json;
use tests::app::App;

use crate::people::{ENTERPRISE, access, created, employee, person};

#[tokio::test]
async fn a_new_user_is_answered_whole() {
    let app = App::start().await;
    let mut body =
        employee("ada", json!({"employeeId": 701984, "klueRole": "Consumer", "visibilityGroup": "full access"}));
    body["externalId"] = json!("00u1");

    let answer = app.post("/scim/v2/Users", body).await;

    assert_snapshot!(answer, @r#"
    201 Created
    {
      "active": true,
      "displayName": "ada Example",
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
        "version": "W/\"1\""
      },
      "name": {
        "familyName": "Example",
        "formatted": "ada Example",
        "givenName": "ada"
      },
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      ],
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeId": "701984",
        "klueRole": "consumer",
        "visibilityGroup": "Full Access"
      },
      "userName": "ada@example.com"
    }
    "#);
    assert_eq!(answer.header("content-type"), "application/scim+json");
    assert_eq!(answer.header("etag"), "W/\"1\"");
    assert_eq!(answer.header("location"), answer.text_at("/meta/location"));
}

#[tokio::test]
async fn what_klue_does_not_keep_is_ignored() {
    let app = App::start().await;
    let mut body = person("ada");
    for (name, value) in [
        ("id", json!("mine")),
        ("password", json!("s3cret-s3cret")),
        ("groups", json!([])),
        ("locale", json!("en-US")),
        ("title", json!(7)),
        ("displayName", json!("Somebody else")),
        ("meta", json!({"created": "yesterday"})),
        ("urn:example:custom:2.0:User", json!({"klueRole": "admin"})),
    ] {
        body[name] = value;
    }

    let answer = created(&app, body).await;

    assert_eq!(answer.text_at("/displayName"), "ada Example");
    assert_eq!(access(&answer), r#""consumer" "Full Access""#);
    assert!(!answer.text.contains("s3cret"), "a password is never returned: {answer}");
    let stored = format!("{:?}", app.items());
    assert!(!stored.contains("s3cret"), "a password is never stored");
}

#[tokio::test]
async fn user_names_are_unique_without_case() {
    let app = App::start().await;
    created(&app, person("straße")).await;
    let mut body = person("other");
    body["userName"] = json!("STRASSE@EXAMPLE.COM");

    let answer = app.post("/scim/v2/Users", body).await;

    assert_snapshot!(answer, @r#"
    409 Conflict
    {
      "detail": "A user with the userName 'STRASSE@EXAMPLE.COM' already exists in this Klue instance.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "uniqueness",
      "status": "409"
    }
    "#);
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
}

#[tokio::test]
async fn work_emails_are_unique_without_case() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let mut body = person("other");
    body["emails"] = json!([{"value": "ADA@example.com"}]);

    let answer = app.post("/scim/v2/Users", body).await;

    assert_snapshot!(answer, @r#"
    409 Conflict
    {
      "detail": "A user with the e-mail 'ADA@example.com' already exists in this Klue instance.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "uniqueness",
      "status": "409"
    }
    "#);
}

#[tokio::test]
async fn the_work_email_is_found_in_every_spelling() {
    let app = App::start().await;
    let cases = [
        ("a1", json!([{"value": "a1@work.example"}])),
        ("a2", json!({"value": "a2@work.example", "type": "Work"})),
        (
            "a3",
            json!([{"value": "x@home.example", "type": "home", "primary": true}, {"value": "a3@work.example", "type": "work"}]),
        ),
        ("a4", json!(["a4@work.example"])),
        (
            "a5",
            json!([{"value": "no@work.example", "type": "work"}, {"value": "a5@work.example", "type": "work", "primary": "True"}]),
        ),
        ("a6", json!([{"Value": "a6@work.example", "TYPE": null}])),
        ("a7", json!([{"value": "no@work.example", "primary": true}, {"value": "a7@work.example", "type": "work"}])),
    ];

    for (name, emails) in cases {
        let mut body = person(name);
        body["emails"] = emails;
        let answer = created(&app, body).await;

        let expected = json!([{"value": format!("{name}@work.example"), "type": "work", "primary": true}]);
        assert_eq!(answer.json()["emails"], expected, "for {name}");
    }
}

#[tokio::test]
async fn an_employee_id_is_any_string_or_whole_number() {
    let app = App::start().await;

    for (name, value, expected) in [
        ("a", json!("E-7"), json!("E-7")),
        ("b", json!(18446744073709551615_u64), json!("18446744073709551615")),
        ("c", json!(""), json!(null)),
    ] {
        let answer = created(&app, employee(name, json!({"employeeId": value}))).await;
        assert_eq!(answer.json()[ENTERPRISE]["employeeId"], expected, "for {name}");
    }
}

#[tokio::test]
async fn a_group_does_not_go_with_the_role_of_an_admin_or_curator() {
    let app = App::start().await;

    let answer = app
        .post("/scim/v2/Users", employee("ada", json!({"klueRole": "admin", "visibilityGroup": "Full Access"})))
        .await;

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
async fn an_unknown_role_or_group_is_told_with_those_that_exist() {
    let app = App::start().await;

    let role = app.post("/scim/v2/Users", employee("ada", json!({"klueRole": "boss"}))).await;
    let group = app.post("/scim/v2/Users", employee("ada", json!({"visibilityGroup": "Sales"}))).await;

    assert_snapshot!(role, @r#"
    400 Bad Request
    {
      "detail": "klueRole 'boss' does not exist; the roles are: admin, curator, consumer.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "invalidValue",
      "status": "400"
    }
    "#);
    assert_snapshot!(group, @r#"
    400 Bad Request
    {
      "detail": "visibilityGroup 'Sales' does not exist in this Klue instance; the groups are: Full Access.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "invalidValue",
      "status": "400"
    }
    "#);
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "0");
}

#[tokio::test]
async fn a_post_of_a_deleted_user_name_restores_the_user() {
    let app = App::start().await;
    let mut body = employee("ada", json!({"klueRole": "curator", "employeeId": "7"}));
    body["externalId"] = json!("00u1");
    let first = created(&app, body).await;
    app.delete(&first.user_path()).await.expect(204);
    let mut body = person("ada");
    body["userName"] = json!("ADA@example.com");

    let restored = app.post("/scim/v2/Users", body).await.expect(201);

    assert_eq!(restored.text_at("/id"), first.text_at("/id"));
    assert_eq!(restored.text_at("/meta/created"), first.text_at("/meta/created"));
    assert_eq!(restored.text_at("/userName"), "ADA@example.com");
    assert_eq!(restored.text_at("/active"), "true");
    assert_eq!(restored.json()[ENTERPRISE], json!({"klueRole": "consumer", "visibilityGroup": "Full Access"}));
    assert_eq!(restored.json()["externalId"], json!(null));
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
    app.post("/scim/v2/Users", person("ada")).await.expect(409);
}

#[tokio::test]
async fn a_restore_with_an_email_of_another_user_is_refused() {
    let app = App::start().await;
    let first = created(&app, person("ada")).await;
    app.delete(&first.user_path()).await.expect(204);
    created(&app, person("bob")).await;
    let mut body = person("ada");
    body["emails"][0]["value"] = json!("bob@example.com");

    let answer = app.post("/scim/v2/Users", body).await;

    assert_snapshot!(answer, @r#"
    409 Conflict
    {
      "detail": "A user with the e-mail 'bob@example.com' already exists in this Klue instance.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "uniqueness",
      "status": "409"
    }
    "#);
    assert_eq!(app.get(&first.user_path()).await.text_at("/active"), "false");
}

#[tokio::test]
async fn a_post_of_an_inactive_user_name_is_a_conflict() {
    let app = App::start().await;
    let mut body = person("ada");
    body["active"] = json!(false);
    let first = created(&app, body).await;
    assert_eq!(first.text_at("/active"), "false");

    app.post("/scim/v2/Users", person("ada")).await.expect(409);
}
