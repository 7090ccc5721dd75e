use serde_json::json;

use super::*;
use crate::fixtures::{USER, babs};

const ENTERPRISE_URN: &str = crate::ENTERPRISE_USER_SCHEMA;

/// What is left of the user of the fixtures, beside `schemas` and `id`.
#[track_caller]
fn check(attributes: &str, expected: Value) {
    let projection = Projection::new(Some(attributes), None).expect(attributes);
    check_left(&projection, expected);
}

#[track_caller]
fn check_left(projection: &Projection, expected: Value) {
    let mut user = babs();
    projection.select(&USER).expect("something was asked").apply(&USER, &mut user);
    let members = user.as_object_mut().expect("an object");
    assert!(members.remove("schemas").is_some());
    assert!(members.remove("id").is_some());
    assert_eq!(user, expected);
}

/// The user of the fixtures without what the pointers name.
#[track_caller]
fn check_without(excluded: &str, pointers: &[&str]) {
    let mut expected = babs();
    for pointer in pointers {
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
        let parent = expected.pointer_mut(parent).and_then(Value::as_object_mut);
        parent.expect(pointer).remove(member).expect(pointer);
    }
    let mut user = babs();
    let projection = Projection::new(None, Some(excluded)).expect(excluded);
    projection.select(&USER).expect("something was asked").apply(&USER, &mut user);
    assert_eq!(user, expected);
}

#[test]
fn nothing_asked_changes_nothing() {
    for projection in [Projection::new(None, None), Projection::new(Some(" "), Some(""))] {
        let projection = projection.expect("valid");
        assert!(projection.select(&USER).is_none());
    }
}

#[test]
fn only_what_is_asked_for_stays() {
    check("userName", json!({ "userName": "BJensen@example.com" }));
    check(" USERNAME , Active", json!({ "userName": "BJensen@example.com", "active": true }));
    check("urn:ietf:params:scim:schemas:core:2.0:User:userName", json!({ "userName": "BJensen@example.com" }));
    check("id", json!({}));
}

#[test]
fn complex_attributes_stay_whole_or_in_part() {
    check("name", json!({ "name": { "givenName": "Barbara", "familyName": "Jensén" } }));
    check("NAME.GIVENNAME", json!({ "name": { "givenName": "Barbara" } }));
    check("meta.version,title", json!({ "title": "", "meta": { "version": "W/\"3694e05e9dff591\"" } }));
    check("name.givenName,name", json!({ "name": { "givenName": "Barbara", "familyName": "Jensén" } }));
    check("name.givenName,name.familyName", json!({ "name": { "givenName": "Barbara", "familyName": "Jensén" } }));
}

#[test]
fn parts_of_elements_stay() {
    check("emails.value", json!({ "emails": [{ "value": "bjensen@example.com" }, { "value": "babs@jensen.org" }] }));
    check("emails.primary", json!({ "emails": [{ "primary": true }] }));
}

#[test]
fn parts_that_are_always_returned_stay() {
    check("badges.issued", json!({ "badges": [{ "number": "A1", "issued": "2026-01-31T12:00:00Z" }] }));
    check_without("badges.number", &[]);
}

#[test]
fn extensions_stay_whole_or_in_part() {
    let manager = json!({ "value": "26118915" });
    check(ENTERPRISE_URN, json!({ ENTERPRISE_URN: { "employeeNumber": "701984", "manager": manager } }));
    check(&format!("{ENTERPRISE_URN}:EmployeeNumber"), json!({ ENTERPRISE_URN: { "employeeNumber": "701984" } }));
    check(&format!("{ENTERPRISE_URN}:manager.value"), json!({ ENTERPRISE_URN: { "manager": manager } }));
    check(&format!("{ENTERPRISE_URN}:department"), json!({}));
}

#[test]
fn unknown_names_are_ignored() {
    check("shoeSize,,a b,userName,employeeNumber", json!({ "userName": "BJensen@example.com" }));
    check("shoeSize", json!({}));
    check(",", json!({}));
    check_without("shoeSize,nickName", &[]);
}

#[test]
fn what_is_excluded_goes() {
    check_without("userName,EMAILS", &["/userName", "/emails"]);
    check_without("name.givenName", &["/name/givenName"]);
    check_without("name.givenName,name.familyName", &["/name"]);
    check_without("emails.type", &["/emails/0/type", "/emails/1/type"]);
    check_without("meta", &["/meta"]);
    check_without(ENTERPRISE_URN, &[&format!("/{ENTERPRISE_URN}")]);
    check_without(&format!("{ENTERPRISE_URN}:employeeNumber"), &[&format!("/{ENTERPRISE_URN}/employeeNumber")]);
}

#[test]
fn the_minimum_cannot_be_excluded() {
    check_without("id,schemas", &[]);
}

#[test]
fn a_projection_is_read_from_a_query_string() {
    let pairs = [("count", "x"), ("EXCLUDEDATTRIBUTES", "name")];
    let projection = Projection::from_pairs(pairs);
    assert_eq!(projection, Projection::new(None, Some("name")));

    let twice = Projection::from_pairs([("attributes", "a"), ("attributes", "b")]);
    assert_eq!(twice.map_err(|error| error.scim_type()), Err(ScimType::InvalidValue));
}
