//! Whatever a plan says, it leads to every user that the filter matches.

use directory::{LookUp, MAX_FOLDED_BYTES, Plan, USER, User, plan};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scim::{Filter, ListQuery, fold};
use serde_json::Value;

use crate::people::{cases, profile, seen, text, user_of};

/// Attributes, and what stands between them and a literal.
const COMPARISONS: [&str; 24] = [
    "userName eq",
    "USERNAME EQ",
    "userName sw",
    "userName ew",
    "userName ne",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName eq",
    "emails eq",
    "emails.value eq",
    "emails.value sw",
    "emails.value co",
    "emails[value eq $]",
    "emails[Value sw $]",
    "emails[value eq $ or value sw $]",
    "emails[type eq \"work\" and value eq $]",
    "emails[not (value eq $)]",
    "emails[type eq \"work\"].value eq",
    "urn:ietf:params:scim:schemas:core:2.0:User:emails.value eq",
    "externalId eq",
    "externalId sw",
    "id eq",
    "id ne",
    "name.familyName eq",
    "title eq",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeId eq",
];

const OTHERS: [&str; 8] = [
    "userName pr",
    "externalId pr",
    "externalId eq null",
    "userName ne null",
    "active eq true",
    "emails.type eq \"work\"",
    "emails[primary eq true]",
    "title pr",
];

/// Filters that ask for a user's own values, spelled in other ways, or for other values.
fn filter(values: Vec<String>) -> impl Strategy<Value = String> {
    let own = (select(values), 0..5u8, any::<Index>()).prop_map(|(value, change, at)| match change {
        0 => value.to_uppercase(),
        1 => value.to_lowercase(),
        2 => value.chars().take(at.index(4)).collect(),
        _ => value,
    });
    let literal = prop_oneof![8 => own, 1 => text(), 1 => select(vec!["", "x", "7"]).prop_map(str::to_owned)];
    let comparison = (select(&COMPARISONS[..]), literal).prop_map(|(comparison, literal)| {
        let literal = Value::from(literal).to_string();
        if comparison.contains('$') { comparison.replace('$', &literal) } else { format!("{comparison} {literal}") }
    });
    let leaf = prop_oneof![5 => comparison, 1 => select(&OTHERS[..]).prop_map(str::to_owned)];
    leaf.prop_recursive(3, 10, 3, |inner| {
        let joined = |word: &'static str| move |parts: Vec<String>| format!("({})", parts.join(word));
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(joined(" and ")),
            vec(inner.clone(), 2..4).prop_map(joined(" or ")),
            inner.prop_map(|filter| format!("not ({filter})")),
        ]
    })
}

fn leads_to(look_up: &LookUp, user: &User) -> bool {
    let profile = &user.profile;
    match look_up {
        LookUp::Id(id) => *id == user.id,
        LookUp::UserName(folded) => fold(&profile.user_name) == *folded,
        LookUp::Email(folded) => fold(&profile.email) == *folded,
        LookUp::ExternalId(value) => profile.external_id.as_ref() == Some(value),
        LookUp::UserNamePrefix(folded) => fold(&profile.user_name).starts_with(folded.as_str()),
        LookUp::EmailPrefix(folded) => fold(&profile.email).starts_with(folded.as_str()),
    }
}

/// Whether the look-up can be written as a key of the table.
fn has_a_key(look_up: &LookUp) -> bool {
    match look_up {
        LookUp::Id(_) | LookUp::ExternalId(_) => true,
        LookUp::UserName(folded) | LookUp::Email(folded) => (1..=MAX_FOLDED_BYTES).contains(&folded.len()),
        LookUp::UserNamePrefix(folded) | LookUp::EmailPrefix(folded) => {
            (1..=MAX_FOLDED_BYTES - 4).contains(&folded.len())
        }
    }
}

fn user_and_filter() -> impl Strategy<Value = (User, String)> {
    profile().prop_flat_map(|profile| {
        let user = user_of(profile, 1);
        let User { id, profile, .. } = &user;
        let mut values = vec![id.to_string(), profile.user_name.clone(), profile.email.clone()];
        values.extend(profile.external_id.clone());
        (Just(user), filter(values))
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_plan_leads_to_every_user_that_matches((user, text) in user_and_filter()) {
        let filter = Filter::parse(&text).expect("the grammar has been followed");
        prop_assert_eq!(filter.check(&USER), Ok(()), "{}", text);

        if let Plan::LookUp(look_ups) = plan(&ListQuery { filter: Some(filter.clone()), ..ListQuery::default() }) {
            prop_assert!(look_ups.iter().all(has_a_key), "{} is {:?}", text, look_ups);
            if filter.matches(&USER, &seen(&user)) {
                let found = look_ups.iter().any(|look_up| leads_to(look_up, &user));
                prop_assert!(found, "{} matches, and is looked up as {:?}", text, look_ups);
            }
        }
    }

    #[test]
    fn a_folded_text_is_folded_once_and_for_all(text in text()) {
        let folded = fold(&text);
        prop_assert_eq!(&fold(&folded), &folded);
    }
}
