//! The limits that the README names, at their edge: what is just allowed, and what is one more.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};
use tests::routes::ROUTES;

use crate::bulk::{self, bulk, post};
use crate::people::{ENTERPRISE, admin, created, operation, operations, person};

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

/// As [`told`], with the detail.
fn refusal(answer: &Answer) -> String {
    format!("{}: {}", told(answer), answer.text_at("/detail"))
}

/// A body of some bytes: JSON may end in white space.
fn body_of(bytes: usize, body: &Value) -> Vec<u8> {
    let mut body = body.to_string().into_bytes();
    body.resize(bytes, b' ');
    body
}

#[tokio::test]
async fn a_body_of_a_mebibyte_is_read_and_one_more_byte_is_not() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await.text_at("/id");
    let [scim, admin_key] = [&app.tenant.scim_key, &app.tenant.admin_key];
    let group = admin(&app, Method::GET, "/admin/v1/visibility-groups", None).await.text_at("/visibilityGroups/0/id");
    let title = || operation("replace", "title", json!("Countess"));
    let new_key = json!({"description": "x", "scope": "scim", "expires": "never"});
    let key = Call::new(Method::POST, "/admin/v1/api-keys").key(admin_key).json(&new_key);
    let key = app.call(key).await.expect(201).text_at("/id");

    let bodies = [
        (Method::POST, "/scim/v2/Users", "", person("bob"), 201),
        (Method::PUT, "/scim/v2/Users/{id}", &user, person("ada"), 200),
        (Method::PATCH, "/scim/v2/Users/{id}", &user, title(), 200),
        (Method::POST, "/scim/v2/Users/.search", "", json!({"filter": "active eq true"}), 200),
        (Method::POST, "/scim/v2/.search", "", json!({"filter": "active eq true"}), 200),
        (Method::POST, "/scim/v2/Bulk", "", json!({"Operations": [post("x", person("eve"))]}), 200),
        (Method::POST, "/admin/v1/api-keys", "", new_key, 201),
        (Method::POST, "/admin/v1/api-keys/{id}/rotate", &key, json!({"expires": "never", "grace": "1 hour"}), 201),
        (Method::POST, "/admin/v1/visibility-groups", "", json!({"name": "Sales"}), 201),
        (Method::PATCH, "/admin/v1/visibility-groups/{id}", &group, json!({"description": "x"}), 200),
        (Method::PATCH, "/admin/v1/instance", "", json!({"name": "Acme"}), 200),
        (Method::PATCH, "/admin/v1/users/{id}", &user, json!({"active": true}), 200),
    ];
    for route in ROUTES.iter().filter(|route| [Method::POST, Method::PUT, Method::PATCH].contains(&route.method)) {
        let of_route =
            |(method, path, ..): &&(Method, &str, &str, Value, u16)| (method, *path) == (&route.method, route.path);
        let (method, path, id, body, at_the_edge) = bodies.iter().find(of_route).expect("each route has its body here");
        let key = if path.starts_with("/admin/") { admin_key } else { scim };
        let path = path.replace("{id}", id);
        let call = |bytes| Call::new(method.clone(), &path).key(key).bytes(body_of(bytes, body));
        let beyond = app.call(call(MIB + 1)).await;
        assert_eq!(refusal(&beyond), "413: The request body is longer than 1048576 bytes.", "for {method} {path}");
        let read = app.call(call(MIB)).await;
        assert_eq!(read.status.as_u16(), *at_the_edge, "for {method} {path} with a mebibyte: {read}");
    }
    let page = app.get("/scim/v2/Users?filter=userName+eq+%22eve@example.com%22").await;
    assert_eq!(page.text_at("/totalResults"), "1", "the operation of a bulk request of a mebibyte was done");
}

#[tokio::test]
async fn a_query_string_of_16_kib_is_read_and_one_more_byte_is_not() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let query = |bytes: usize| format!("unknown={}", long(bytes - "unknown=".len()));

    for (path, key, scim_type) in [
        ("/scim/v2/Users".to_owned(), &app.tenant.scim_key, " invalidValue"),
        (user.user_path(), &app.tenant.scim_key, " invalidValue"),
        ("/admin/v1/users".to_owned(), &app.tenant.admin_key, ""),
        ("/admin/v1/activity".to_owned(), &app.tenant.admin_key, ""),
        ("/admin/v1/activity/export".to_owned(), &app.tenant.admin_key, ""),
    ] {
        let get = |bytes| Call::new(Method::GET, &format!("{path}?{}", query(bytes))).key(key);
        app.call(get(16 * 1024)).await.expect(200);
        let expected = format!("400{scim_type}: The query string is longer than 16384 bytes.");
        assert_eq!(refusal(&app.call(get(16 * 1024 + 1)).await), expected, "for {path}");
    }
}

#[tokio::test]
async fn a_filter_is_4_kib_long_and_32_levels_deep_at_most() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let of_length = |bytes: usize| format!("title eq \"{}\"", long(bytes - "title eq \"\"".len()));
    let of_depth = |open: &str, depth: usize| format!("{}userName pr{}", open.repeat(depth), ")".repeat(depth));
    let in_brackets = |depth: usize| format!("{}emails[value pr]{}", "(".repeat(depth - 1), ")".repeat(depth - 1));
    let too_deep = "more than 32 nested parentheses and brackets";

    for (allowed, refused, detail) in [
        (of_length(4096), of_length(4097), "invalid filter: 4097 bytes, 4096 are allowed"),
        (of_depth("(", 32), of_depth("(", 33), too_deep),
        (of_depth("not (", 32), of_depth("not (", 33), too_deep),
        (in_brackets(32), in_brackets(33), too_deep),
    ] {
        for (filter, expected, detail) in [(allowed, "200", ""), (refused, "400 invalidFilter", detail)] {
            let mut answers = vec![app.get(&format!("/scim/v2/Users?filter={}", encoded(&filter))).await];
            for path in ["/scim/v2/Users/.search", "/scim/v2/.search"] {
                answers.push(app.post(path, json!({"filter": filter})).await);
            }
            for answer in answers {
                let is_told = told(&answer) == expected && answer.text_at("/detail").ends_with(detail);
                assert!(
                    is_told,
                    "expected {expected} {detail} for {} bytes of {filter:.60}, got {answer}",
                    filter.len()
                );
            }
        }
    }
}

#[tokio::test]
async fn json_is_127_levels_deep_at_most() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await.user_path();
    let deep = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!([inner]));

    // The value of a member is one level deep already, that of an operation three.
    let nested = |mut body: Value, levels: usize| {
        match body.pointer_mut("/Operations/0") {
            Some(operation) => operation["value"] = deep(levels - 3),
            None => body["title"] = deep(levels - 1),
        }
        body
    };
    for (method, path, body, expected) in [
        (Method::POST, "/scim/v2/Users", person("bob"), 201),
        (Method::PUT, &user, person("ada"), 200),
        (Method::PATCH, &user, operation("replace", "title", json!("")), 200),
        (Method::POST, "/scim/v2/.search", json!({}), 200),
    ] {
        let call =
            |levels| Call::new(method.clone(), path).key(&app.tenant.scim_key).json(&nested(body.clone(), levels));
        app.call(call(127)).await.expect(expected);
        let refused = refusal(&app.call(call(128)).await);
        let reason = "400 invalidSyntax: The body is not valid JSON: recursion limit exceeded";
        assert!(refused.starts_with(reason), "for {method} {path}: {refused}");
    }
}

#[tokio::test]
async fn a_patch_has_100_operations_at_most_and_a_bulk_request_1000() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let patch = |many| operations(vec![json!({"op": "replace", "path": "title", "value": "x"}); many].into());
    let path = format!("/Users/{}", user.text_at("/id"));
    let changes = |many| json!({"Operations": vec![bulk::patch(&path, patch(1)); many]});

    app.patch(&user.user_path(), patch(100)).await.expect(200);
    let refused = refusal(&app.patch(&user.user_path(), patch(101)).await);
    assert_eq!(refused, "400 invalidValue: Operations: 101 operations, 100 are allowed");
    let done = app.post("/scim/v2/Bulk", changes(1000)).await.expect(200).json();
    let entries = done["Operations"].as_array().expect("an answer has Operations");
    assert!(entries.len() == 1000 && entries.iter().all(|entry| entry["status"] == "200"), "{}", entries[999]);
    let refused = refusal(&app.post("/scim/v2/Bulk", changes(1001)).await);
    assert_eq!(refused, "413: The request has 1001 operations; maxOperations is 1000. Send it in parts.");
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

    let texts: [(&str, usize, Body); 7] = [
        ("userName", 384, Box::new(|text| json!({"userName": text}))),
        ("emails[type eq \"work\"].value", 320, Box::new(|text| json!({"emails": [{"type": "work", "value": text}]}))),
        ("externalId", 256, Box::new(|text| json!({"externalId": text}))),
        ("name.givenName", 128, Box::new(|text| json!({"name": {"givenName": text}}))),
        ("name.familyName", 128, Box::new(|text| json!({"name": {"familyName": text}}))),
        ("employeeId", 128, Box::new(move |text| employee("employeeId", text))),
        ("visibilityGroup", 128, Box::new(move |text| employee("visibilityGroup", text))),
    ];
    for (name, limit, body) in texts {
        // In bytes, not in characters.
        for (unit, bytes) in [("x", 1), ("ü", 2)] {
            let text = |length: usize| unit.repeat(length / bytes);
            if name == "visibilityGroup" {
                let group = json!({"name": text(limit)});
                admin(&app, Method::POST, "/admin/v1/visibility-groups", Some(group)).await.expect(201);
            }
            let kept = app.put(&path, body(text(limit))).await.expect(200);
            assert!(kept.text.contains(&text(limit)), "{name} is kept whole: {kept}");
            let refused = refusal(&app.put(&path, body(text(limit) + "x")).await);
            let expected = format!("400 invalidValue: {name} is {} bytes long; the limit is {limit}.", limit + 1);
            assert_eq!(refused, expected, "for {bytes} bytes a character");
        }
    }
}

#[tokio::test]
async fn what_an_admin_writes_is_as_long_as_its_limit_and_no_longer() {
    let app = App::start().await;
    let new_key = |text| json!({"description": text, "scope": "scim", "expires": "never"});
    type Body = Box<dyn Fn(String) -> Value>;

    let texts: [(Method, &str, usize, Body, &str); 4] = [
        (Method::POST, "/admin/v1/api-keys", 256, Box::new(new_key), "description is longer than 256 bytes."),
        (
            Method::POST,
            "/admin/v1/visibility-groups",
            128,
            Box::new(|text| json!({"name": text})),
            "name is 129 bytes long; the limit is 128.",
        ),
        (
            Method::POST,
            "/admin/v1/visibility-groups",
            512,
            Box::new(|text| json!({"name": "Sales", "description": text})),
            "description is 513 bytes long; the limit is 512.",
        ),
        (
            Method::PATCH,
            "/admin/v1/instance",
            128,
            Box::new(|text| json!({"name": text})),
            "name is 129 bytes long; the limit is 128.",
        ),
    ];
    for (method, path, limit, body, detail) in texts {
        let refused = admin(&app, method.clone(), path, Some(body(long(limit + 1)))).await;
        assert_eq!(refusal(&refused), format!("400: {detail}"), "for {path}");
        let kept = admin(&app, method, path, Some(body(long(limit)))).await;
        assert!(kept.status.is_success() && kept.text.contains(&long(limit)), "for {path}: {kept}");
    }
    let search = |length| format!("/admin/v1/users?q={}", long(length));
    admin(&app, Method::GET, &search(256), None).await.expect(200);
    assert_eq!(refusal(&admin(&app, Method::GET, &search(257), None).await), "400: q is longer than 256 bytes.");
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
