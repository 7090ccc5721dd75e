use proptest::prelude::*;

use super::*;
use crate::path::PatchPath;

fn name() -> impl Strategy<Value = String> {
    // `not` begins a negation, wherever a term can begin.
    "[A-Za-z][A-Za-z0-9_-]{0,8}".prop_filter("keyword", |name| !name.eq_ignore_ascii_case("not"))
}

fn attribute_path() -> impl Strategy<Value = AttributePath> {
    let schema = proptest::option::of("urn:[a-z]{1,5}(:[A-Za-z0-9.]{1,4}){1,3}");
    let sub_attribute = proptest::option::of(prop_oneof![name(), Just("$ref".to_owned())]);
    (schema, name(), sub_attribute).prop_map(|(schema, attribute, sub_attribute)| AttributePath {
        schema,
        attribute,
        sub_attribute,
    })
}

fn whole_attribute() -> impl Strategy<Value = AttributePath> {
    attribute_path().prop_map(|path| AttributePath { sub_attribute: None, ..path })
}

fn value() -> impl Strategy<Value = CompareValue> {
    prop_oneof![
        Just(CompareValue::Null),
        any::<bool>().prop_map(CompareValue::Bool),
        any::<i64>().prop_map(|number| CompareValue::Number(number.into())),
        any::<u64>().prop_map(|number| CompareValue::Number(number.into())),
        any::<f64>().prop_filter_map("not in JSON", |number| { Number::from_f64(number).map(CompareValue::Number) }),
        any::<String>().prop_map(CompareValue::String),
    ]
}

fn operator() -> impl Strategy<Value = CompareOperator> {
    use CompareOperator::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
    proptest::sample::select(vec![Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le])
}

fn expression() -> impl Strategy<Value = Filter> {
    prop_oneof![
        attribute_path().prop_map(Filter::Present),
        (attribute_path(), operator(), value())
            .prop_map(|(path, operator, value)| { Filter::Compare { path, operator, value } }),
    ]
}

/// Combines leaves by `and`, `or` and `not`.
fn combined(leaf: impl Strategy<Value = Filter> + 'static) -> impl Strategy<Value = Filter> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..5).prop_map(Filter::And),
            proptest::collection::vec(inner.clone(), 2..5).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    let value_path = (whole_attribute(), combined(expression()))
        .prop_map(|(path, filter)| Filter::ValuePath { path, filter: Box::new(filter) });
    combined(prop_oneof![4 => expression(), 1 => value_path])
        .prop_filter("too long", |filter| filter.to_string().len() <= MAX_FILTER_BYTES)
}

fn patch_path() -> impl Strategy<Value = PatchPath> {
    let sub_attribute = proptest::option::of(name());
    prop_oneof![
        attribute_path().prop_map(|attribute| PatchPath { attribute, filter: None, sub_attribute: None }),
        (whole_attribute(), combined(expression()), sub_attribute).prop_map(|(attribute, filter, sub_attribute)| {
            PatchPath { attribute, filter: Some(filter), sub_attribute }
        }),
    ]
    .prop_filter("too long", |path| path.to_string().len() <= MAX_FILTER_BYTES)
}

proptest! {
    #[test]
    fn filters_read_back_as_they_are_printed(filter in filter()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn patch_paths_read_back_as_they_are_printed(path in patch_path()) {
        prop_assert_eq!(PatchPath::parse(&path.to_string()), Ok(path));
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in any::<String>()) {
        let _ = (Filter::parse(&text), PatchPath::parse(&text), AttributePath::parse(&text));
    }

    #[test]
    fn no_sequence_of_tokens_makes_the_parsers_panic(
        tokens in proptest::collection::vec(
            proptest::sample::select(vec![
                "(", ")", "[", "]", " ", "not", "and", "or", "a", ".b", "urn:x:é", "eq", "pr",
                "\"", "\\", "\"x\"", "-1", "null",
            ]),
            0..40,
        ),
    ) {
        let text = tokens.concat();
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
        let _ = PatchPath::parse(&text);
    }
}
