//! What filters mean, once more: as simple as can be, and without the crate under test.

use std::cmp::Ordering;

use serde_json::Value;

/// An attribute that filters name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// The path to it; inside brackets, behind the attribute before them.
    pub(crate) path: &'static str,
    pub(crate) kind: Kind,
    pub(crate) case_exact: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Text,
    Number,
    Moment,
    Boolean,
    /// Has only the operator `pr`.
    Complex,
    /// Known, and never assigned.
    Unserved,
}

/// A filter.
#[derive(Clone, Debug)]
pub(crate) enum Query {
    And(Vec<Query>),
    Or(Vec<Query>),
    Not(Box<Query>),
    Present(Field),
    Compare(Field, &'static str, Value),
    Element(&'static str, Box<Query>),
}

impl Query {
    /// Whether an object matches: a resource, or an element of a list.
    pub(crate) fn matches(&self, object: &Value) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches(object)),
            Self::Or(parts) => parts.iter().any(|part| part.matches(object)),
            Self::Not(part) => !part.matches(object),
            Self::Present(field) => is_present(field, object),
            // Unassigned and null are the same (RFC 7643 §2.5).
            Self::Compare(field, "eq", Value::Null) => !is_present(field, object),
            Self::Compare(field, "ne", Value::Null) => is_present(field, object),
            Self::Compare(field, "ne", literal) => !compares(field, "eq", literal, object),
            Self::Compare(field, operator, literal) => compares(field, operator, literal, object),
            Self::Element(list, query) => values(object, list).iter().any(|element| query.matches(element)),
        }
    }

    /// The filter as a client writes it: by the grammar of RFC 7644, figure 1.
    pub(crate) fn text(&self) -> String {
        let joined = |parts: &[Self], word: &str| {
            parts.iter().map(|part| format!("({})", part.text())).collect::<Vec<_>>().join(word)
        };
        match self {
            Self::And(parts) => joined(parts, " and "),
            Self::Or(parts) => joined(parts, " OR "),
            Self::Not(part) => format!("Not ({})", part.text()),
            Self::Present(field) => format!("{} pr", field.path),
            Self::Compare(field, operator, literal) => format!("{} {operator} {literal}", field.path),
            Self::Element(list, query) => format!("{list}[{}]", query.text()),
        }
    }
}

/// The values at a path, those of every element of a list.
fn values<'v>(object: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![object];
    let (urn, names) = path.rsplit_once(':').map_or((None, path), |(urn, names)| (Some(urn), names));
    // Core attributes need no URN, and resources have them without.
    let extension = urn.filter(|urn| !urn.ends_with("core:2.0:User"));
    for name in extension.into_iter().chain(names.split('.')) {
        found = found.into_iter().filter_map(|value| value.get(name)).flat_map(flat).collect();
    }
    found.into_iter().filter(|value| !value.is_null()).collect()
}

fn flat(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(elements) => elements.iter().collect(),
        one => vec![one],
    }
}

fn is_present(field: &Field, object: &Value) -> bool {
    fn has_content(value: &Value) -> bool {
        match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(elements) => elements.iter().any(has_content),
            Value::Object(members) => members.iter().any(|(_, member)| has_content(member)),
            Value::Bool(_) | Value::Number(_) => true,
        }
    }
    field.kind != Kind::Unserved && values(object, field.path).into_iter().any(has_content)
}

fn compares(field: &Field, operator: &str, literal: &Value, object: &Value) -> bool {
    if field.kind == Kind::Unserved {
        return false;
    }
    // RFC 7643 §2.4: an element is not primary unless it says so.
    let defaulted = match field.path.rsplit_once('.') {
        Some((list, "primary")) => values(object, list).into_iter().any(|element| element.get("primary").is_none()),
        None if field.path == "primary" => object.get("primary").is_none(),
        _ => false,
    };
    if defaulted && as_bool(literal) == Some(false) {
        return true;
    }
    // RFC 7643 §2.4: `value` is the significant part of an element.
    let path = if field.path == "emails" { "emails.value" } else { field.path };
    values(object, path).into_iter().any(|value| match field.kind {
        Kind::Boolean => value.as_bool() == as_bool(literal),
        Kind::Number => ordered(operator, number(value).partial_cmp(&number(literal))),
        Kind::Moment => ordered(operator, moment(value).partial_cmp(&moment(literal))),
        Kind::Text => compares_text(field.case_exact, operator, value, literal),
        Kind::Complex | Kind::Unserved => false,
    })
}

fn compares_text(case_exact: bool, operator: &str, value: &Value, literal: &Value) -> bool {
    let prepared = |value: &Value| {
        let text = value.as_str().expect("a text").to_owned();
        if case_exact { text } else { lower(&text) }
    };
    let (value, literal) = (prepared(value), prepared(literal));
    match operator {
        "co" => value.contains(&literal),
        "sw" => value.starts_with(&literal),
        "ew" => value.ends_with(&literal),
        _ => ordered(operator, Some(value.cmp(&literal))),
    }
}

fn ordered(operator: &str, ordering: Option<Ordering>) -> bool {
    let ordering = ordering.expect("values of one type have an order");
    match operator {
        "eq" => ordering.is_eq(),
        "gt" => ordering.is_gt(),
        "ge" => ordering.is_ge(),
        "lt" => ordering.is_lt(),
        "le" => ordering.is_le(),
        other => panic!("{other} is no order"),
    }
}

fn as_bool(literal: &Value) -> Option<bool> {
    match literal {
        Value::Bool(value) => Some(*value),
        // Entra writes booleans as texts.
        Value::String(text) => text.to_lowercase().parse().ok(),
        _ => None,
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Seconds since 1970 of `2026-01-31T12:00:00[.250](Z|+01:00)`.
fn moment(value: &Value) -> f64 {
    let text = value.as_str().expect("a moment is a text");
    let digits = |from: usize, to: usize| text[from..to].parse::<i64>().expect("digits");
    let (year, month, day) = (digits(0, 4), digits(5, 7), digits(8, 10));
    let year_of_march = if month <= 2 { year - 1 } else { year };
    let days = 365 * year_of_march + year_of_march / 4 - year_of_march / 100
        + year_of_march / 400
        + (153 * ((month + 9) % 12) + 2) / 5
        + day
        - 719_469;
    let mut seconds = days * 86_400 + digits(11, 13) * 3600 + digits(14, 16) * 60 + digits(17, 19);
    let zone = text[19..].find(['Z', '+', '-']).expect("a zone") + 19;
    if &text[zone..=zone] != "Z" {
        let ahead = digits(zone + 1, zone + 3) * 3600 + digits(zone + 4, zone + 6) * 60;
        seconds += if &text[zone..=zone] == "-" { ahead } else { -ahead };
    }
    let fraction = if zone > 19 { text[19..zone].parse::<f64>().expect("a fraction") } else { 0.0 };
    i32::try_from(seconds).map(f64::from).expect("a moment before 2038") + fraction
}

/// Letters whose case or composition takes more than a table of ASCII, and what each becomes.
pub(crate) const LETTERS: [(&str, &str); 40] = [
    ("e\u{301}", "é"),
    ("E\u{301}", "é"),
    ("a", "a"),
    ("A", "a"),
    ("b", "b"),
    ("B", "b"),
    ("e", "e"),
    ("E", "e"),
    ("f", "f"),
    ("F", "f"),
    ("s", "s"),
    ("S", "s"),
    ("i", "i"),
    ("I", "i"),
    ("k", "k"),
    ("1", "1"),
    ("@", "@"),
    (".", "."),
    (" ", " "),
    ("\"", "\""),
    ("\\", "\\"),
    ("é", "é"),
    ("É", "é"),
    ("ß", "ss"),
    ("ẞ", "ss"),
    ("ſ", "s"),
    ("ﬁ", "fi"),
    ("ﬀ", "ff"),
    // Without dot it is another letter; with one, the dot stays.
    ("ı", "ı"),
    ("İ", "i\u{307}"),
    ("Σ", "σ"),
    ("σ", "σ"),
    ("ς", "σ"),
    ("Ａ", "a"),
    ("ｂ", "b"),
    ("\u{212a}", "k"),
    ("µ", "μ"),
    ("Ж", "ж"),
    ("ж", "ж"),
    ("😀", "😀"),
];

/// A text of these letters, as it compares without case.
fn lower(text: &str) -> String {
    let mut rest = text;
    let mut lower = String::new();
    while !rest.is_empty() {
        // The letter with an accent behind it comes before the letter alone.
        let (letter, lowered) =
            LETTERS.iter().find(|(letter, _)| rest.starts_with(letter)).unwrap_or_else(|| panic!("{rest:?}"));
        lower.push_str(lowered);
        rest = &rest[letter.len()..];
    }
    lower
}
