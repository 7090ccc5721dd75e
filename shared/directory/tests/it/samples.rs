//! Users and PATCH bodies in the sample documents of RFC 7643 and RFC 7644.

use std::fs;
use std::path::Path;

use directory::{Profile, UserPatch, UserResource, change};
use scim::{PATCH_OP, ScimType, USER_SCHEMA};
use serde_json::{Value, json};

use crate::people::{created, setting};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scim/tests/samples");

/// Every document with this URN, also those within others, with its file.
fn documents(urn: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(FOLDER).expect("there are samples") {
        let path = entry.expect("an entry is read").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(&path).expect("a sample is read");
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            collect(&serde_json::from_str(&text).expect("a sample is JSON"), urn, &name, &mut found);
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

fn collect(value: &Value, urn: &str, name: &str, found: &mut Vec<(String, Value)>) {
    if value["schemas"].as_array().is_some_and(|schemas| schemas.contains(&urn.into())) {
        found.push((name.to_owned(), value.clone()));
    }
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, urn, name, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, urn, name, found)),
        _ => {}
    }
}

fn sample(name: &str) -> Value {
    let text = fs::read_to_string(Path::new(FOLDER).join(name)).expect("there is such a sample");
    serde_json::from_str(&text).expect("a sample is JSON")
}

fn barbara() -> Profile {
    created(&sample("rfc7643-8.2-user-full.json")).expect("a user")
}

/// Patches Barbara Jensen by a sample.
fn patched(name: &str) -> Profile {
    let patch = UserPatch::from_json(&sample(name)).expect("a PATCH");
    let asked = patch.of_user(&barbara()).expect("it can be applied");
    change(&barbara(), &asked, &setting(None)).expect("it makes a user")
}

#[test]
fn every_user_of_the_rfc_is_read() {
    let users = documents(USER_SCHEMA);
    assert!(users.len() >= 12, "there are {} users", users.len());
    for (name, value) in users {
        let user = UserResource::from_json(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(user.named_user(), value["userName"].as_str(), "{name}");
    }
}

#[test]
fn a_user_of_the_rfc_can_be_created_if_it_has_what_klue_needs() {
    let made = documents(USER_SCHEMA).into_iter().filter_map(|(name, value)| {
        let Profile { user_name, given_name, family_name, email, external_id, .. } = created(&value).ok()?;
        Some(format!("{name}: {given_name} {family_name}, {user_name}, {email}, {}", external_id.unwrap_or_default()))
    });

    assert_eq!(
        made.collect::<Vec<_>>(),
        [
            "rfc7643-8.2-user-full: Barbara Jensen, bjensen@example.com, bjensen@example.com, 701984",
            "rfc7643-8.3-user-enterprise: Barbara Jensen, bjensen@example.com, bjensen@example.com, 701984",
            "rfc7644-3.4.1-get-user-response: Barbara Jensen, bjensen, bjensen@example.com, bjensen",
            "rfc7644-3.5.1-put-user: Barbara Jensen, bjensen, bjensen@example.com, bjensen",
            "rfc7644-3.5.1-put-user-response: Barbara Jensen, bjensen, bjensen@example.com, bjensen",
        ]
    );
}

#[test]
fn every_patch_of_the_rfc_is_read() {
    let patches = documents(PATCH_OP);
    assert!(patches.len() >= 11, "there are {} patches", patches.len());
    for (name, value) in patches {
        let patch = UserPatch::from_json(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
        let refusal = patch.of_user(&barbara()).err().map(|error| error.scim_type());
        // Klue cannot be without the work e-mail.
        let expected = (name == "rfc7644-3.5.2.2-patch-remove-email").then_some(ScimType::Mutability);
        assert_eq!(refusal, expected, "{name}");
    }
}

#[test]
fn patches_of_users_change_what_klue_keeps() {
    for unchanged in [
        "rfc7644-3.5.2.1-patch-add-attributes.json",
        "rfc7644-3.5.2.3-patch-replace-address.json",
        "rfc7644-3.5.2.3-patch-replace-street.json",
        "rfc7644-3.5.2.3-patch-replace-attributes.json",
    ] {
        assert_eq!(patched(unchanged), barbara(), "{unchanged}");
    }

    let other = Profile { email: "other@example.com".to_owned(), ..barbara() };
    let patch = UserPatch::from_json(&sample("rfc7644-3.5.2.3-patch-replace-attributes.json")).expect("a PATCH");
    let asked = patch.of_user(&other).expect("it can be applied");
    let changed = change(&other, &asked, &setting(None)).expect("it makes a user");
    assert_eq!(changed, barbara(), "of two e-mails the one of type work is kept");
}

#[test]
fn the_operations_in_a_bulk_are_a_patch() {
    let bulk = sample("rfc7644-3.7.3-bulk-request.json");
    let operations = json!({"Operations": bulk["Operations"][2]["data"]});

    let patch = UserPatch::from_json(&operations).expect("a PATCH");
    let asked = patch.of_user(&barbara()).expect("it can be applied");

    assert_eq!(asked.named_user(), Some("Dave"));
}
