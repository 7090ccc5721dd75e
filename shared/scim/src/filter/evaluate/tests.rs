use serde_json::json;

use super::*;
use crate::fixtures::{USER, babs};

/// Whether the user of the fixtures matches.
#[track_caller]
fn check(text: &str, expected: bool) {
    check_on(&babs(), text, expected);
}

#[track_caller]
fn check_on(user: &Value, text: &str, expected: bool) {
    let filter = Filter::parse(text).expect(text);
    assert_eq!(filter.check(&USER), Ok(()), "{text}");
    assert_eq!(filter.matches(&USER, user), expected, "{text}");
}

#[test]
fn case_counts_only_for_case_exact_attributes() {
    check(r#"userName eq "bjensen@EXAMPLE.com""#, true);
    check(r#"externalId eq "00uABC""#, true);
    check(r#"externalId eq "00uabc""#, false);
    check(r#"meta.resourceType eq "user""#, false);
    check(r#"schemas eq "URN:ietf:params:scim:schemas:core:2.0:user""#, true);
}

#[test]
fn case_is_ignored_beyond_ascii() {
    check(r#"name.familyName eq "JENSÉN""#, true);
    check(r#"name.familyName ew "SÉN""#, true);
    check(r#"name.familyName co "É""#, true);
    check(r#"name.familyName eq "jensen""#, false);
    check_on(&json!({ "title": "ΟΔΟΣΑ" }), r#"title sw "οδος""#, true);
    check_on(&json!({ "title": "ΟΔΟΣΑ" }), r#"title sw "ΟΔΟΣ""#, true);
}

#[test]
fn texts_are_searched() {
    check(r#"userName sw "BJ""#, true);
    check(r#"userName sw "jensen""#, false);
    check(r#"userName ew ".COM""#, true);
    check(r#"userName co "SEN@ex""#, true);
    check(r#"userName co """#, true);
    check(r#"externalId sw "00u""#, true);
    check(r#"externalId co "Uab""#, false);
    check(r#"externalId ew "ABC""#, true);
}

#[test]
fn texts_are_ordered() {
    check(r#"userName gt "bjensen@""#, true);
    check(r#"userName lt "C""#, true);
    check(r#"userName ge "BJENSEN@EXAMPLE.COM""#, true);
    check(r#"externalId lt "00ua""#, true);
}

#[test]
fn numbers_are_compared_by_value() {
    check("logins eq 12.0", true);
    check("logins gt 11.5 and logins le 12", true);
    check("logins lt -1", false);
    check("score eq 1.5", true);
    check("score ge 2", false);
}

#[test]
fn moments_are_compared_as_instants() {
    check(r#"meta.created eq "2010-01-23T06:56:22+02:00""#, true);
    check(r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, true);
    check(r#"meta.lastModified le "2011-05-13T04:42:34.250Z""#, true);
    check(r#"meta.lastModified lt "2011-05-13T04:42:34.250Z""#, false);
    check(r#"badges.issued ge "2026-01-01T00:00:00Z""#, true);
}

#[test]
fn booleans_are_compared_with_texts_too() {
    check("active eq true", true);
    check(r#"active eq "True""#, true);
    check(r#"active ne "FALSE""#, true);
    check("active eq false", false);
}

#[test]
fn any_element_of_a_list_may_match() {
    check(r#"tags eq "GREEN""#, true);
    check(r#"tags eq "blue""#, false);
    check(r#"emails.value ew "jensen.org""#, true);
    check(r#"emails.type eq "other""#, false);
}

#[test]
fn a_list_of_complex_values_compares_its_values() {
    check(r#"emails eq "babs@jensen.org""#, true);
    check(r#"emails co "work""#, false);
}

#[test]
fn brackets_mean_one_and_the_same_element() {
    check(r#"emails[type eq "work" and value co "example"]"#, true);
    check(r#"emails[type eq "home" and value co "example"]"#, false);
    check(r#"emails.type eq "home" and emails.value co "example""#, true);
    check(r#"emails[type eq "home"].value eq "BABS@jensen.org""#, true);
    check(r#"emails[not (type eq "work") and not (type eq "home")]"#, false);
    check(r#"emails[type ne "work"]"#, true);
    check(r#"not (emails[type eq "other"])"#, true);
}

#[test]
fn an_element_is_not_primary_unless_it_says_so() {
    check(r#"emails[type eq "home" and primary eq false]"#, true);
    check(r#"emails[type eq "home" and primary ne true]"#, true);
    check(r#"emails[type eq "work" and primary eq "False"]"#, false);
    check("emails.primary eq false", true);
    check(r#"emails[type eq "home" and primary pr]"#, false);
    check_on(&json!({}), "emails.primary eq false", false);
}

#[test]
fn not_equal_negates_equal() {
    check(r#"userName ne "bjensen@example.com""#, false);
    check(r#"userType ne "Employee""#, true);
    check(r#"tags ne "red""#, false);
    check(r#"tags ne "blue""#, true);
}

#[test]
fn null_means_unassigned() {
    check("userType eq null", true);
    check("userType ne null", false);
    check("userName eq null", false);
    check("userName ne null", true);
    check("emails[primary eq null]", true);
    check_on(&json!({ "userName": null, "emails": [] }), "userName eq null and emails eq null", true);
}

#[test]
fn empty_values_are_not_present() {
    check("userName pr and name pr and name.givenName pr and emails pr and active pr", true);
    check("userType pr", false);
    check("title pr", false);

    let empty = json!({ "name": { "givenName": null }, "emails": [{}], "tags": [""], "title": null });
    check_on(&empty, "name pr or emails pr or tags pr or title pr", false);
}

#[test]
fn extension_attributes_are_under_their_urn() {
    let urn = crate::ENTERPRISE_USER_SCHEMA;
    check(&format!(r#"{urn}:employeeNumber eq "701984""#), true);
    check(&format!(r#"{urn}:manager.value eq "26118915""#), true);
    check(&format!("{urn}:department pr"), false);
    check(&format!("{urn} pr"), true);
    check_on(&json!({ urn: {} }), &format!("{urn} pr"), false);
    check_on(&json!({}), &format!("{urn} pr"), false);
    check(&format!(r#"{}:userName sw "bj""#, crate::USER_SCHEMA), true);
}

#[test]
fn unserved_attributes_are_unassigned() {
    let user = json!({ "nickName": "Babs", "emails": [{ "display": "x" }] });
    check_on(&user, r#"nickName pr or nickName eq "Babs" or nickName gt "A""#, false);
    check_on(&user, r#"nickName eq null and nickName ne "Babs""#, true);
    check_on(&user, r#"addresses[type eq "work"]"#, false);
    check_on(&user, r#"emails[display eq "x"] or emails.display pr"#, false);
}

#[test]
fn operators_combine() {
    check("userType pr or active pr and title pr", false);
    check("(userType pr or active pr) and not (title pr)", true);
    check("not (userType pr) and not (not (active pr))", true);
}

#[test]
fn elements_match_the_filter_of_a_path() {
    let emails = |kind: &str| json!({ "emails": [{ "value": "a", "type": kind, "primary": true }] });

    check_on(&emails("work"), r#"emails[TYPE eq "WORK" and primary eq "True"]"#, true);
    check_on(&emails("home"), r#"emails[TYPE eq "WORK" and primary eq "True"]"#, false);
}
