use serde_json::{Value, json};

use super::{pushed_values, without_keys};

#[track_caller]
fn check(body: &Value, expected: &[&str]) {
    let told: Vec<_> =
        pushed_values(body).iter().map(|pushed| format!("{}={}", pushed.attribute, pushed.value)).collect();
    assert_eq!(told, expected);
}

#[test]
fn ok_of_a_user() {
    let extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check(
        &json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ada",
            "active": true,
            "title": null,
            "name": {"givenName": "Ada"},
            "emails": [{"value": "a@b.c", "primary": true}],
            extension: {"employeeId": 7},
        }),
        &[
            "active=true",
            "emails[0].primary=true",
            "emails[0].value=a@b.c",
            "name.givenName=Ada",
            &format!("{extension}:employeeId=7"),
            "userName=ada",
        ],
    );
}

#[test]
fn ok_of_a_patch() {
    check(
        &json!({"Operations": [
            {"op": "replace", "path": "active", "value": "maybe"},
            {"OP": "add", "VALUE": {"name": {"givenName": "Ada"}}},
            {"op": "remove", "path": "externalId"},
        ]}),
        &["active=maybe", "name.givenName=Ada"],
    );
}

#[test]
fn ok_without_passwords() {
    check(
        &json!({"password": "x", "myPassWord": {"value": "x"}, "a": {"PASSWORD": ["x"]}, "Operations": "none"}),
        &["Operations=none"],
    );
    check(&json!({"Operations": [{"path": "urn:x:Password", "value": "x"}, {"value": {"password": "x"}}]}), &[]);
}

#[test]
fn ok_within_limits() {
    let many: Value = (0..100).map(|index| (format!("a{index:03}"), json!("é".repeat(300)))).collect();
    let values = pushed_values(&many);
    assert_eq!(values.len(), 20);
    assert!(values.iter().all(|pushed| pushed.value.chars().count() == 256));
    check(&json!(["a"]), &[]);
}

#[test]
fn ok_without_keys() {
    let key = format!("klue_{}", "a1".repeat(34));
    let told = |text: &str| without_keys(text);
    assert_eq!(told(&format!("a {key}, b {key}")), "a klue_…, b klue_…");
    assert_eq!(told(&key[..40]), "klue_…");
    assert_eq!(told("klue_admin klue_"), "klue_admin klue_");
}
