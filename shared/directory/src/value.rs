//! Single values in the spellings that clients use for them.

use scim::Error as ScimError;
use serde_json::Value;

use crate::Assigned;

/// A text attribute: its name, and the longest value in bytes of UTF-8.
pub(crate) struct Text {
    pub(crate) name: &'static str,
    pub(crate) max_bytes: usize,
}

impl Text {
    /// Reads a value; null, empty and blank ones clear the attribute.
    pub(crate) fn read(&self, value: &Value) -> Result<Assigned<String>, ScimError> {
        match single(self.name, value)? {
            Value::Null => Ok(Assigned::Cleared),
            Value::String(text) => self.checked(text),
            other => Err(self.wrong_type("a string", other)),
        }
    }

    /// As [`Text::read`], and takes a whole number as its digits.
    pub(crate) fn read_or_number(&self, value: &Value) -> Result<Assigned<String>, ScimError> {
        match single(self.name, value)? {
            // A fraction or a number beyond 64 bits has lost digits by now.
            Value::Number(number) if number.is_i64() || number.is_u64() => self.checked(&number.to_string()),
            Value::Number(number) => {
                let detail = format!("{} {number} has lost digits: send it as a string.", self.name);
                Err(ScimError::invalid_value(detail))
            }
            _ => self.read(value),
        }
    }

    fn checked(&self, text: &str) -> Result<Assigned<String>, ScimError> {
        if text.trim().is_empty() {
            return Ok(Assigned::Cleared);
        }
        if text.len() > self.max_bytes {
            let (name, is, max) = (self.name, text.len(), self.max_bytes);
            return Err(ScimError::invalid_value(format!("{name} is {is} bytes long; the limit is {max}.")));
        }
        // A control character takes six bytes in JSON, and nobody's name has one.
        // The last code points of each plane are no characters; ranges of keys end with one.
        if text.chars().any(|c| c.is_control() || u32::from(c) & 0xFFFE == 0xFFFE) {
            return Err(ScimError::invalid_value(format!("{} contains a control character.", self.name)));
        }
        Ok(Assigned::To(text.to_owned()))
    }

    fn wrong_type(&self, expected: &str, found: &Value) -> ScimError {
        wrong_type(self.name, expected, found)
    }
}

/// Reads a boolean, also one spelled as a string in any case (Entra sends `"False"`).
pub(crate) fn boolean(name: &'static str, value: &Value) -> Result<Assigned<bool>, ScimError> {
    match single(name, value)? {
        // Unassigned is not inactive, and must not become active either.
        Value::Null => Ok(Assigned::Absent),
        Value::Bool(value) => Ok(Assigned::To(*value)),
        Value::String(text) if text.trim().is_empty() => Ok(Assigned::Absent),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(Assigned::To(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(Assigned::To(false)),
        other => Err(wrong_type(name, "true or false", other)),
    }
}

/// The value inside a one-element array or a `{"value": …}` object; an empty array is null.
fn single<'a>(name: &str, value: &'a Value) -> Result<&'a Value, ScimError> {
    match value {
        Value::Array(values) => match values.as_slice() {
            [] => Ok(&Value::Null),
            [Value::Array(_)] => Err(wrong_type(name, "a single value", value)),
            [one] => single(name, one),
            _ => Err(ScimError::invalid_value(format!("{name} takes one value, not {}.", values.len()))),
        },
        Value::Object(object) => match object.iter().find(|(key, _)| key.eq_ignore_ascii_case("value")) {
            Some((_, inner @ (Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::Null))) => Ok(inner),
            _ => Err(wrong_type(name, "a single value", value)),
        },
        simple => Ok(simple),
    }
}

/// Whether a value clears an attribute: null, `""` and `[]` (RFC 7643 §2.5 and what clients send).
pub(crate) fn clears(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

/// The refusal of a value by its JSON type.
pub(crate) fn wrong_type(name: &str, expected: &str, found: &Value) -> ScimError {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    ScimError::invalid_value(format!("{name} must be {expected}, not {found}."))
}
