//! PATCH and PUT, on users and requests of every kind.

use directory::{Error, Profile, UserResource, change};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::model::{Condition, Operation, Path, Place, What, attributes, message, patched};
use crate::people::{GROUPS, cases, patch, profile, seen, setting, text, user_of};

const ENTERPRISE: &str = scim::ENTERPRISE_USER_SCHEMA;

fn put(stored: &Profile, body: &Value) -> Result<Profile, Error> {
    let asked = UserResource::from_json(body)?;
    change(stored, &asked, &setting(asked.named_group()))
}

/// Paths without a value filter, and what is there.
fn plain_path() -> impl Strategy<Value = Path> {
    let core = format!("{}:userName", scim::USER_SCHEMA);
    let extension = |name: &str| format!("{ENTERPRISE}:{name}");
    let paths: Vec<(String, Place)> = vec![
        ("userName".into(), Place::Single("userName")),
        ("USERNAME".into(), Place::Single("userName")),
        (core, Place::Single("userName")),
        ("externalId".into(), Place::Single("externalId")),
        ("name.givenName".into(), Place::Single("givenName")),
        ("Name.FamilyName".into(), Place::Single("familyName")),
        ("name".into(), Place::Name),
        ("emails".into(), Place::Emails),
        ("emails.value".into(), Place::Single("email")),
        ("emails.type".into(), Place::Nowhere),
        ("active".into(), Place::Single("active")),
        (extension("employeeId"), Place::Single("employeeId")),
        (extension("klueRole"), Place::Single("klueRole")),
        (extension("klueRole").to_uppercase(), Place::Single("klueRole")),
        (extension("visibilityGroup"), Place::Single("visibilityGroup")),
        (ENTERPRISE.into(), Place::Extension),
        ("id".into(), Place::Nowhere),
        ("displayName".into(), Place::Nowhere),
        ("name.formatted".into(), Place::Nowhere),
        ("title".into(), Place::Nowhere),
        ("phoneNumbers[type eq \"work\"].value".into(), Place::Nowhere),
        ("klueRole".into(), Place::Nowhere),
        ("urn:example:custom:2.0:User:klueRole".into(), Place::Nowhere),
    ];
    select(paths).prop_map(|(text, place)| Path { text, place, condition: None })
}

/// Value filters that match whatever the address is.
fn lasting_condition() -> BoxedStrategy<Condition> {
    prop_oneof![
        6 => select(vec!["type eq \"work\"", "Type EQ \"WORK\"", "primary eq true", "primary eq \"True\"", "type pr"])
            .prop_map(Condition::Always),
        1 => select(vec!["type eq \"home\"", "type eq \"home\" and primary eq true"]).prop_map(Condition::OtherType),
    ]
    .boxed()
}

fn condition(email: &str) -> BoxedStrategy<Condition> {
    let values = vec![email.to_owned(), email.to_lowercase(), "x@y".to_owned(), "new".to_owned()];
    prop_oneof![
        4 => lasting_condition(),
        1 => select(vec!["primary eq false", "not (type eq \"work\")", "type ne \"work\"", "value eq null and type eq null"])
            .prop_map(Condition::Never),
        1 => Just(Condition::HasValue),
        3 => select(values).prop_map(Condition::Value),
        1 => select(vec!["a", "@", "new"]).prop_map(Condition::Contains),
    ]
    .boxed()
}

fn path(condition: BoxedStrategy<Condition>) -> BoxedStrategy<Path> {
    let behind = select(vec![
        ("", Place::Emails),
        (".value", Place::Single("email")),
        (".Value", Place::Single("email")),
        (".primary", Place::Nowhere),
        (".type", Place::Nowhere),
    ]);
    let filtered = (condition, behind).prop_map(|(condition, (behind, place))| {
        let text = format!("emails[{}]{behind}", condition.text());
        Path { text, place, condition: Some(condition) }
    });
    prop_oneof![4 => plain_path(), 1 => filtered].boxed()
}

/// What a client may send for an attribute, most of it good.
fn value(place: Place) -> BoxedStrategy<Value> {
    let texts = || text().prop_map(Value::from).boxed();
    let of_kind = match place {
        Place::Single("active") => {
            select(vec![json!(true), json!(false), json!("True"), json!("false"), json!([false])]).boxed()
        }
        Place::Single("klueRole") => {
            select(vec!["admin", "Curator", "consumer", "consumer"]).prop_map(Value::from).boxed()
        }
        Place::Single("visibilityGroup") => prop_oneof![
            select(&GROUPS[..]).prop_map(Value::from),
            select(vec!["SALES", "strasse"]).prop_map(Value::from)
        ]
        .boxed(),
        Place::Single("employeeId") => {
            prop_oneof![texts(), any::<i64>().prop_map(Value::from), any::<u64>().prop_map(Value::from)].boxed()
        }
        Place::Name => object(vec![("givenName", "givenName"), ("FAMILYNAME", "familyName"), ("middleName", "")]),
        Place::Extension => object(vec![
            ("employeeId", "employeeId"),
            ("KlueRole", "klueRole"),
            ("visibilityGroup", "visibilityGroup"),
            ("department", ""),
        ]),
        Place::Emails => emails(),
        Place::Single(_) | Place::Nowhere => {
            let new = select(vec!["new", "x@y", "NEW"]).prop_map(Value::from);
            let wrapped = texts().prop_map(|text| json!([{"value": text}]));
            prop_oneof![6 => texts(), 2 => new, 1 => wrapped].boxed()
        }
    };
    let unassigned = select(vec![json!(null), json!(""), json!("  "), json!([])]);
    let wrong = select(vec![
        json!({"a": 1}),
        json!(["x", "y"]),
        json!("x".repeat(129)),
        json!("x".repeat(385)),
        json!("\u{fdfa}".repeat(100)),
        json!("a\u{7}"),
        json!("a\u{1ffff}"),
        json!(1.5),
    ]);
    prop_oneof![16 => of_kind, 2 => unassigned, 1 => wrong].boxed()
}

/// An object with some members; each is of the kind of an attribute, or of none.
fn object(members: Vec<(&'static str, &'static str)>) -> BoxedStrategy<Value> {
    let count = members.len();
    proptest::sample::subsequence(members, 0..=count)
        .prop_flat_map(|members| {
            let members = members.into_iter().map(|(name, kind)| {
                let value =
                    if kind.is_empty() { text().prop_map(Value::from).boxed() } else { value(Place::Single(kind)) };
                value.prop_map(move |value| (name.to_owned(), value))
            });
            members.collect::<Vec<_>>().prop_map(|members| Value::Object(members.into_iter().collect()))
        })
        .boxed()
}

fn emails() -> BoxedStrategy<Value> {
    let types = select(vec![json!("work"), json!("Work"), json!("work"), json!(null), json!("home")]);
    let primary = select(vec![json!(true), json!(false), json!("True"), json!(null)]);
    let element = (text(), types, primary)
        .prop_map(|(value, kind, primary)| json!({"value": value, "type": kind, "primary": primary}))
        .boxed();
    let short = text().prop_map(|value| json!({"value": value}));
    prop_oneof![
        vec(element.clone(), 1..4).prop_map(Value::from),
        element,
        short,
        text().prop_map(Value::from),
        text().prop_map(|value| json!([value])),
    ]
    .boxed()
}

fn operation(condition: BoxedStrategy<Condition>) -> impl Strategy<Value = Operation> {
    let with_value = move || path(condition.clone()).prop_flat_map(|path| (Just(path.clone()), value(path.place)));
    let members = vec(with_value(), 0..4).prop_map(|mut members| {
        members.sort_by(|(one, _), (other, _)| one.text.cmp(&other.text));
        members.dedup_by(|(one, _), (other, _)| one.text == other.text);
        What::Members(members)
    });
    let at = with_value().prop_map(|(path, value)| What::At(path, value)).boxed();
    prop_oneof![
        6 => (select(vec!["add", "replace", "Add", "Replace"]), at.clone()),
        2 => (select(vec!["remove", "Remove"]), at),
        2 => (select(vec!["add", "replace"]), members),
    ]
    .prop_map(|(op, what)| Operation { op, what })
}

fn user_and_operations() -> impl Strategy<Value = (Profile, Vec<Operation>)> {
    profile().prop_flat_map(|profile| {
        let operation = operation(condition(&profile.email));
        (Just(profile), vec(operation, 0..5))
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_patch_does_what_its_operations_do_one_by_one((stored, operations) in user_and_operations()) {
        let body = message(&operations);
        let expected = patched(&attributes(&stored), &operations);

        match (patch(&stored, &body), expected) {
            (Ok(changed), Ok(expected)) => prop_assert_eq!(attributes(&changed), expected, "{:#}", body),
            (Ok(changed), Err(_)) => prop_assert!(false, "should be refused: {:#} made {:?}", body, changed),
            (Err(error), Ok(_)) => prop_assert!(false, "should be possible: {}: {:#}", error, body),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn a_patch_twice_is_as_once(stored in profile(), operations in vec(operation(lasting_condition()), 1..4)) {
        let body = message(&operations);
        if let Ok(once) = patch(&stored, &body) {
            match patch(&once, &body) {
                Ok(twice) => prop_assert_eq!(twice, once, "{:#}", body),
                Err(error) => prop_assert!(false, "{}: {:#}", error, body),
            }
        }
    }

    #[test]
    fn one_refused_operation_refuses_them_all(
        (stored, mut operations) in user_and_operations(),
        refused in select(vec![
            json!({"op": "replace", "path": "active", "value": "maybe"}),
            json!({"op": "replace", "path": "userName", "value": ["x", "y"]}),
            json!({"op": "add", "path": "name.", "value": "x"}),
            json!({"op": "remove"}),
            json!({"op": "move", "path": "title"}),
            json!({"op": "replace", "path": "emails[value eq \"nobody@nowhere\"].value", "value": "x"}),
            json!({"op": "replace", "path": "emails[size gt 3]", "value": "x"}),
        ]),
        at in any::<Index>(),
    ) {
        operations.truncate(4);
        let mut body = message(&operations);
        let list = body["Operations"].as_array_mut().expect("a list");
        list.insert(at.index(list.len() + 1), refused);

        prop_assert!(patch(&stored, &body).is_err(), "{:#}", body);
    }

    #[test]
    fn to_write_what_was_read_changes_nothing(stored in profile(), left_out in vec(any::<Index>(), 0..4)) {
        let mut body = seen(&user_of(stored.clone(), 1));
        let members = body.as_object_mut().expect("a user is an object");
        for index in left_out {
            let name = members.keys().nth(index.index(members.len())).cloned().unwrap_or_default();
            members.remove(&name);
        }
        let as_patch = |op: &str| json!({"Operations": [{"op": op, "value": body}]});

        for changed in [put(&stored, &body), patch(&stored, &as_patch("add")), patch(&stored, &as_patch("replace"))] {
            prop_assert_eq!(changed.expect("it was read"), stored.clone(), "{:#}", body);
        }
    }
}
