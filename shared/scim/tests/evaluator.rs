//! Filters against a model of them.

mod naive;

use naive::{Field, Kind, LETTERS, Query};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scim::{Attribute, ENTERPRISE_USER_SCHEMA, Filter, ResourceSchema, Schema, USER_SCHEMA};
use serde_json::{Map, Value, json};

const USER: ResourceSchema =
    ResourceSchema { core: &CORE, extensions: &[&EXTENSION], unserved: &["nickName", "emails.display"] };

static CORE: Schema = Schema {
    id: USER_SCHEMA,
    name: "User",
    description: "A person",
    attributes: &[
        Attribute::string("userName", "").required(),
        Attribute::complex("name", "", &[Attribute::string("givenName", ""), Attribute::string("familyName", "")]),
        Attribute::boolean("active", ""),
        Attribute::string("tags", "").multi_valued(),
        Attribute::integer("logins", ""),
        Attribute::decimal("score", ""),
        Attribute::reference("profileUrl", "", &["external"]),
        Attribute::complex(
            "emails",
            "",
            &[Attribute::string("value", ""), Attribute::string("type", ""), Attribute::boolean("primary", "")],
        )
        .multi_valued(),
        Attribute::complex(
            "badges",
            "",
            &[Attribute::string("number", "").case_exact(), Attribute::date_time("issued", "")],
        )
        .multi_valued(),
    ],
};

static EXTENSION: Schema = Schema {
    id: ENTERPRISE_USER_SCHEMA,
    name: "Extension",
    description: "",
    attributes: &[
        Attribute::string("department", ""),
        Attribute::complex("manager", "", &[Attribute::string("value", "").case_exact()]),
    ],
};

const fn field(path: &'static str, kind: Kind) -> Field {
    Field { path, kind, case_exact: false }
}

const fn exact(path: &'static str) -> Field {
    Field { path, kind: Kind::Text, case_exact: true }
}

const FIELDS: [Field; 26] = [
    field("userName", Kind::Text),
    field("urn:ietf:params:scim:schemas:core:2.0:User:userName", Kind::Text),
    exact("externalId"),
    field("name", Kind::Complex),
    field("name.givenName", Kind::Text),
    field("name.familyName", Kind::Text),
    field("active", Kind::Boolean),
    field("tags", Kind::Text),
    field("logins", Kind::Number),
    field("score", Kind::Number),
    exact("profileUrl"),
    field("emails", Kind::Text),
    field("emails.value", Kind::Text),
    field("emails.type", Kind::Text),
    field("emails.primary", Kind::Boolean),
    field("emails.display", Kind::Unserved),
    field("nickName", Kind::Unserved),
    field("badges", Kind::Complex),
    exact("badges.number"),
    field("badges.issued", Kind::Moment),
    field("meta.created", Kind::Moment),
    field("meta.lastModified", Kind::Moment),
    field("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", Kind::Text),
    field("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", Kind::Complex),
    exact("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"),
    field("meta", Kind::Complex),
];

const EMAIL_FIELDS: [Field; 4] = [
    field("value", Kind::Text),
    field("type", Kind::Text),
    field("primary", Kind::Boolean),
    field("display", Kind::Unserved),
];

const BADGE_FIELDS: [Field; 2] = [exact("number"), field("issued", Kind::Moment)];

fn text() -> impl Strategy<Value = String> {
    let letters = vec(select(&LETTERS[..]), 0..4)
        .prop_map(|letters| letters.into_iter().map(|(letter, _)| letter).collect::<String>());
    prop_oneof![letters, select(vec!["ab", "aB", "ß", "SS", "ﬁ", "FI"]).prop_map(str::to_owned)]
}

fn moment() -> impl Strategy<Value = Value> {
    let zone = select(vec!["Z", "+00:00", "+02:00", "-05:30"]);
    let fraction = select(vec!["", ".5", ".250", ".000"]);
    (select(vec!["2026-02-28", "2026-03-01", "2024-02-29"]), 0..24u8, select(vec!["00", "30"]), fraction, zone)
        .prop_map(|(day, hour, minute, fraction, zone)| json!(format!("{day}T{hour:02}:{minute}:00{fraction}{zone}")))
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![(-3..4i32).prop_map(Value::from), (-6..7i32).prop_map(|half| json!(f64::from(half) / 2.0))]
}

/// Members that may be missing each.
fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let members: Vec<_> = members
        .into_iter()
        .map(|(name, value)| option::of(value).prop_map(move |value| value.map(|value| (name.to_owned(), value))))
        .collect();
    members.prop_map(|members| Value::Object(members.into_iter().flatten().collect::<Map<_, _>>())).boxed()
}

fn user() -> impl Strategy<Value = Value> {
    let texts = || text().prop_map(Value::from).boxed();
    let list = |element: BoxedStrategy<Value>| vec(element, 0..4).prop_map(Value::from).boxed();
    let email =
        object(vec![("value", texts()), ("type", texts()), ("primary", any::<bool>().prop_map(Value::from).boxed())]);
    let badge = object(vec![("number", texts()), ("issued", moment().boxed())]);
    let manager = object(vec![("value", texts())]);
    object(vec![
        ("userName", texts()),
        ("externalId", texts()),
        ("name", object(vec![("givenName", texts()), ("familyName", texts())])),
        ("active", any::<bool>().prop_map(Value::from).boxed()),
        ("tags", list(texts())),
        ("logins", (-3..4i32).prop_map(Value::from).boxed()),
        ("score", number().boxed()),
        ("profileUrl", texts()),
        ("emails", list(email)),
        ("badges", list(badge)),
        ("nickName", texts()),
        ("meta", object(vec![("created", moment().boxed()), ("lastModified", moment().boxed())])),
        (ENTERPRISE_USER_SCHEMA, object(vec![("department", texts()), ("manager", manager)])),
    ])
}

/// A comparison that the attribute's type allows (RFC 7644 §3.4.2.2, table 3).
fn comparison(field: Field) -> BoxedStrategy<Query> {
    let orders = || select(vec!["eq", "ne", "gt", "ge", "lt", "le"]);
    let compare = move |(operator, literal)| Query::Compare(field, operator, literal);
    let of_type = match field.kind {
        Kind::Text | Kind::Unserved => {
            let operators = select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
            (operators, text().prop_map(Value::from)).prop_map(compare).boxed()
        }
        Kind::Number => (orders(), number()).prop_map(compare).boxed(),
        Kind::Moment => (orders(), moment()).prop_map(compare).boxed(),
        Kind::Boolean => {
            let literals = select(vec![json!(true), json!(false), json!("True"), json!("FALSE")]);
            (select(vec!["eq", "ne"]), literals).prop_map(compare).boxed()
        }
        Kind::Complex => return Just(Query::Present(field)).boxed(),
    };
    let null = select(vec!["eq", "ne"]).prop_map(move |operator| Query::Compare(field, operator, Value::Null));
    prop_oneof![6 => of_type, 1 => Just(Query::Present(field)), 1 => null].boxed()
}

fn combined(leaf: BoxedStrategy<Query>) -> BoxedStrategy<Query> {
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Query::And),
            vec(inner.clone(), 2..4).prop_map(Query::Or),
            inner.prop_map(|query| Query::Not(Box::new(query))),
        ]
    })
    .boxed()
}

fn query() -> impl Strategy<Value = Query> {
    let element = |list: &'static str, fields: &'static [Field]| {
        let within = combined(select(fields).prop_flat_map(comparison).boxed());
        within.prop_map(move |query| Query::Element(list, Box::new(query)))
    };
    let comparisons = select(&FIELDS[..]).prop_flat_map(comparison);
    combined(
        prop_oneof![4 => comparisons, 1 => element("emails", &EMAIL_FIELDS), 1 => element("badges", &BADGE_FIELDS)]
            .boxed(),
    )
}

/// Four times as many cases as usual; more by hand, with `PROPTEST_CASES`.
fn cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: 4 * usual.cases, failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_filter_matches_what_the_model_says(users in vec(user(), 4), query in query()) {
        let text = query.text();
        let filter = Filter::parse(&text).expect("the grammar has been followed");
        prop_assert_eq!(filter.check(&USER), Ok(()), "{}", text);
        for user in users {
            prop_assert_eq!(filter.matches(&USER, &user), query.matches(&user), "{} on {}", text, user);
        }
    }

    #[test]
    fn a_single_comparison_matches_what_the_model_says(
        user in user(),
        query in select(&FIELDS[..]).prop_flat_map(comparison),
    ) {
        let filter = Filter::parse(&query.text()).expect("the grammar has been followed");
        prop_assert_eq!(filter.matches(&USER, &user), query.matches(&user), "{} on {}", query.text(), user);
    }
}
