use serde_json::json;

use super::*;
use crate::error::ScimType;

/// The operations, each as `op path value`.
#[track_caller]
fn check(body: &Value, expected: &[&str]) {
    let patch = PatchOp::from_json(body).expect("valid");
    let operations: Vec<String> = patch
        .operations
        .iter()
        .map(|Operation { op, path, value }| {
            let path = path.as_ref().map_or("-".to_owned(), ToString::to_string);
            let value = value.as_ref().map_or("-".to_owned(), ToString::to_string);
            format!("{op} {path} {value}")
        })
        .collect();
    assert_eq!(operations, expected);
}

#[track_caller]
fn check_err(body: &Value, scim_type: ScimType, expected: &str) {
    let error = PatchOp::from_json(body).expect_err("invalid");
    assert_eq!((error.scim_type(), error.detail()), (scim_type, expected));
}

fn body(operations: Value) -> Value {
    json!({ "schemas": [urn::PATCH_OP], "Operations": operations })
}

#[test]
fn ok_operations_keep_their_order() {
    let operations = json!([
        { "op": "add", "path": "emails", "value": [{ "value": "a@b.c" }] },
        { "op": "remove", "path": "emails[type eq \"work\"]" },
        { "op": "replace", "path": "name.givenName", "value": "Ana" },
    ]);
    let expected =
        [r#"add emails [{"value":"a@b.c"}]"#, r#"remove emails[type eq "work"] -"#, r#"replace name.givenName "Ana""#];
    check(&body(operations), &expected);
}

#[test]
fn ok_without_path() {
    check(&body(json!([{ "op": "replace", "value": { "active": false } }])), &[r#"replace - {"active":false}"#]);
    for path in [json!(null), json!(""), json!(" ")] {
        check(&body(json!([{ "op": "add", "path": path, "value": 1 }])), &["add - 1"]);
    }
}

#[test]
fn ok_any_case() {
    let body = json!({
        "SCHEMAS": [urn::PATCH_OP.to_uppercase()],
        "operations": [{ "OP": "Replace", "Path": "active", "VALUE": "False" }],
    });
    check(&body, &[r#"replace active "False""#]);
}

#[test]
fn ok_without_schemas() {
    check(&json!({ "Operations": [{ "op": "add", "value": {} }] }), &["add - {}"]);
    check(&json!({ "schemas": null, "Operations": [] }), &[]);
}

#[test]
fn ok_null_is_a_value() {
    let operations = json!([{ "op": "replace", "path": "title", "value": null }]);
    check(&body(operations), &["replace title null"]);
}

#[test]
fn ok_remove_may_have_a_value() {
    let operations = json!([{ "op": "Remove", "path": "members", "value": [{ "value": "1" }] }]);
    check(&body(operations), &[r#"remove members [{"value":"1"}]"#]);
}

#[test]
fn ok_as_many_operations_as_allowed() {
    let operation = json!({ "op": "add", "value": {} });
    check(&body(json!(vec![operation.clone(); 100])), &["add - {}"; 100]);

    let expected = "Operations: 101 operations, 100 are allowed";
    check_err(&body(json!(vec![operation; 101])), ScimType::InvalidValue, expected);
}

#[test]
fn err_not_a_patch() {
    let check_err = |body, expected| check_err(&body, ScimType::InvalidSyntax, expected);
    check_err(json!([]), "the body must be a JSON object");
    check_err(json!({}), "Operations: missing");
    check_err(json!({ "Operations": {} }), "Operations: expected an array");
    check_err(json!({ "Operations": [], "operations": [] }), "'Operations' is there twice, in different case");
    let expected = "schemas: expected a list with 'urn:ietf:params:scim:api:messages:2.0:PatchOp'";
    for schemas in [json!([]), json!([urn::USER_SCHEMA]), json!(urn::PATCH_OP), json!([1])] {
        check_err(json!({ "schemas": schemas, "Operations": [] }), expected);
    }
}

#[test]
fn err_bad_operation() {
    let check_err = |operation, expected| {
        let fine = json!({ "op": "add", "value": {} });
        check_err(&body(json!([fine, operation])), ScimType::InvalidSyntax, expected);
    };
    check_err(json!("add"), "Operations[1]: expected an object");
    check_err(json!({ "value": 1 }), "Operations[1].op: missing");
    check_err(json!({ "op": 1 }), "Operations[1].op: expected a string");
    check_err(json!({ "op": "move" }), "Operations[1].op: expected 'add', 'remove' or 'replace', found 'move'");
    check_err(json!({ "op": "add", "Op": "add" }), "Operations[1]: 'op' is there twice, in different case");
    check_err(json!({ "op": "add", "path": ["a"], "value": 1 }), "Operations[1].path: expected a string");
}

#[test]
fn err_bad_path() {
    check_err(
        &body(json!([{ "op": "remove", "path": "a b" }])),
        ScimType::InvalidPath,
        "Operations[0].path: invalid path at byte 3: expected the end of the path, found 'b'",
    );
}

#[test]
fn err_remove_without_path() {
    let expected = "Operations[0]: 'remove' needs a path";
    check_err(&body(json!([{ "op": "remove" }])), ScimType::NoTarget, expected);
    check_err(&body(json!([{ "op": "remove", "path": "" }])), ScimType::NoTarget, expected);
}

#[test]
fn err_no_value() {
    for op in ["add", "replace"] {
        let expected = format!("Operations[0]: '{op}' needs a value");
        let operations = json!([{ "op": op, "path": "title" }]);
        check_err(&body(operations), ScimType::InvalidValue, &expected);
    }
}
