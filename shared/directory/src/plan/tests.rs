use scim::{Filter, fold};

use super::{Plan, plan};
fn check(filter: &str, expected: Plan) {
    let parsed = Filter::parse(filter).expect("the filter can be read");
    assert_eq!(plan(&parsed), expected, "for {filter}");
}

#[test]
fn ok_a_pinned_attribute_is_a_look_up() {
    let id = "4f1b1a0e-3f47-8a5e-9c0a-2b8f00000001";
    check(&format!("id eq \"{id}\""), Plan::Id(id.parse().expect("an id")));
    check("userName eq \"ADA\"", Plan::UserName("ada".into()));
    check("urn:ietf:params:scim:schemas:core:2.0:User:USERNAME eq \"ada\"", Plan::UserName("ada".into()));
    check("externalId eq \"X\"", Plan::ExternalId("X".into()));
    for spelling in [
        "emails eq \"A@b\"",
        "emails.value eq \"A@b\"",
        "emails[value eq \"A@b\"]",
        "emails[type eq \"work\"].value eq \"A@b\"",
    ] {
        check(spelling, Plan::Email("a@b".into()));
    }
}

#[test]
fn ok_an_and_is_planned_by_its_first_look_up() {
    check("active eq true and userName eq \"ada\"", Plan::UserName("ada".into()));
    check("(title pr and (emails eq \"a@b\" and active eq true)) and meta.created pr", Plan::Email("a@b".into()));
    check("id eq \"7\" and userName eq \"ada\"", Plan::Nothing);
}

#[test]
fn ok_everything_else_is_read() {
    for filter in [
        "userName ne \"ada\"",
        "userName sw \"ada\"",
        "not (userName eq \"ada\")",
        "userName eq \"ada\" or userName eq \"bob\"",
        "active eq true",
        "name.givenName eq \"ada\"",
        "emails.type eq \"work\"",
        "emails[type eq \"work\"]",
        "externalId eq null",
        "userName pr",
        "meta.id eq \"7\"",
        "urn:example:User:userName eq \"ada\"",
    ] {
        check(filter, Plan::Scan);
    }
}

#[test]
fn ok_a_value_that_nobody_can_have_is_looked_up_nowhere() {
    check("userName eq \"\"", Plan::Nothing);
    check("id eq \"7d5f1a7e-0000-4000-8000-000000000000\"", Plan::Nothing);
    check(&format!("userName eq \"{}\"", "x".repeat(1025)), Plan::Nothing);
    check(&format!("userName eq \"{}\"", "\u{fdfa}".repeat(100)), Plan::Nothing);
    assert!(fold(&"\u{fdfa}".repeat(100)).len() > 1024, "folding makes it longer");
}
