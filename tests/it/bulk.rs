//! Bulk requests (RFC 7644 §3.7).

use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::{Answer, App};

use crate::people::{ENTERPRISE, created, employee, names, operation, person};

pub(crate) fn post(bulk_id: &str, data: Value) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data})
}

pub(crate) fn patch(path: &str, data: Value) -> Value {
    json!({"method": "PATCH", "path": path, "data": data})
}

fn delete(path: &str) -> Value {
    json!({"method": "DELETE", "path": path})
}

fn request(operations: &[Value]) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations})
}

pub(crate) async fn bulk(app: &App, operations: &[Value]) -> Answer {
    app.post("/scim/v2/Bulk", request(operations)).await.expect(200)
}

/// Status and detail of each entry.
pub(crate) fn told(answer: &Answer) -> String {
    let body = answer.json();
    let entries = body["Operations"].as_array().expect("an answer has Operations");
    let lines = entries.iter().map(|entry| {
        let [scim_type, detail] =
            ["scimType", "detail"].map(|name| entry["response"][name].as_str().unwrap_or_default());
        format!(
            "{} {} {scim_type} {detail}",
            entry["method"].as_str().unwrap_or("?"),
            entry["status"].as_str().unwrap_or("?")
        )
    });
    lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// The path of a user below the base URL.
fn below_base(user: &Answer) -> String {
    format!("/Users/{}", user.text_at("/id"))
}

#[tokio::test]
async fn each_operation_is_answered_as_a_request_of_its_own() {
    let app = App::start().await;
    let [ada, bob, eve] =
        [created(&app, person("ada")).await, created(&app, person("bob")).await, created(&app, person("eve")).await];

    let answer = bulk(&app, &[
        post("new", person("new")),
        json!({"method": "put", "path": below_base(&ada), "data": person("augusta"), "version": "W/\"1\"", "bulkId": "x"}),
        patch(&below_base(&bob), operation("replace", "active", json!(false))),
        delete(&below_base(&eve)),
    ])
    .await;

    let mut entries = answer.text.clone();
    let list = app.get("/scim/v2/Users").await;
    for (index, name) in names(&list).iter().enumerate() {
        entries = entries.replace(&list.text_at(&format!("/Resources/{index}/id")), name);
    }
    assert_snapshot!(entries.replace("},{", "},\n{"), @r#"
    {"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkResponse"],"Operations":[{"method":"POST","bulkId":"new","version":"W/\"1\"","location":"http://klue.test/scim/v2/Users/new","status":"201"},
    {"method":"PUT","bulkId":"x","version":"W/\"2\"","location":"http://klue.test/scim/v2/Users/augusta","status":"200"},
    {"method":"PATCH","version":"W/\"2\"","location":"http://klue.test/scim/v2/Users/bob","status":"200"},
    {"method":"DELETE","location":"http://klue.test/scim/v2/Users/eve","status":"204"}]}
    "#);
    assert_eq!(names(&list), ["augusta", "bob", "eve", "new"]);
}

#[tokio::test]
async fn an_operation_that_fails_says_why_and_leaves_the_others_alone() {
    let app = App::start().await;
    let ada = created(&app, person("ada")).await;
    let mut same_email = person("another");
    same_email["emails"][0]["value"] = json!("ADA@example.com");
    let mut stale = patch(&below_base(&ada), operation("replace", "active", json!(false)));
    stale["version"] = json!("W/\"7\"");

    let operations = [
        post("1", person("first")),
        post("2", person("ada")),
        post("3", same_email),
        post("4", json!({"userName": "nobody"})),
        post("5", employee("five", json!({"klueRole": "king"}))),
        post("6", employee("six", json!({"visibilityGroup": "Nobody"}))),
        post("7", Value::Null),
        stale,
        patch("/Users/7", operation("replace", "active", json!(false))),
        patch(&below_base(&ada), json!([{"op": "replace"}])),
        delete("/Users"),
        delete("/Groups/7"),
        delete("/Me"),
        json!({"method": "POST", "path": below_base(&ada), "bulkId": "8", "data": {}}),
        post("9", person("last")),
    ];
    let answer = bulk(&app, &operations).await;

    assert_snapshot!(told(&answer), @r#"
    POST 201
    POST 409 uniqueness A user with the userName 'ada@example.com' already exists in this Klue instance.
    POST 409 uniqueness A user with the e-mail 'ADA@example.com' already exists in this Klue instance.
    POST 400 invalidValue name.givenName is required and must not be empty.
    POST 400 invalidValue data: klueRole 'king' does not exist; the roles are: admin, curator, consumer.
    POST 400 invalidValue visibilityGroup 'Nobody' does not exist in this Klue instance; the groups are: Full Access.
    POST 400 invalidSyntax data: the body must be a JSON object
    PATCH 412  The user has changed since it was read: its version is now W/"1". Read it again and repeat the change.
    PATCH 404  There is no user with the id '7' in this Klue instance.
    PATCH 400 invalidSyntax data: the body must be a JSON object
    DELETE 405  DELETE is not possible here; possible are: POST.
    DELETE 404  Klue does not manage groups over SCIM. In Okta, untick "Import Groups" and remove the groups under "Push Groups"; a user's visibility group is the attribute visibilityGroup.
    DELETE 404  There is nothing at '/Me'. The SCIM base URL ends in /scim/v2; users are at /scim/v2/Users.
    POST 405  POST is not possible here; possible are: PUT, PATCH, DELETE.
    POST 201
    "#);
    assert_eq!(names(&app.get("/scim/v2/Users").await), ["ada", "first", "last"]);
    assert!(answer.json()["Operations"][8]["location"].as_str().is_some_and(|location| location.ends_with("/Users/7")));
    assert!(answer.json()["Operations"][1].get("location").is_none(), "a POST that failed has no location");
}

#[tokio::test]
async fn the_outcome_is_that_of_one_request_after_the_other() {
    let app = App::start().await;
    let [ada, bob] = [created(&app, person("ada")).await, created(&app, person("bob")).await];
    let rename = |user: &Answer, name: &str| {
        patch(&below_base(user), operation("replace", "userName", json!(format!("{name}@example.com"))))
    };
    let mut free_mail = person("ada");
    free_mail["emails"][0]["value"] = json!("second@example.com");

    let answer = bulk(
        &app,
        &[
            // A name that is taken, then free, then taken again.
            post("1", person("ada")),
            rename(&ada, "augusta"),
            post("2", free_mail),
            rename(&bob, "ada"),
            // Twice in one request, in different case.
            post("3", person("carl")),
            post("4", person("CARL")),
            // A deletion and a return, of the same user.
            delete(&below_base(&bob)),
            post("5", person("bob")),
            post("6", person("bob")),
            // Two changes of one user.
            patch(&below_base(&ada), operation("replace", "name.givenName", json!("Augusta"))),
            patch(&below_base(&ada), operation("replace", "name.familyName", json!("King"))),
            patch(&below_base(&ada), operation("replace", "name.familyName", json!("King"))),
        ],
    )
    .await;

    assert_snapshot!(told(&answer), @"
    POST 409 uniqueness A user with the userName 'ada@example.com' already exists in this Klue instance.
    PATCH 200
    POST 201
    PATCH 409 uniqueness A user with the userName 'ada@example.com' already exists in this Klue instance.
    POST 201
    POST 409 uniqueness A user with the userName 'CARL@example.com' already exists in this Klue instance.
    DELETE 204
    POST 201
    POST 409 uniqueness A user with the userName 'bob@example.com' already exists in this Klue instance.
    PATCH 200
    PATCH 200
    PATCH 200
    ");
    assert_eq!(
        answer.text_at("/Operations/7/location"),
        answer.text_at("/Operations/6/location"),
        "bob is back under his id"
    );
    let ada = app.get(&ada.user_path()).await.json();
    assert_eq!((&ada["displayName"], &ada["meta"]["version"]), (&json!("Augusta King"), &json!("W/\"4\"")));
}

#[tokio::test]
async fn references_lead_to_users_that_are_created_in_the_same_request() {
    let app = App::start().await;
    let mut report = person("report");
    report[ENTERPRISE] = json!({"manager": {"value": "bulkId:boss"}, "employeeId": "bulkId:boss"});

    let answer = bulk(
        &app,
        &[
            patch("/Users/bulkId:boss", operation("replace", "active", json!(false))),
            post("report", report),
            post("boss", person("boss")),
            delete("/Users/bulkId:nobody"),
            post("broken", json!({})),
            delete("/Users/bulkId:broken"),
            post("a", json!({"userName": "bulkId:b"})),
            post("b", json!({"userName": "bulkId:a"})),
        ],
    )
    .await;

    assert_snapshot!(told(&answer), @"
    PATCH 200
    POST 201
    POST 201
    DELETE 400 invalidValue No POST of this request has the bulkId 'nobody'.
    POST 400 invalidValue userName is required and must not be empty.
    DELETE 409  The operation needs what another one should have created, and that one failed.
    POST 409  The operation needs what other operations create, and these need it in turn: references in a circle are not resolved.
    POST 409  The operation needs what other operations create, and these need it in turn: references in a circle are not resolved.
    ");
    let [report, boss] =
        ["report", "boss"].map(|name| format!("/scim/v2/Users?filter=userName+eq+%22{name}@example.com%22"));
    let boss = app.get(&boss).await;
    assert_eq!(boss.text_at("/Resources/0/active"), "false");
    let report = app.get(&report).await.json();
    assert_eq!(report["Resources"][0][ENTERPRISE]["employeeId"], boss.json()["Resources"][0]["id"]);
}

#[tokio::test]
async fn with_fail_on_errors_nothing_is_done_behind_the_last_error() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let operations = [
        post("1", person("one")),
        post("2", person("one")),
        post("3", person("three")),
        post("4", person("ada")),
        post("5", person("five")),
    ];
    let mut strict = request(&operations);
    strict["failOnErrors"] = json!(1);

    let answer = app.post("/scim/v2/Bulk", strict.clone()).await.expect(200);
    assert_eq!(told(&answer).lines().map(|line| &line[..8]).collect::<Vec<_>>(), ["POST 201", "POST 409"]);
    assert_eq!(names(&app.get("/scim/v2/Users").await), ["ada", "one"]);

    strict["failOnErrors"] = json!(3);
    let answer = app.post("/scim/v2/Bulk", strict).await.expect(200);
    assert_eq!(
        told(&answer).lines().map(|line| &line[..8]).collect::<Vec<_>>(),
        ["POST 409", "POST 409", "POST 201", "POST 409"]
    );
    assert_eq!(names(&app.get("/scim/v2/Users").await), ["ada", "one", "three"]);
}

#[tokio::test]
async fn a_request_that_is_no_bulk_request_does_nothing() {
    let app = App::start().await;
    app.get("/scim/v2/Users").await.expect(200);
    let before = app.data();

    let mut told = String::new();
    for body in [
        json!([]),
        json!({"Operations": {}}),
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}),
        json!({"Operations": [post("1", person("ada")), {"method": "GET", "path": "/Users"}]}),
        json!({"Operations": [post("1", person("ada")), {"method": "POST", "path": "/Users"}]}),
        json!({"Operations": [post("1", person("ada")), post("1", person("bob"))]}),
        json!({"Operations": [post("1", person("ada"))], "failOnErrors": 0}),
    ] {
        let answer = app.post("/scim/v2/Bulk", body).await.expect(400);
        told += &format!("{} {}\n", answer.text_at("/scimType"), answer.text_at("/detail"));
    }
    let many: Vec<_> = (0..1001).map(|number| post(&number.to_string(), json!({}))).collect();
    told += &app.post("/scim/v2/Bulk", request(&many)).await.expect(413).text_at("/detail");
    let large = request(&[post("1", json!({"title": "x".repeat(1024 * 1024)}))]);
    app.post("/scim/v2/Bulk", large).await.expect(413);

    assert_snapshot!(told, @"
    invalidSyntax the body must be a JSON object
    invalidSyntax Operations: expected an array
    invalidSyntax schemas: expected a list with 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
    invalidSyntax Operations[1].method: expected 'POST', 'PUT', 'PATCH' or 'DELETE', found 'GET'
    invalidSyntax Operations[1].bulkId: missing
    invalidValue Operations[1].bulkId: '1' is that of Operations[0] already
    invalidValue failOnErrors: expected a positive integer
    The request has 1001 operations; maxOperations is 1000. Send it in parts.
    ");
    assert_eq!(app.data(), before);
    assert_eq!(bulk(&app, &[]).await.text_at("/Operations"), "[]");
}
