use std::fs;

use serde_json::json;

use super::*;
use crate::error::{ErrorResponse, ScimType};

/// The operations, each as `method bulkId version path data`.
#[track_caller]
fn check(body: &Value, expected: &[&str]) {
    let request = BulkRequest::from_json(body).expect("valid");
    let operations: Vec<String> = request
        .operations
        .iter()
        .map(|BulkOperation { method, bulk_id, version, path, data }| {
            let (bulk_id, version) = (bulk_id.as_deref().unwrap_or("-"), version.as_deref().unwrap_or("-"));
            format!("{method} {bulk_id} {version} {path} {data}")
        })
        .collect();
    assert_eq!(operations, expected);
}

#[track_caller]
fn check_err(body: &Value, scim_type: ScimType, expected: &str) {
    let error = BulkRequest::from_json(body).expect_err("invalid");
    assert_eq!((error.scim_type(), error.detail()), (scim_type, expected));
}

/// What the operations of a request wait for.
#[track_caller]
fn check_references(body: &Value, expected: &[References]) {
    let request = BulkRequest::from_json(body).expect("valid");
    assert_eq!(request.references(), expected);
}

fn body(operations: Value) -> Value {
    json!({ "schemas": [urn::BULK_REQUEST], "Operations": operations })
}

fn post(bulk_id: &str, data: Value) -> Value {
    json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data })
}

fn to(posts: &[usize]) -> References {
    References::To(posts.to_vec())
}

fn unknown(bulk_id: &str) -> References {
    References::Unknown(bulk_id.to_owned())
}

/// A document of the RFC.
fn sample(name: &str) -> Value {
    let path = format!("{}/tests/samples/rfc7644-{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).expect("there is such a sample");
    serde_json::from_str(&text).expect("a sample is JSON")
}

#[test]
fn ok_every_method() {
    let expected = [
        r#"POST qwerty - /Users {"schemas":["urn:ietf:params:scim:api:messages:2.0:User"],"userName":"Alice"}"#,
        concat!(
            r#"PUT - W/"3694e05e9dff591" /Users/b7c14771-226c-4d05-8860-134711653041 "#,
            r#"{"id":"b7c14771-226c-4d05-8860-134711653041","#,
            r#""schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"Bob"}"#,
        ),
        concat!(
            r#"PATCH - W/"edac3253e2c0ef2" /Users/5d8d29d3-342c-4b5f-8683-a3cb6763ffcc "#,
            r#"[{"op":"remove","path":"nickName"},{"op":"add","path":"userName","value":"Dave"}]"#,
        ),
        r#"DELETE - W/"0ee8add0a938e1a" /Users/e9025315-6bea-44e1-899c-1e07454e468b null"#,
    ];
    let body = sample("3.7.3-bulk-request");
    check(&body, &expected);
    check_references(&body, &[to(&[]), to(&[]), to(&[]), to(&[])]);
    assert_eq!(BulkRequest::from_json(&body).map(|request| request.fail_on_errors), Ok(Some(1)));
}

#[test]
fn ok_any_case() {
    let body = json!({
        "SCHEMAS": [urn::BULK_REQUEST.to_uppercase()],
        "failonerrors": 2,
        "operations": [{ "Method": "post", "PATH": "/Users", "bulkid": "Q", "VERSION": "1", "Data": {} }],
    });
    check(&body, &["POST Q 1 /Users {}"]);
    assert_eq!(BulkRequest::from_json(&body).map(|request| request.fail_on_errors), Ok(Some(2)));
}

#[test]
fn ok_without_schemas_and_operations() {
    check(&json!({ "Operations": [] }), &[]);
    check(&json!({ "schemas": null, "failOnErrors": null, "Operations": [] }), &[]);
}

#[test]
fn ok_what_an_operation_asks_for_is_not_looked_at() {
    check(&body(json!([{ "method": "PUT", "path": "" }])), &["PUT - -  null"]);
    check(&body(json!([{ "method": "PATCH", "path": "x y", "data": [1] }])), &["PATCH - - x y [1]"]);
    let operation = json!({ "method": "DELETE", "path": "/Me", "bulkId": null, "version": null, "data": null });
    check(&body(json!([operation])), &["DELETE - - /Me null"]);
}

#[test]
fn ok_only_posts_name_what_they_create() {
    let named = |method| json!({ "method": method, "path": "/Users/1", "bulkId": "q" });
    let expected = ["DELETE q - /Users/1 null", "POST q - /Users {}", "PUT q - /Users/1 null"];
    check(&body(json!([named("DELETE"), post("q", json!({})), named("PUT")])), &expected);
    check(&body(json!([post("q", json!(1)), post("Q", json!(2))])), &["POST q - /Users 1", "POST Q - /Users 2"]);
}

#[test]
fn ok_more_operations_than_are_allowed() {
    let operation = json!({ "method": "DELETE", "path": "/Users/1" });
    check(&body(json!(vec![operation; MAX_BULK_OPERATIONS + 1])), &["DELETE - - /Users/1 null"; 1001]);
}

#[test]
fn err_not_a_bulk() {
    let check_err = |body, expected| check_err(&body, ScimType::InvalidSyntax, expected);
    check_err(json!([]), "the body must be a JSON object");
    check_err(json!({}), "Operations: missing");
    check_err(json!({ "Operations": null }), "Operations: missing");
    check_err(json!({ "Operations": {} }), "Operations: expected an array");
    check_err(json!({ "Operations": [], "operations": [] }), "'Operations' is there twice, in different case");
    let expected = "schemas: expected a list with 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'";
    for schemas in [json!([]), json!([urn::PATCH_OP]), json!(urn::BULK_REQUEST), json!([1])] {
        check_err(json!({ "schemas": schemas, "Operations": [] }), expected);
    }
}

#[test]
fn err_fail_on_errors() {
    for errors in [json!(0), json!(-1), json!(1.5), json!(1.0), json!(1e30), json!("1"), json!(true), json!([])] {
        let body = json!({ "failOnErrors": errors, "Operations": [] });
        check_err(&body, ScimType::InvalidValue, "failOnErrors: expected a positive integer");
    }
}

#[test]
fn err_bad_operation() {
    let check_err = |operation, expected| {
        let fine = json!({ "method": "DELETE", "path": "/Users/1" });
        check_err(&body(json!([fine, operation])), ScimType::InvalidSyntax, expected);
    };
    check_err(json!("DELETE"), "Operations[1]: expected an object");
    check_err(json!({ "path": "/Users/1" }), "Operations[1].method: missing");
    check_err(json!({ "method": null, "path": "/Users/1" }), "Operations[1].method: missing");
    check_err(json!({ "method": 1 }), "Operations[1].method: expected a string");
    let expected = "Operations[1].method: expected 'POST', 'PUT', 'PATCH' or 'DELETE', found 'GET'";
    check_err(json!({ "method": "GET", "path": "/Users/1" }), expected);
    let long = "x".repeat(101);
    let expected = expected.replace("GET", &format!("{}…", &long[1..]));
    check_err(json!({ "method": long }), &expected);
    let expected = "Operations[1]: 'method' is there twice, in different case";
    check_err(json!({ "method": "PUT", "Method": "PUT" }), expected);
    check_err(json!({ "method": "DELETE" }), "Operations[1].path: missing");
    check_err(json!({ "method": "DELETE", "path": ["/Users/1"] }), "Operations[1].path: expected a string");
    check_err(json!({ "method": "POST", "path": "/Users" }), "Operations[1].bulkId: missing");
    check_err(json!({ "method": "POST", "path": "/Users", "bulkId": null }), "Operations[1].bulkId: missing");
    check_err(json!({ "method": "PUT", "path": "/", "bulkId": 7 }), "Operations[1].bulkId: expected a string");
    check_err(json!({ "method": "PUT", "path": "/", "version": 7 }), "Operations[1].version: expected a string");
    let expected = "Operations[1]: 'data' is there twice, in different case";
    check_err(json!({ "method": "PUT", "path": "/", "data": {}, "DATA": {} }), expected);
}

#[test]
fn err_bulk_id() {
    let check_err = |operations, expected| check_err(&body(operations), ScimType::InvalidValue, expected);
    check_err(json!([post("", json!({}))]), "Operations[0].bulkId: must not be empty");
    let put = json!({ "method": "PUT", "path": "/Users/1", "bulkId": "" });
    check_err(json!([put]), "Operations[0].bulkId: must not be empty");
    let posts = ["q", "r", "q"].map(|bulk_id| post(bulk_id, json!({})));
    check_err(json!(posts), "Operations[2].bulkId: 'q' is that of Operations[0] already");
}

#[test]
fn references_are_to_the_posts_that_create_what_is_meant() {
    for name in ["3.7.2-bulk-group-request", "3.7.2-bulk-manager-request"] {
        check_references(&sample(name), &[to(&[]), to(&[0])]);
    }
}

#[test]
fn references_stand_in_paths_and_anywhere_in_data() {
    let operations = json!([
        { "method": "DELETE", "path": "/Users/bulkId:b" },
        { "method": "PATCH", "path": "Users/bulkId:a/", "data": { "x": [1, { "y": [{ "value": "bulkId:b" }] }] } },
        { "method": "PUT", "path": "/Users/1", "data": ["bulkId:b", "bulkId:a", "bulkId:b", { "x": "bulkId:a" }] },
        post("a", json!({})),
        post("b", json!("bulkId:a")),
    ]);
    check_references(&body(operations), &[to(&[4]), to(&[3, 4]), to(&[3, 4]), to(&[]), to(&[3])]);
}

#[test]
fn what_only_looks_like_a_reference_is_none() {
    let texts = ["a", " bulkId:a", "BULKID:a", "bulkid:a", "x/bulkId:a", "value eq \"bulkId:a\""];
    let operations = json!([
        post("a", json!({ "bulkId:a": texts })),
        { "method": "DELETE", "path": "/Users/a", "bulkId": "bulkId:a", "version": "bulkId:a" },
        { "method": "DELETE", "path": "/Users/xbulkId:a" },
    ]);
    check_references(&body(operations), &[to(&[]), to(&[]), to(&[])]);
}

#[test]
fn a_reference_to_no_post_is_unknown() {
    let operations = json!([
        post("a", json!("bulkId:A")),
        { "method": "PUT", "path": "/Users/bulkId:b", "bulkId": "b", "data": "bulkId:c" },
        { "method": "PUT", "path": "/Users/bulkId:a", "data": "bulkId:" },
        post("d", json!(["bulkId:d", "bulkId:e", "bulkId:f"])),
        { "method": "DELETE", "path": "/Users/bulkId:a" },
    ]);
    check_references(&body(operations), &[unknown("A"), unknown("b"), unknown(""), unknown("e"), to(&[0])]);
}

#[test]
fn references_may_lead_in_a_circle() {
    check_references(&sample("3.7.1-bulk-circular-request"), &[to(&[1]), to(&[0])]);
    check_references(&body(json!([post("a", json!("bulkId:a"))])), &[to(&[0])]);
}

#[test]
fn a_chain_may_be_long() {
    let count = 20_000;
    let next = (1..count).map(|next| format!("bulkId:{next}")).chain(["end".to_owned()]);
    let chain = body(next.enumerate().map(|(index, next)| post(&index.to_string(), json!(next))).collect());
    let waiting: Vec<_> = (1..count).map(|next| to(&[next])).chain([to(&[])]).collect();
    check_references(&chain, &waiting);
}

#[test]
fn ids_take_the_place_of_references() {
    let operation = |path: &str, first: &str, second: &str| BulkOperation {
        method: BulkMethod::Patch,
        bulk_id: Some("bulkId:a".to_owned()),
        version: Some("bulkId:a".to_owned()),
        path: path.to_owned(),
        data: json!({ "bulkId:a": [{ "value": first }, [second], "bulkId:x", "bulkId:aa", "a", 1, null] }),
    };
    let id_of = |bulk_id: &str| match bulk_id {
        "a" => Some("17"),
        "b" => Some("bulkId:a"),
        _ => None,
    };
    let check = |path, expected| {
        let resolved = operation(path, "bulkId:a", "bulkId:b").resolved(id_of);
        assert_eq!(resolved, operation(expected, "17", "bulkId:a"), "{path}");
    };
    check("/Users/bulkId:a", "/Users/17");
    check("Users/bulkId:a/bulkId:b/", "Users/17/bulkId:a/");
    check("/Users/bulkId:x", "/Users/bulkId:x");
    check("", "");
}

/// An entry as a document has it.
fn result(value: &Value) -> BulkResult {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    let number = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).expect("a status");
    let methods = [BulkMethod::Post, BulkMethod::Put, BulkMethod::Patch, BulkMethod::Delete];
    let response = value.get("response").map(|response| {
        let scim_type = (response["scimType"] == "invalidSyntax").then_some(ScimType::InvalidSyntax);
        ErrorResponse::new(number(&response["status"]), scim_type, text(&response["detail"]).expect("a detail"))
    });
    BulkResult {
        method: methods.into_iter().find(|method| value["method"] == method.as_str()).expect("a method"),
        bulk_id: text(&value["bulkId"]),
        version: text(&value["version"]),
        location: text(&value["location"]),
        status: number(&value["status"]),
        response,
    }
}

#[test]
fn a_response_is_written_as_in_the_rfc() {
    for (name, count) in [
        ("3.7.2-bulk-group-response", 2),
        ("3.7.3-bulk-response", 4),
        ("3.7.3-bulk-response-one-error", 1),
        ("3.7.3-bulk-response-errors", 4),
    ] {
        let mut expected = sample(name);
        for operation in expected["Operations"].as_array_mut().expect("a bulk has operations") {
            // §3.7.2 has an object here, unlike the rest of the RFC.
            if let Some(code) = operation["status"].get("code") {
                operation["status"] = code.clone();
            }
        }
        let operations: Vec<_> = expected["Operations"].as_array().into_iter().flatten().map(result).collect();
        assert_eq!(operations.len(), count, "{name}");

        let response = serde_json::to_value(BulkResponse { operations: &operations }).expect("serializes");

        assert_eq!(response, expected, "{name}");
    }
}

#[test]
fn an_empty_response_has_operations() {
    let response = serde_json::to_value(BulkResponse { operations: &[] }).expect("serializes");
    assert_eq!(response, json!({ "schemas": [urn::BULK_RESPONSE], "Operations": [] }));
}
