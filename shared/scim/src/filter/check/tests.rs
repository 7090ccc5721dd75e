use super::*;
use crate::fixtures::USER;

#[track_caller]
fn check(text: &str) {
    let filter = Filter::parse(text).expect(text);
    assert_eq!(filter.check(&USER), Ok(()), "{text}");
}

#[track_caller]
fn check_err(text: &str, expected: &str) {
    let filter = Filter::parse(text).expect(text);
    let error = filter.check(&USER).expect_err(text);
    assert_eq!(error.detail(), expected);
    assert_eq!(error.scim_type(), ScimType::InvalidFilter);
}

#[test]
fn ok_attributes_in_any_case() {
    check(r#"USERNAME eq "x" and Name.GivenName pr and EMAILS[Type eq "work"]"#);
    check(r#"URN:ietf:params:scim:schemas:CORE:2.0:user:userName eq "x""#);
    check(r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:Manager.Value eq "x""#);
}

#[test]
fn ok_common_attributes() {
    check(r#"id eq "x" or externalId eq "x" or schemas eq "x" or meta.version eq "x""#);
    check(r#"urn:ietf:params:scim:schemas:core:2.0:User:id eq "x""#);
}

#[test]
fn ok_operators_and_literals() {
    check(r#"userName sw "x" and userName gt "x" and profileUrl co "x""#);
    check(r#"active eq true and active ne "False" and emails.primary eq "TRUE""#);
    check("logins ge 3 and logins lt 3.5 and score eq 1");
    check(r#"meta.created gt "2026-01-01T00:00:00+02:00" and certificate eq "AA==""#);
    check("userName eq null and active ne null and meta.created eq null and emails eq null");
    check(r#"tags co "x" and emails ew "example.com""#);
}

#[test]
fn ok_presence_of_anything() {
    check("name pr and emails pr and badges pr and active pr");
    check("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr");
}

#[test]
fn ok_unserved_attributes_take_every_comparison() {
    check(r#"nickName co "x" and addresses.region gt 5 and addresses[anything eq true]"#);
    check(r#"emails.display eq "x" and emails[display eq "x"] and nickName.part pr"#);
    check(r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter eq 1"#);
    check("urn:ietf:params:scim:schemas:core:2.0:User:nickName pr");
}

#[test]
fn err_unknown_attribute() {
    check_err("shoeSize pr", "unknown attribute 'shoeSize'");
    check_err("title pr or not (shoeSize pr)", "unknown attribute 'shoeSize'");
    check_err("name.nick pr", "unknown attribute 'name.nick'");
    check_err("userName.value pr", "unknown attribute 'userName.value'");
    check_err("urn:example:Other:title pr", "unknown attribute 'urn:example:Other:title'");
    check_err("costCenter pr", "unknown attribute 'costCenter'");
}

#[test]
fn err_extension_attribute_without_urn() {
    check_err(
        r#"DEPARTMENT eq "x""#,
        "unknown attribute 'DEPARTMENT': did you mean \
         'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department'?",
    );
}

#[test]
fn err_unknown_sub_attribute() {
    check_err("emails[name pr]", "attribute 'emails' has no sub-attribute 'name'");
    check_err("emails[value.x pr]", "attribute 'emails' has no sub-attribute 'value.x'");
    check_err("emails[urn:x:y:type pr]", "attribute 'emails' has no sub-attribute 'urn:x:y:type'");
}

#[test]
fn err_operator_of_another_type() {
    check_err("active gt true", "attribute 'active' of type boolean cannot be compared by 'gt'");
    check_err(r#"emails[primary sw "t"]"#, "attribute 'primary' of type boolean cannot be compared by 'sw'");
    check_err("logins co 1", "attribute 'logins' of type integer cannot be compared by 'co'");
    check_err(r#"certificate lt "AA""#, "attribute 'certificate' of type binary cannot be compared by 'lt'");
    check_err(r#"meta.created sw "2026""#, "attribute 'meta.created' of type dateTime cannot be compared by 'sw'");
}

#[test]
fn err_literal_of_another_type() {
    check_err("userName eq 5", "attribute 'userName' of type string cannot be compared by 'eq' with 5");
    check_err(
        r#"active eq "yes""#,
        "attribute 'active' of type boolean cannot be compared by 'eq' with the string 'yes'",
    );
    check_err(r#"logins eq "5""#, "attribute 'logins' of type integer cannot be compared by 'eq' with the string '5'");
    check_err("title gt null", "attribute 'title' of type string cannot be compared by 'gt' with null");
}

#[test]
fn err_date_time_without_offset() {
    let moments = ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"];
    for moment in moments {
        check_err(
            &format!(r#"meta.created gt "{moment}""#),
            &format!(
                "attribute 'meta.created' of type dateTime cannot be compared by 'gt' \
                 with the string '{moment}'"
            ),
        );
    }
}

#[test]
fn err_complex_attribute() {
    let detail = |name| format!("attribute '{name}' is complex: compare one of its sub-attributes");
    check_err(r#"name eq "x""#, &detail("name"));
    check_err("name eq null", &detail("name"));
    check_err(r#"badges eq "x""#, &detail("badges"));
    check_err(&format!(r#"{} eq "x""#, crate::ENTERPRISE_USER_SCHEMA), &detail(crate::ENTERPRISE_USER_SCHEMA));
}

#[test]
fn err_brackets_behind_other_attributes() {
    let detail = |name| format!("attribute '{name}' is not a list of complex values: it takes no brackets");
    check_err(r#"userName[value eq "x"]"#, &detail("userName"));
    check_err(r#"name[givenName eq "x"]"#, &detail("name"));
    check_err(r#"tags[value eq "x"]"#, &detail("tags"));
}
