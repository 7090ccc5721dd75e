//! The limits that the README names, at their edge: what is just allowed, and what is one more.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};

use crate::bulk::{bulk, post};
use crate::people::{ENTERPRISE, admin, created, operations, person};

const MIB: usize = 1024 * 1024;
/// Far more than an answer takes here, and far less than the service's own limit.
const PROMPT: Duration = Duration::from_secs(10);

fn long(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// A text of a length without quotes, as a form has it.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Status and `scimType`.
fn told(answer: &Answer) -> String {
    format!("{} {}", answer.status.as_u16(), answer.text_at("/scimType")).trim_end().to_owned()
}

/// A body of some bytes that creates a user.
fn body_of(name: &str, bytes: usize) -> Vec<u8> {
    let mut body = person(name);
    body["title"] = json!("");
    body["title"] = json!(long(bytes - body.to_string().len()));
    body.to_string().into_bytes()
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_read_and_one_more_byte_is_not() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let group = admin(&app, Method::GET, "/admin/v1/visibility-groups", None).await.text_at("/visibilityGroups/0/id");
    let keys = [&app.tenant.scim_key, &app.tenant.admin_key];

    for (method, path, scope, at_the_edge) in [
        (Method::POST, "/scim/v2/Users", 0, "201"),
        (Method::PUT, path.as_str(), 0, "200"),
        (Method::PATCH, path.as_str(), 0, "400 invalidSyntax"),
        (Method::POST, "/scim/v2/.search", 0, "400 invalidSyntax"),
        (Method::POST, "/scim/v2/Bulk", 0, "400 invalidSyntax"),
        (Method::POST, "/admin/v1/api-keys", 1, "400"),
        (Method::PATCH, "/admin/v1/instance", 1, "400"),
        (Method::PATCH, &format!("/admin/v1/visibility-groups/{group}"), 1, "200"),
    ] {
        let name = if method == Method::PUT { "ada" } else { "bob" };
        let call = |bytes| Call::new(method.clone(), path).key(keys[scope]).bytes(body_of(name, bytes));
        assert_eq!(told(&app.call(call(MIB)).await), at_the_edge, "for {method} {path} with a mebibyte");
        assert_eq!(told(&app.call(call(MIB + 1)).await), "413", "for {method} {path} with a byte more");
        // What is no UTF-8 comes in base64, and is as long as it was.
        let binary = |bytes| Call::new(method.clone(), path).key(keys[scope]).bytes(vec![0xff; bytes]);
        assert_eq!(app.call(binary(MIB)).await.status, 400, "for {method} {path} with a mebibyte that is no text");
        assert_eq!(app.call(binary(MIB + 1)).await.status, 413, "for {method} {path} with a byte more that is no text");
    }
}

#[tokio::test]
async fn a_query_string_of_16_kib_is_read_and_one_more_byte_is_not() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let query = |bytes: usize| format!("unknown={}", long(bytes - "unknown=".len()));

    for (path, key) in [
        ("/scim/v2/Users".to_owned(), &app.tenant.scim_key),
        (user.user_path(), &app.tenant.scim_key),
        ("/admin/v1/users".to_owned(), &app.tenant.admin_key),
        ("/admin/v1/activity".to_owned(), &app.tenant.admin_key),
    ] {
        let get = |bytes| Call::new(Method::GET, &format!("{path}?{}", query(bytes))).key(key);
        app.call(get(16 * 1024)).await.expect(200);
        app.call(get(16 * 1024 + 1)).await.expect(400);
    }
}

#[tokio::test]
async fn a_filter_is_4_kib_long_and_32_levels_deep_at_most() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let of_length = |bytes: usize| format!("title eq \"{}\"", long(bytes - "title eq \"\"".len()));
    let of_depth = |open: &str, depth: usize| format!("{}userName pr{}", open.repeat(depth), ")".repeat(depth));
    let in_brackets = |depth: usize| format!("{}emails[value pr]{}", "(".repeat(depth - 1), ")".repeat(depth - 1));

    for (allowed, refused) in [
        (of_length(4096), of_length(4097)),
        (of_depth("(", 32), of_depth("(", 33)),
        (of_depth("not (", 32), of_depth("not (", 33)),
        (in_brackets(32), in_brackets(33)),
    ] {
        for (filter, expected) in [(allowed, "200"), (refused, "400 invalidFilter")] {
            let found = told(&app.get(&format!("/scim/v2/Users?filter={}", encoded(&filter))).await);
            assert_eq!(found, expected, "for a filter of {} bytes: {:.60}", filter.len(), filter);
            let found = told(&app.post("/scim/v2/Users/.search", json!({"filter": filter})).await);
            assert_eq!(found, expected, "for a search of {} bytes: {:.60}", filter.len(), filter);
        }
    }
}

#[tokio::test]
async fn a_patch_has_100_operations_at_most_and_a_bulk_request_1000() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let patch = |many| operations(vec![json!({"op": "replace", "path": "title", "value": "x"}); many].into());
    let deletions = |many| json!({"Operations": vec![json!({"method": "DELETE", "path": "/Users/nobody"}); many]});

    app.patch(&path, patch(100)).await.expect(200);
    assert_eq!(told(&app.patch(&path, patch(101)).await), "400 invalidValue");
    app.post("/scim/v2/Bulk", deletions(1000)).await.expect(200);
    assert_eq!(told(&app.post("/scim/v2/Bulk", deletions(1001)).await), "413");
}

#[tokio::test]
async fn a_page_has_1000_users_at_most() {
    let app = App::start().await;
    let people: Vec<_> = (0..1000).map(|number| post(&number.to_string(), person(&format!("u{number}")))).collect();
    bulk(&app, &people).await;
    created(&app, person("one-more")).await;

    for (count, expected) in [("", "100"), ("1", "1"), ("999", "999"), ("1000", "1000"), ("1001", "1000"), ("-1", "0")]
    {
        for path in [format!("/scim/v2/Users?count={count}"), format!("/scim/v2/Users?count={count}&sortBy=userName")] {
            let page = app.get(&path).await.expect(200);
            let found = page.json()["Resources"].as_array().map_or(0, Vec::len).to_string();
            assert_eq!((found.as_str(), page.text_at("/totalResults").as_str()), (expected, "1001"), "for {path}");
        }
    }
}

#[tokio::test]
async fn a_text_is_as_long_as_its_limit_and_no_longer() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let employee = |name: &str, value: String| json!({ENTERPRISE: {name: value}});
    type Body = Box<dyn Fn(String) -> Value>;

    let texts: [(&str, usize, Body); 6] = [
        ("userName", 384, Box::new(|text| json!({"userName": text}))),
        ("emails", 320, Box::new(|text| json!({"emails": [{"type": "work", "value": text}]}))),
        ("externalId", 256, Box::new(|text| json!({"externalId": text}))),
        ("givenName", 128, Box::new(|text| json!({"name": {"givenName": text}}))),
        ("familyName", 128, Box::new(|text| json!({"name": {"familyName": text}}))),
        ("employeeId", 128, Box::new(move |text| employee("employeeId", text))),
    ];
    for (name, limit, body) in texts {
        // In bytes, not in characters.
        for (unit, bytes) in [("x", 1), ("ü", 2)] {
            let text = |length: usize| unit.repeat(length / bytes);
            let kept = app.put(&path, body(text(limit))).await.expect(200);
            assert!(kept.text.contains(&text(limit)), "{name} is kept whole: {kept}");
            let refused = told(&app.put(&path, body(text(limit) + "x")).await);
            assert_eq!(refused, "400 invalidValue", "for {name} of {} bytes of {unit}", limit + 1);
        }
    }
    for (path, name, limit, method) in [
        ("/admin/v1/api-keys", "description", 256, Method::POST),
        ("/admin/v1/visibility-groups", "name", 128, Method::POST),
        ("/admin/v1/instance", "name", 128, Method::PATCH),
    ] {
        let body = |length| json!({name: long(length), "scope": "scim", "expires": "never"});
        let mut statuses = Vec::new();
        for length in [limit, limit + 1] {
            let call = Call::new(method.clone(), path).key(&app.tenant.admin_key).json(&body(length));
            statuses.push(app.call(call).await.status.as_u16());
        }
        assert!(statuses[0] < 300 && statuses[1] == 400, "for {name} at {path}: {statuses:?}");
    }
    for (length, expected) in [(256, 200), (257, 400)] {
        let path = format!("/admin/v1/users?q={}", long(length));
        app.call(Call::new(Method::GET, &path).key(&app.tenant.admin_key)).await.expect(expected);
    }
}

#[tokio::test]
async fn headers_of_any_size_and_number_are_answered() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let key = &app.tenant.scim_key;
    let get = || Call::new(Method::GET, &user.user_path());
    let delete = |tags: &str| Call::new(Method::DELETE, &user.user_path()).key(key).header("if-match", tags);

    for value in [
        long(MIB),
        format!("Bearer {}", long(MIB)),
        format!("{}{}", "Bearer ".repeat(100_000), long(74)),
        format!("Bearer {key}{}", long(MIB)),
        format!("Bearer {key} {key}"),
        format!("Bearer {key},{key}"),
    ] {
        let answer = app.call(get().header("authorization", &value)).await;
        assert_eq!(answer.status, 401, "for a value of {} bytes: {:.40}", value.len(), value);
        assert!(answer.sent.is_empty(), "nothing is looked up for what is no key");
    }
    let no_text = get().header_bytes("authorization", b"Bearer klue_\xff\xfe");
    app.call(no_text).await.expect(401);
    let many = (0..1000).fold(get().key(key), |call, number| call.header(&format!("x-{number}"), &long(100)));
    app.call(many).await.expect(200);
    app.call(get().key(key).header("if-none-match", &"W/\"9\", ".repeat(10_000))).await.expect(200);
    app.call(get().key(key).header("if-none-match", &("W/\"9\", ".repeat(10_000) + "W/\"1\""))).await.expect(304);
    app.call(delete(&"W/\"9\", ".repeat(10_000))).await.expect(412);
    app.call(delete(&("W/\"9\", ".repeat(10_000) + "W/\"1\""))).await.expect(204);
}

#[tokio::test]
async fn json_that_is_made_to_hurt_is_refused_at_once() {
    let app = App::start().await;
    let path = created(&app, person("ada")).await.user_path();
    let before = app.data();
    let bodies = [
        ("a mebibyte of [", "[".repeat(MIB)),
        ("a mebibyte of {\"a\":", "{\"a\":".repeat(MIB / 5)),
        ("an object in objects, 128 deep", format!("{}1{}", "{\"a\":".repeat(128), "}".repeat(128))),
        ("a number beyond all bounds", "{\"userName\": 1e999999}".to_owned()),
        ("a mebibyte of digits", format!("{{\"userName\": {}}}", "9".repeat(MIB - 20))),
        ("half a surrogate", "{\"userName\": \"\\ud800\"}".to_owned()),
        ("NUL", "{\"userName\": \"a\\u0000b\"}".to_owned()),
        ("NUL as it is", "{\"userName\": \"a\u{0}b\"}".to_owned()),
        ("a byte order mark", "\u{feff}{}".to_owned()),
        ("NaN", "{\"active\": NaN}".to_owned()),
    ];

    for (what, body) in bodies {
        for (method, path) in [
            (Method::POST, "/scim/v2/Users"),
            (Method::PUT, path.as_str()),
            (Method::PATCH, path.as_str()),
            (Method::POST, "/scim/v2/.search"),
            (Method::POST, "/scim/v2/Bulk"),
        ] {
            let is_search = path.ends_with(".search") && body.contains("userName\": \"a\\u0000b");
            let call = Call::new(method.clone(), path).key(&app.tenant.scim_key).bytes(body.clone().into_bytes());
            let started = Instant::now();
            let answer = app.call(call).await;
            assert!(started.elapsed() < PROMPT, "{method} {path} takes its time for {what}");
            // A search has no userName, and ignores it.
            let expected = if is_search { 200 } else { 400 };
            assert_eq!(answer.status.as_u16(), expected, "for {method} {path} with {what}: {:.300}", answer.text);
        }
    }
    assert_eq!(app.data(), before);
}

#[tokio::test]
async fn of_members_with_one_name_the_last_one_counts() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let body =
        br#"{"Operations": [], "Operations": [{"op": "add", "op": "replace", "path": "active", "value": false}]}"#;

    let call = Call::new(Method::PATCH, &user.user_path()).key(&app.tenant.scim_key).bytes(body.to_vec());

    assert_eq!(app.call(call).await.expect(200).text_at("/active"), "false");
}

#[tokio::test]
async fn numbers_and_bytes_that_make_no_sense_in_an_address_are_refused_or_find_nothing() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let beyond = "9".repeat(1000);

    for (path, expected) in [
        (format!("/scim/v2/Users?count={beyond}"), "200"),
        (format!("/scim/v2/Users?startIndex={beyond}"), "200"),
        (format!("/scim/v2/Users?count=-{beyond}"), "200"),
        ("/scim/v2/Users?count=1e3".to_owned(), "400 invalidValue"),
        ("/scim/v2/Users?filter=userName+eq+%22a%00b%22".to_owned(), "400 invalidFilter"),
        ("/scim/v2/Users?filter=%FF".to_owned(), "400 invalidValue"),
        ("/scim/v2/Users?cursor=%00".to_owned(), "400 invalidCursor"),
        (format!("/scim/v2/Users?cursor={}", long(10_241)), "400 invalidCursor"),
        ("/scim/v2/Users/%00".to_owned(), "404"),
        ("/scim/v2/Users/%2e%2e%2fUsers".to_owned(), "404"),
        (format!("/scim/v2/Users/{}", long(16_000)), "404"),
    ] {
        assert_eq!(told(&app.get(&path).await), expected, "for {path:.80}");
    }
}
