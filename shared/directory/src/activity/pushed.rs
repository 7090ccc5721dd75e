//! What a request said of a user, attribute by attribute.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::KEY_PREFIX;

/// As many values of one request are kept.
const MAX_VALUES: usize = 20;
/// The longest value and the longest name of an attribute that are kept, in characters.
const MAX_CHARACTERS: usize = 256;
/// Behind the prefix of a key, so many digits in a row are taken for one, cut off or not.
const KEY_DIGITS: usize = 20;

/// A value that a request had for an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushedValue {
    /// The attribute, with its path from the user.
    pub attribute: String,
    /// A string, number or boolean, as text.
    pub value: String,
}

/// The values that a body has for attributes; of a PATCH those of its operations.
///
/// At most 20 of at most 256 characters. Left out is what has to do with a password; and what looks
/// like an API key is cut out, for people paste keys where they do not belong.
pub fn pushed_values(body: &Value) -> Vec<PushedValue> {
    let mut values = Vec::new();
    let Value::Object(members) = body else { return values };
    match member(members, "Operations") {
        Some(Value::Array(operations)) => {
            for operation in operations.iter().filter_map(Value::as_object) {
                let path = member(operation, "path").and_then(Value::as_str).unwrap_or_default();
                if let Some(value) = member(operation, "value") {
                    flatten(path, value, &mut values);
                }
            }
        }
        _ => flatten("", body, &mut values),
    }
    values
}

/// Names come in any case.
fn member<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn flatten(path: &str, value: &Value, values: &mut Vec<PushedValue>) {
    if values.len() == MAX_VALUES || path.to_lowercase().contains("password") || path.eq_ignore_ascii_case("schemas") {
        return;
    }
    let text = match value {
        Value::Object(members) => {
            return members.iter().for_each(|(name, value)| flatten(&below(path, name), value, values));
        }
        Value::Array(elements) => {
            let elements = elements.iter().enumerate();
            return elements.for_each(|(index, value)| flatten(&format!("{path}[{index}]"), value, values));
        }
        Value::Null => return,
        Value::String(text) => without_keys(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    values.push(PushedValue { attribute: cut(&without_keys(path), MAX_CHARACTERS), value: cut(&text, MAX_CHARACTERS) });
}

/// The path of a sub-attribute; behind the URN of a schema comes a colon (RFC 7644 §3.10).
fn below(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        urn if urn.starts_with("urn:") && urn.ends_with(":User") => format!("{urn}:{name}"),
        _ => format!("{path}.{name}"),
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// A text with `klue_…` in the place of each API key in it.
pub(super) fn without_keys(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(KEY_PREFIX) {
        let (before, key) = rest.split_at(start + KEY_PREFIX.len());
        let digits = key.find(|digit: char| !digit.is_ascii_alphanumeric()).unwrap_or(key.len());
        told += before;
        told += if digits < KEY_DIGITS { &key[..digits] } else { "…" };
        rest = &key[digits..];
    }
    told + rest
}

#[cfg(test)]
mod tests;
