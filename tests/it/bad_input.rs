//! What is wrong with a request is said, and nothing is written.

use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};

use crate::people::{ENTERPRISE, created, operation, operations, person};

fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// Sends a body by each method that takes one; tells the answers, which are all the same.
async fn each_write(app: &App, path: &str, call: impl Fn(Call) -> Call) -> Answer {
    let mut answers = Vec::new();
    for (method, path) in [(Method::POST, "/scim/v2/Users"), (Method::PUT, path), (Method::PATCH, path)] {
        answers.push(app.call(call(Call::new(method, path).key(&app.tenant.scim_key))).await);
    }
    let last = answers.pop().expect("three methods were tried");
    for answer in answers {
        assert_eq!(answer.to_string(), last.to_string());
    }
    last
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let before = app.data();
    let mut told = String::new();

    let bodies: [(&str, &[u8]); 6] = [
        ("nothing", b""),
        ("half an object", b"{\"userName\": "),
        ("something behind it", b"{} {}"),
        ("no UTF-8", b"{\"userName\": \"\xff\xfe\"}"),
        ("a text", b"\"hello\""),
        ("a form", b"userName=ada"),
    ];
    for (what, body) in bodies {
        let answer =
            each_write(&app, &path, |call| call.header("content-type", "application/json").bytes(body.to_vec())).await;
        assert_eq!(answer.status, 400, "for {what}: {answer}");
        told += &format!("{what}: {} {}\n", answer.text_at("/scimType"), answer.text_at("/detail"));
    }
    let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000)).into_bytes();
    let answer =
        each_write(&app, &path, |call| call.header("content-type", "application/json").bytes(deep.clone())).await;
    told += &format!("a deep body: {} {}\n", answer.text_at("/scimType"), answer.text_at("/detail"));
    assert_snapshot!(told, @"
    nothing: invalidSyntax The body is not valid JSON: EOF while parsing a value at line 1 column 0.
    half an object: invalidSyntax The body is not valid JSON: EOF while parsing a value at line 1 column 13.
    something behind it: invalidSyntax The body is not valid JSON: trailing characters at line 1 column 4.
    no UTF-8: invalidSyntax The body is not valid JSON: invalid utf-8 sequence of 1 bytes from index 14.
    a text: invalidSyntax the body must be a JSON object
    a form: invalidSyntax The body is not valid JSON: expected value at line 1 column 1.
    a deep body: invalidSyntax The body is not valid JSON: recursion limit exceeded at line 1 column 128.
    ");
    assert_eq!(app.data(), before);
}

#[tokio::test]
async fn a_content_type_that_is_not_json_is_refused() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();

    let answer =
        each_write(&app, &path, |call| call.header("content-type", "text/xml; charset=utf-8").bytes(b"<a/>".to_vec()))
            .await;

    assert_snapshot!(answer, @r#"
    415 Unsupported Media Type
    {
      "detail": "The content type 'text/xml' is not supported: send application/scim+json or application/json.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "status": "415"
    }
    "#);
    let post = Call::new(Method::POST, "/scim/v2/Users").key(&app.tenant.scim_key);
    app.call(post.clone().header("content-type", "Application/JSON").bytes(person("bob").to_string().into()))
        .await
        .expect(201);
    app.call(post.bytes(person("eve").to_string().into())).await.expect(201);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_anything_else() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let body = |bytes: usize| {
        let mut body = person("bob");
        body["title"] = json!("");
        let rest = bytes - body.to_string().len();
        body["title"] = json!(long(rest));
        body
    };

    let answer = each_write(&app, &path, |call| call.json(&body(1024 * 1024 + 1))).await;
    assert_snapshot!(answer, @r#"
    413 Payload Too Large
    {
      "detail": "The request body is longer than 1048576 bytes.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "status": "413"
    }
    "#);
    let without_key = Call::new(Method::POST, "/scim/v2/Users").json(&body(1024 * 1024 + 1));
    app.call(without_key).await.expect(413);
    app.post("/scim/v2/Users", body(1024 * 1024)).await.expect(201);
}

#[tokio::test]
async fn a_user_that_cannot_be_made_is_explained_attribute_by_attribute() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let before = app.data();
    let without = |name: &str| {
        let mut body = person("bob");
        body.as_object_mut().expect("a body is an object").remove(name);
        body
    };
    let mut told = String::new();

    for body in
        [json!({}), without("userName"), without("name"), without("emails"), named("name", json!({"givenName": "Bob"}))]
    {
        let answer = app.post("/scim/v2/Users", body.clone()).await.expect(400);
        assert_eq!(answer.text_at("/scimType"), "invalidValue", "{body}: {answer}");
        told += &format!("{}\n", answer.text_at("/detail"));
    }
    assert_snapshot!(told, @"
    userName is required and must not be empty.
    userName is required and must not be empty.
    name.givenName is required and must not be empty.
    emails (one of type work) is required and must not be empty.
    name.familyName is required and must not be empty.
    ");
    assert_eq!(app.data(), before);
}

/// A body that creates a user, but for one attribute.
fn named(name: &str, value: Value) -> Value {
    let mut body = person("bob");
    body[name] = value;
    body
}

#[tokio::test]
async fn a_wrong_value_is_explained_by_every_method() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let before = app.data();
    let mut told = String::new();

    for (name, value) in [
        ("userName", json!(null)),
        ("userName", json!("  ")),
        ("userName", json!(7)),
        ("userName", json!(["a", "b"])),
        ("userName", json!({"a": "b"})),
        ("userName", json!("a\u{0}b")),
        ("userName", json!("a\u{10ffff}b")),
        ("userName", json!(long(385))),
        ("userName", json!("\u{fdfa}".repeat(128))),
        ("name", json!("Bob")),
        ("name", json!({"givenName": long(129), "familyName": "x"})),
        ("emails", json!([])),
        ("emails", json!(7)),
        ("emails", json!([7])),
        ("emails", json!([{"type": "work"}])),
        ("emails", json!([{"value": "x@home.example", "type": "home"}])),
        ("emails", json!([{"value": long(321)}])),
        ("emails", json!([{"value": "x@example.com", "primary": "maybe"}])),
        ("active", json!("maybe")),
        ("active", json!(1)),
        ("externalId", json!(long(257))),
        ("externalId", json!({})),
        (ENTERPRISE, json!(7)),
        (ENTERPRISE, json!({"employeeId": true})),
        (ENTERPRISE, json!({"employeeId": 1.5})),
        (ENTERPRISE, json!({"employeeId": long(129)})),
        (ENTERPRISE, json!({"klueRole": 7})),
        (ENTERPRISE, json!({"klueRole": "owner"})),
        (ENTERPRISE, json!({"visibilityGroup": long(129)})),
        (ENTERPRISE, json!({"visibilityGroup": "Nobody"})),
        (ENTERPRISE, json!({"visibilityGroup": "\u{fdfa}".repeat(42)})),
    ] {
        let answer = app.post("/scim/v2/Users", named(name, value.clone())).await;
        let put = app.put(&path, json!({name: value})).await;
        let patch = app.patch(&path, operation("replace", name, value.clone())).await;
        let pathless = app.patch(&path, operations(json!([{"op": "Replace", "value": {name: value}}]))).await;
        for answer in [&answer, &put, &patch, &pathless] {
            let found = (answer.status.as_u16(), answer.text_at("/scimType"));
            assert_eq!(found, (400, "invalidValue".to_owned()), "{name} {value}: {answer}");
        }
        let detail = answer.text_at("/detail").replace(&long(64), "…").replace(&"\u{fdfa}".repeat(42), "…");
        told += &format!("{detail}\n");
    }
    assert_snapshot!(told, @r#"
    userName is required and must not be empty.
    userName is required and must not be empty.
    userName must be a string, not a number.
    userName takes one value, not 2.
    userName must be a single value, not an object.
    userName contains a control character.
    userName contains a control character.
    userName is 385 bytes long; the limit is 384.
    userName is too long when it is compared without case.
    name must be an object, not a string.
    name.givenName is 129 bytes long; the limit is 128.
    emails (one of type work) is required and must not be empty.
    emails must be an array of objects, not a number.
    emails must be an array of objects, not a number.
    emails (one of type work) is required and must not be empty.
    emails has none of type work; Klue keeps the work e-mail.
    emails[type eq "work"].value is 321 bytes long; the limit is 320.
    emails.primary must be true or false, not a string.
    active must be true or false, not a string.
    active must be true or false, not a number.
    externalId is 257 bytes long; the limit is 256.
    externalId must be a single value, not an object.
    urn:ietf:params:scim:schemas:extension:enterprise:2.0:User must be an object, not a number.
    employeeId must be a string, not a boolean.
    employeeId 1.5 has lost digits: send it as a string.
    employeeId is 129 bytes long; the limit is 128.
    klueRole must be a string, not a number.
    klueRole 'owner' does not exist; the roles are: admin, curator, consumer.
    visibilityGroup is 129 bytes long; the limit is 128.
    visibilityGroup 'Nobody' does not exist in this Klue instance; the groups are: Full Access.
    visibilityGroup '…' does not exist in this Klue instance; the groups are: Full Access.
    "#);
    assert_eq!(app.data(), before);
}

#[tokio::test]
async fn a_filter_beyond_a_limit_is_refused() {
    let app = App::start().await;
    let filters = [
        format!("{}userName pr{}", "(".repeat(33), ")".repeat(33)),
        format!("{}userName pr{}", "not (".repeat(33), ")".repeat(33)),
        format!("userName eq \"{}\"", long(4096)),
        format!("userName eq \"{}\"", "\u{0}".repeat(9)),
    ];
    let mut told = String::new();

    for filter in filters {
        let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let answer = app.get(&format!("/scim/v2/Users?filter={query}")).await.expect(400);
        told += &format!("{} {}\n", answer.text_at("/scimType"), answer.text_at("/detail"));
    }
    let answer = app.get(&format!("/scim/v2/Users?unknown={}", long(20_000))).await.expect(400);
    told += &format!("{} {}\n", answer.text_at("/scimType"), answer.text_at("/detail"));
    assert_snapshot!(told, @"
    invalidFilter invalid filter at byte 33: more than 32 nested parentheses and brackets
    invalidFilter invalid filter at byte 165: more than 32 nested parentheses and brackets
    invalidFilter invalid filter: 4110 bytes, 4096 are allowed
    invalidFilter invalid filter at byte 13: expected a JSON string, found a bad escape or control character
    invalidValue The query string is longer than 16384 bytes.
    ");
}

#[tokio::test]
async fn a_long_chain_of_conditions_is_no_depth() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let filter = vec!["title pr"; 200].join(" or ") + " or userName pr";
    let query: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();

    let answer = app.get(&format!("/scim/v2/Users?filter={query}")).await.expect(200);

    assert_eq!(answer.text_at("/totalResults"), "1");
}

#[tokio::test]
async fn a_handler_that_panics_is_an_error_in_scims_words() {
    let request = lambda::event(lambda::EventParts { route: "GET /scim/v2/Users".into(), ..Default::default() });

    let handler = async { panic!("a secret detail") };
    let reply = lambda::answer(&request, &directory::Usage::default(), &(), handler).await;

    assert_eq!(reply.status, 500);
    assert_snapshot!(reply.body, @r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"500","detail":"The service failed to handle this request. The error has been recorded; please report it if it comes back."}"#);
}

#[tokio::test]
async fn a_patch_that_is_refused_names_its_operation() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;

    let answer = app.patch(&user.user_path(), operation("replace", "name.givenName", json!(long(129)))).await;

    assert_snapshot!(answer, @r#"
    400 Bad Request
    {
      "detail": "Operations[0]: name.givenName is 129 bytes long; the limit is 128.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "scimType": "invalidValue",
      "status": "400"
    }
    "#);
}
