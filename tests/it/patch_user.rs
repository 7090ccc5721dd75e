use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::App;

use crate::people::{ENTERPRISE, access, created, employee, operation, operations, person};

const ROLE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:klueRole";
const GROUP: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:visibilityGroup";
const EMPLOYEE_ID: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId";

/// Patches a new user and tells what one pointer of it is then.
async fn after(patch: Value, pointer: &str) -> String {
    let app = App::start().await;
    let user = created(&app, employee("ada", json!({"employeeId": "7"}))).await;
    app.patch(&user.user_path(), patch.clone()).await.expect(200);
    app.get(&user.user_path()).await.text_at(pointer)
}

#[tokio::test]
async fn every_spelling_of_a_deactivation_deactivates() {
    for patch in [
        operations(json!([{"op": "replace", "value": {"active": false}}])),
        operations(json!([{"op": "Replace", "path": "active", "value": "False"}])),
        operations(json!([{"op": "add", "path": "ACTIVE", "value": [false]}])),
        operations(
            json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]),
        ),
        operations(json!([{"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:User:active": "false"}}])),
        json!({"operations": [{"OP": "REPLACE", "Value": {"Active": false}}]}),
    ] {
        assert_eq!(after(patch.clone(), "/active").await, "false", "for {patch}");
    }
}

#[tokio::test]
async fn every_spelling_of_the_work_email_changes_it() {
    let new = json!("new@example.com");
    for patch in [
        operation("replace", "emails[type eq \"work\"].value", new.clone()),
        operation("Add", "emails[Type EQ \"WORK\"].Value", new.clone()),
        operation("replace", "emails[primary eq true].value", new.clone()),
        operation("replace", "emails[primary eq \"True\"].value", new.clone()),
        operation("replace", "emails[value eq \"ADA@example.com\"].value", new.clone()),
        operation("replace", "emails[type eq \"work\" and value co \"ada\"]", json!({"value": new})),
        operation("replace", "emails.value", new.clone()),
        operation("replace", "emails", json!([{"value": new, "type": "work"}])),
        operation("replace", "emails", json!({"value": new})),
        operation("add", "emails", json!([{"value": new, "primary": true}])),
        operations(json!([{"op": "replace", "value": {"emails[type eq \"work\"].value": new}}])),
        operations(json!([{"op": "replace", "value": {"emails": [{"value": new}]}}])),
        operation("replace", "emails[type eq \"work\"].value", json!([{"value": new}])),
    ] {
        assert_eq!(after(patch.clone(), "/emails/0/value").await, "new@example.com", "for {patch}");
    }
}

#[tokio::test]
async fn names_are_changed_whole_and_in_part() {
    for patch in [
        operation("replace", "name.givenName", json!("Augusta")),
        operation("replace", "name", json!({"givenName": "Augusta"})),
        operations(json!([{"op": "add", "value": {"name.givenName": "Augusta"}}])),
        operations(json!([{"op": "replace", "value": {"name": {"givenName": "Augusta", "middleName": "King"}}}])),
    ] {
        assert_eq!(after(patch.clone(), "/displayName").await, "Augusta Example", "for {patch}");
    }
}

#[tokio::test]
async fn the_extension_is_changed_by_path_by_urn_and_by_object() {
    let pointer = format!("/{ENTERPRISE}/employeeId");
    for patch in [
        operation("replace", EMPLOYEE_ID, json!("8")),
        operation("add", EMPLOYEE_ID, json!(8)),
        operation("replace", ENTERPRISE, json!({"employeeId": "8"})),
        operations(json!([{"op": "replace", "value": {EMPLOYEE_ID: "8"}}])),
        operations(json!([{"op": "replace", "value": {ENTERPRISE: {"EmployeeID": "8"}}}])),
    ] {
        assert_eq!(after(patch.clone(), &pointer).await, "8", "for {patch}");
    }
    for patch in [
        operations(json!([{"op": "remove", "path": EMPLOYEE_ID}])),
        operations(json!([{"op": "Remove", "path": ENTERPRISE}])),
        operation("replace", EMPLOYEE_ID, json!("")),
        operation("replace", EMPLOYEE_ID, json!(null)),
        operation("replace", ENTERPRISE, json!(null)),
    ] {
        assert_eq!(after(patch.clone(), &pointer).await, "", "for {patch}");
    }
}

#[tokio::test]
async fn what_changes_nothing_writes_nothing() {
    let app = App::start().await;
    let user = created(&app, employee("ada", json!({"employeeId": "7"}))).await;
    let before = app.data();

    for patch in [
        operations(json!([])),
        operation("add", "userName", json!("ada@example.com")),
        operation("replace", "id", json!("mine")),
        operation("replace", "groups", json!([{"value": "x"}])),
        operation("replace", "displayName", json!("Somebody")),
        operation("add", "title", json!("Countess")),
        operation("replace", "phoneNumbers[type eq \"work\"].value", json!("+44")),
        operation("add", "emails", json!([{"value": "x@home.example", "type": "home"}])),
        operation("add", "emails[type eq \"home\"].value", json!("x@home.example")),
        operation("replace", "emails[type eq \"home\"]", json!({"value": "x@home.example", "type": "home"})),
        operation("replace", "emails[type eq \"other\"].value", json!(7)),
        operations(json!([{"op": "remove", "path": "emails[type eq \"other\"]"}])),
        operation("replace", "emails[type eq \"work\"].primary", json!("True")),
        operations(json!([{"op": "replace", "value": {"urn:example:custom:2.0:User:klueRole": "admin"}}])),
        operation("replace", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", json!("")),
        operations(
            json!([{"op": "replace", "path": EMPLOYEE_ID, "value": "8"}, {"op": "replace", "path": EMPLOYEE_ID, "value": "7"}]),
        ),
    ] {
        let answer = app.patch(&user.user_path(), patch.clone()).await.expect(200);
        assert_eq!(answer.json(), user.json(), "for {patch}");
    }
    assert_eq!(app.data(), before);
}

#[tokio::test]
async fn operations_are_carried_out_in_order_and_together() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let before = app.data();

    let refused = app
        .patch(
            &user.user_path(),
            operations(json!([
                {"op": "replace", "path": "name.givenName", "value": "Augusta"},
                {"op": "replace", "path": "emails[value eq \"x@example.com\"].value", "value": "y@example.com"},
            ])),
        )
        .await;
    assert_snapshot!(refused, @r#"
    400 Bad Request
    {
      "detail": "Operations[1]: The path matches no value of the user: emails[value eq \"x@example.com\"].",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "noTarget",
      "status": "400"
    }
    "#);
    assert_eq!(app.data(), before, "all operations or none");

    let done = app
        .patch(
            &user.user_path(),
            operations(json!([
                {"op": "remove", "path": "emails"},
                {"op": "add", "path": "emails", "value": [{"value": "x@example.com"}]},
                {"op": "replace", "path": "emails[value eq \"x@example.com\"].value", "value": "y@example.com"},
            ])),
        )
        .await
        .expect(200);
    assert_eq!(done.text_at("/emails/0/value"), "y@example.com");
}

#[tokio::test]
async fn the_role_and_group_of_the_resulting_user_have_to_fit() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let path = user.user_path();

    let raised =
        app.patch(&path, operations(json!([{"op": "replace", "value": {ROLE: "Admin", GROUP: "full ACCESS"}}]))).await;
    assert_eq!(access(&raised.expect(200)), r#""admin" null"#, "the stored group counts as not sent");
    let refused = app.patch(&path, operation("add", GROUP, json!("Full Access"))).await;
    assert_snapshot!(refused, @r#"
    200 OK
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
      "id": "[id]",
      "meta": {
        "created": "[time]",
        "lastModified": "[time]",
        "location": "http://klue.test/scim/v2/Users/[id]",
        "resourceType": "User",
        "version": "W/\"2\""
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
        "klueRole": "admin"
      },
      "userName": "ada@example.com"
    }
    "#);
    let order = operations(
        json!([{"op": "add", "path": GROUP, "value": "Full Access"}, {"op": "replace", "path": ROLE, "value": "consumer"}]),
    );
    assert_eq!(access(&app.patch(&path, order).await.expect(200)), r#""consumer" "Full Access""#);
    let removed =
        app.patch(&path, operations(json!([{"op": "remove", "path": GROUP}, {"op": "remove", "path": ROLE}]))).await;
    assert_eq!(access(&removed.expect(200)), r#""consumer" "Full Access""#);
}

#[tokio::test]
async fn what_a_user_cannot_be_without_cannot_be_removed() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    for path in ["userName", "name", "name.familyName", "emails", "emails[type eq \"work\"]", "emails.value", "active"]
    {
        let answer =
            app.patch(&user.user_path(), operations(json!([{"op": "remove", "path": path}]))).await.expect(400);
        assert_eq!(answer.text_at("/scimType"), "mutability", "for {path}: {answer}");
    }
    assert_snapshot!(app.patch(&user.user_path(), operations(json!([{"op": "remove", "path": "active"}]))).await, @r#"
    400 Bad Request
    {
      "detail": "active cannot be removed: send active: false to deactivate the user.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "mutability",
      "status": "400"
    }
    "#);
}

#[tokio::test]
async fn a_patch_that_cannot_be_read_says_where() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let mut told = String::new();

    for patch in [
        json!([]),
        json!({}),
        json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "Operations": []}),
        operations(json!({})),
        operations(json!([{"op": "move", "path": "name"}])),
        operations(json!([{"op": "replace", "path": "emails[type eq", "value": "x"}])),
        operations(json!([{"op": "remove"}])),
        operations(json!([{"op": "replace", "path": "userName"}])),
        operations(json!([{"op": "replace", "value": "x"}])),
        operation("replace", "userName", json!({"a": 1})),
        operation("replace", "active", json!("maybe")),
        operation("replace", "emails[size gt 3].value", json!("x@example.com")),
        operation("replace", "emails", json!([{"value": "x@home.example", "type": "home"}])),
        operations(vec![json!({"op": "replace", "path": "title", "value": "x"}); 101].into()),
    ] {
        let answer = app.patch(&user.user_path(), patch).await.expect(400);
        told += &format!("{}: {}\n", answer.text_at("/scimType"), answer.text_at("/detail"));
    }
    assert_snapshot!(told, @"
    invalidSyntax: the body must be a JSON object
    invalidSyntax: Operations: missing
    invalidSyntax: schemas: expected a list with 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
    invalidSyntax: Operations: expected an array
    invalidSyntax: Operations[0].op: expected 'add', 'remove' or 'replace', found 'move'
    invalidPath: Operations[0].path: invalid path at byte 15: expected a value
    noTarget: Operations[0]: 'remove' needs a path
    invalidValue: Operations[0]: 'replace' needs a value
    invalidValue: Operations[0]: without a path, value must be an object of attributes.
    invalidValue: Operations[0]: userName must be a single value, not an object.
    invalidValue: Operations[0]: active must be true or false, not a string.
    invalidFilter: Operations[0]: attribute 'emails' has no sub-attribute 'size'
    invalidValue: Operations[0]: emails has none of type work; Klue keeps the work e-mail.
    invalidValue: Operations: 101 operations, 100 are allowed
    ");
}
