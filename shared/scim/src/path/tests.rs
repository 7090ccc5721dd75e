use super::*;
use crate::fixtures::{CORE, ENTERPRISE, USER};

const ENTERPRISE_URN: &str = crate::ENTERPRISE_USER_SCHEMA;

/// The parts of an attribute path.
#[track_caller]
fn check(text: &str, expected: (Option<&str>, &str, Option<&str>)) {
    let path = AttributePath::parse(text).expect(text);
    let parts = (path.schema.as_deref(), path.attribute.as_str(), path.sub_attribute.as_deref());
    assert_eq!(parts, expected);
    assert_eq!(path.to_string(), text);
}

/// The parts of a PATCH path: attribute, filter and sub-attribute.
#[track_caller]
fn check_patch(text: &str, expected: (&str, Option<&str>, Option<&str>)) {
    let path = PatchPath::parse(text).expect(text);
    let filter = path.filter.as_ref().map(ToString::to_string);
    let parts = (&*path.attribute.to_string(), filter.as_deref(), path.sub_attribute.as_deref());
    assert_eq!(parts, expected);
    assert_eq!(PatchPath::parse(&path.to_string()), Ok(path));
}

#[track_caller]
fn check_err(text: &str, expected: &str) {
    let error = PatchPath::parse(text).expect_err(text);
    assert_eq!(error.detail(), expected);
    assert_eq!(error.scim_type(), ScimType::InvalidPath);
}

#[track_caller]
fn check_resolved(text: &str, expected: Result<Resolved, (ScimType, &str)>) {
    let resolved = PatchPath::parse(text).expect(text).resolve(&USER);
    let resolved = resolved.as_ref().map_err(|error| (error.scim_type(), error.detail()));
    assert_eq!(resolved.copied(), expected);
}

#[test]
fn ok_names() {
    check("userName", (None, "userName", None));
    check("name.familyName", (None, "name", Some("familyName")));
    check("members.$ref", (None, "members", Some("$ref")));
    check("x-1_b", (None, "x-1_b", None));
}

#[test]
fn ok_qualified_names() {
    let core = crate::USER_SCHEMA;
    check(&format!("{core}:userName"), (Some(core), "userName", None));
    check(&format!("{core}:name.givenName"), (Some(core), "name", Some("givenName")));
    check("urn:x:2.0:hr:age", (Some("urn:x:2.0:hr"), "age", None));
}

#[test]
fn ok_urn_alone() {
    let schema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0";
    check(ENTERPRISE_URN, (Some(schema), "User", None));
}

#[test]
fn ok_patch_paths_of_the_rfc() {
    check_patch("members", ("members", None, None));
    check_patch("name.familyName", ("name.familyName", None, None));
    check_patch(r#"addresses[type eq "work"]"#, ("addresses", Some(r#"type eq "work""#), None));
    check_patch(
        r#"members[value eq "2819c223"].displayName"#,
        ("members", Some(r#"value eq "2819c223""#), Some("displayName")),
    );
}

#[test]
fn ok_patch_paths_of_clients() {
    check_patch(r#"emails[type eq "other"].Value"#, ("emails", Some(r#"type eq "other""#), Some("Value")));
    check_patch(
        &format!(r#"{ENTERPRISE_URN}:managers[primary eq "True"].value"#),
        (&format!("{ENTERPRISE_URN}:managers"), Some(r#"primary eq "True""#), Some("value")),
    );
    check_patch(ENTERPRISE_URN, (ENTERPRISE_URN, None, None));
    check_patch("not", ("not", None, None));
}

#[test]
fn err_malformed() {
    check_err("", "invalid path at byte 1: expected an attribute");
    check_err("2name", "invalid path at byte 1: expected an attribute name, found '2name'");
    check_err("name.", "invalid path at byte 6: expected an attribute name");
    check_err("name.a.b", "invalid path at byte 6: expected an attribute name, found 'a.b'");
    check_err("a b", "invalid path at byte 3: expected the end of the path, found 'b'");
    check_err("a.b[c pr]", "invalid path at byte 4: expected the end of the path, found '['");
    check_err("[c pr]", "invalid path at byte 1: expected an attribute, found '['");
    check_err("emails[0]", "invalid path at byte 8: expected an attribute name, found '0'");
    check_err("emails[]", "invalid path at byte 8: expected an attribute, found ']'");
    check_err("a[b pr].c.d", "invalid path at byte 9: expected an attribute name, found 'c.d'");
    check_err("a[b pr]c", "invalid path at byte 8: expected the end of the path, found 'c'");
    check_err("a[b eq]", "invalid path at byte 7: expected a value, found ']'");
    check_err(&"a".repeat(4097), "invalid path: 4097 bytes, 4096 are allowed");
}

#[test]
fn the_sub_attribute_may_be_behind_a_filter_or_not() {
    let sub_attribute = |text| PatchPath::parse(text).expect("valid").sub_attribute().map(ToOwned::to_owned);
    assert_eq!(sub_attribute("name.givenName").as_deref(), Some("givenName"));
    assert_eq!(sub_attribute("emails[type pr].value").as_deref(), Some("value"));
    assert_eq!(sub_attribute("emails[type pr]"), None);
}

#[test]
fn paths_resolve_to_attributes() {
    let emails = CORE.attribute("emails").expect("in the fixtures");
    let value = emails.sub_attribute("value");
    let attribute = |sub_attribute| Resolved::Attribute { extension: None, attribute: emails, sub_attribute };
    check_resolved("EMAILS", Ok(attribute(None)));
    check_resolved("emails.VALUE", Ok(attribute(value)));
    check_resolved("emails[type pr]", Ok(attribute(None)));
    check_resolved("emails[type pr].Value", Ok(attribute(value)));

    let department = Resolved::Attribute {
        extension: Some(&ENTERPRISE),
        attribute: ENTERPRISE.attribute("department").expect("in the fixtures"),
        sub_attribute: None,
    };
    check_resolved(&format!("{ENTERPRISE_URN}:DEPARTMENT"), Ok(department));
}

#[test]
fn the_urn_of_an_extension_resolves_to_all_of_it() {
    check_resolved(ENTERPRISE_URN, Ok(Resolved::Extension(&ENTERPRISE)));
    check_resolved(&ENTERPRISE_URN.to_uppercase(), Ok(Resolved::Extension(&ENTERPRISE)));
}

#[test]
fn unserved_attributes_resolve_to_their_entry() {
    check_resolved("NickName", Ok(Resolved::Unserved("nickName")));
    check_resolved(r#"addresses[type eq "x"].region"#, Ok(Resolved::Unserved("addresses")));
    check_resolved("emails[type pr].display", Ok(Resolved::Unserved("emails.display")));
}

#[test]
fn unknown_paths_are_refused() {
    let unknown = Err((ScimType::InvalidPath, "unknown attribute 'shoeSize'"));
    check_resolved("shoeSize", unknown);
    let unknown = Err((ScimType::InvalidPath, "unknown attribute 'emails.x'"));
    check_resolved("emails[type pr].x", unknown);
    let unknown = Err((ScimType::InvalidFilter, "attribute 'emails' has no sub-attribute 'x'"));
    check_resolved("emails[x pr]", unknown);
    let detail = "attribute 'name' is not a list of complex values: it cannot be filtered";
    check_resolved("name[givenName pr]", Err((ScimType::InvalidPath, detail)));
}
