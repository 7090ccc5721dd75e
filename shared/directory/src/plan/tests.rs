use scim::{Filter, ListQuery};

use super::{Claims, LookUp, Plan, plan};
use crate::USER;

const ID: &str = "4f1b1a0e-3f47-8a5e-9c0a-2b8f00000001";

/// The plan of a filter in words; `$id` stands for an id.
fn told(filter: &str) -> String {
    let filter = Filter::parse(&filter.replace("$id", &format!("\"{ID}\""))).expect("the filter can be read");
    filter.check(&USER).expect("the filter fits a user");
    let look_ups = match plan(&ListQuery { filter: Some(filter), ..ListQuery::default() }) {
        Plan::Scan => return "scan".to_owned(),
        Plan::LookUp(look_ups) => look_ups,
        other => panic!("{other:?} is no plan of a filter"),
    };
    let told = look_ups.iter().map(|look_up| match look_up {
        LookUp::Id(id) => format!("id of row {}", id.row()),
        LookUp::UserName(name) => format!("userName {name}"),
        LookUp::Email(email) => format!("email {email}"),
        LookUp::ExternalId(value) => format!("externalId {value}"),
        LookUp::UserNamePrefix(prefix) => format!("userName {prefix}*"),
        LookUp::EmailPrefix(prefix) => format!("email {prefix}*"),
    });
    if look_ups.is_empty() { "nothing".to_owned() } else { told.collect::<Vec<_>>().join(", ") }
}

fn check(filters: &[(&str, &str)]) {
    for (filter, expected) in filters {
        assert_eq!(told(filter), *expected, "for {filter}");
    }
}

#[test]
fn ok_a_pinned_attribute_is_looked_up() {
    check(&[
        ("id eq $id", "id of row 1"),
        ("Id EQ $id", "id of row 1"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:id eq $id", "id of row 1"),
        ("userName eq \"ADA\"", "userName ada"),
        ("USERNAME Eq \"ada\"", "userName ada"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"Ada\"", "userName ada"),
        ("userName eq \"STRASSE\"", "userName strasse"),
        ("userName eq \"straße\"", "userName strasse"),
        ("externalId eq \"X\"", "externalId X"),
        ("externalId eq \"\"", "externalId "),
        ("emails eq \"A@b\"", "email a@b"),
        ("emails.value eq \"A@b\"", "email a@b"),
        ("emails[value eq \"A@b\"]", "email a@b"),
        ("emails[type eq \"work\"].value eq \"A@b\"", "email a@b"),
        ("emails[type eq \"work\" and value eq \"A@b\"]", "email a@b"),
        ("emails[primary eq true and (type pr and value eq \"A@b\")]", "email a@b"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:emails.value eq \"a\"", "email a"),
    ]);
}

#[test]
fn ok_a_prefix_is_a_range_of_claims() {
    check(&[
        ("userName sw \"Ad\"", "userName ad*"),
        ("emails sw \"Ad\"", "email ad*"),
        ("emails.value sw \"Ad\"", "email ad*"),
        ("emails[value sw \"Ad\"]", "email ad*"),
        ("emails[type eq \"work\"].value sw \"Ad\"", "email ad*"),
        ("userName sw \"\"", "scan"),
        ("externalId sw \"00u\"", "scan"),
        ("id sw \"4f\"", "scan"),
        ("userName ew \"example.com\"", "scan"),
        ("userName co \"ada\"", "scan"),
    ]);
}

#[test]
fn ok_an_or_of_look_ups_is_their_union() {
    check(&[
        ("userName eq \"ada\" or userName eq \"bob\"", "userName ada, userName bob"),
        ("userName eq \"ada\" or userName eq \"ADA\"", "userName ada"),
        ("userName eq \"a\" or userName eq \"b\" or userName eq \"c\"", "userName a, userName b, userName c"),
        ("id eq $id or externalId eq \"x\" or emails eq \"a@b\"", "id of row 1, email a@b, externalId x"),
        ("userName eq \"ada\" or emails sw \"ada@\"", "userName ada, email ada@*"),
        ("emails[value eq \"a\" or value eq \"b\"]", "email a, email b"),
        ("userName eq \"ada\" or (userName eq \"bob\" and active eq true)", "userName ada, userName bob"),
        ("id eq \"7\" or userName eq \"ada\"", "userName ada"),
        ("id eq \"7\" or id eq \"8\"", "nothing"),
        ("userName eq \"ada\" or active eq true", "scan"),
        ("userName eq \"ada\" or title pr", "scan"),
        ("emails[value eq \"a\" or type eq \"work\"]", "scan"),
    ]);
}

#[test]
fn ok_an_and_looks_up_the_part_with_the_fewest_users() {
    check(&[
        ("active eq true and userName eq \"ada\"", "userName ada"),
        ("userName eq \"ada\" and id eq $id", "id of row 1"),
        ("externalId eq \"x\" and userName eq \"ada\"", "userName ada"),
        ("userName sw \"a\" and externalId eq \"x\"", "externalId x"),
        ("userName sw \"a\" and active eq true", "userName a*"),
        ("(userName eq \"a\" or userName eq \"b\") and emails eq \"c\"", "email c"),
        ("(userName eq \"a\" or userName eq \"b\") and active eq true", "userName a, userName b"),
        ("(title pr and (emails eq \"a@b\" and active eq true)) and meta.created pr", "email a@b"),
        ("id eq \"7\" and userName eq \"ada\"", "nothing"),
        ("userName eq \"ada\" and not (active eq false) and externalId pr", "userName ada"),
        ("id eq $id and manager eq \"x\"", "id of row 1"),
    ]);
}

#[test]
fn ok_a_value_that_nobody_can_have_is_looked_up_nowhere() {
    check(&[
        ("userName eq \"\"", "nothing"),
        ("id eq \"7d5f1a7e-0000-4000-8000-000000000000\"", "nothing"),
        (&format!("userName eq \"{}\"", "x".repeat(1025)), "nothing"),
        // Folding makes it longer than a key can be.
        (&format!("userName eq \"{}\"", "\u{fdfa}".repeat(100)), "nothing"),
        (&format!("emails sw \"{}\"", "x".repeat(1021)), "scan"),
    ]);
}

#[test]
fn ok_everything_else_is_read() {
    for filter in [
        "userName ne \"ada\"",
        "not (userName eq \"ada\")",
        "userName gt \"ada\"",
        "userName eq null",
        "userName pr",
        "externalId eq null",
        "active eq true",
        "name.givenName eq \"ada\"",
        "emails.type eq \"work\"",
        "emails[type eq \"work\"]",
        "emails[not (value eq \"a\")]",
        "emails pr",
        "meta.lastModified gt \"2026-01-01T00:00:00Z\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId eq \"7\"",
    ] {
        check(&[(filter, "scan")]);
    }
}

#[test]
fn ok_a_list_without_a_filter_is_read_in_the_order_in_which_it_is_stored() {
    let walk = |claims, descending| Plan::Walk { claims, descending };
    let email = "urn:ietf:params:scim:schemas:core:2.0:User:emails.value";
    let cases = [
        (vec![], Plan::Rows),
        (vec![("startIndex", "7"), ("sortOrder", "descending")], Plan::Rows),
        (vec![("sortBy", "USERNAME")], walk(Claims::UserName, false)),
        (vec![("sortBy", "userName"), ("sortOrder", "descending")], walk(Claims::UserName, true)),
        (vec![("sortBy", "emails")], walk(Claims::Email, false)),
        (vec![("sortBy", email), ("sortOrder", "descending")], walk(Claims::Email, true)),
        (vec![("sortBy", "emails.type")], Plan::Scan),
        (vec![("sortBy", "name.familyName")], Plan::Scan),
        (vec![("sortBy", "externalId")], Plan::Scan),
        (vec![("sortBy", "userName"), ("filter", "active eq true")], Plan::Scan),
    ];
    for (pairs, expected) in cases {
        let query = ListQuery::from_pairs(pairs.clone()).expect("a query");
        assert_eq!(plan(&query), expected, "for {pairs:?}");
    }
}
