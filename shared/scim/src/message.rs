//! What is common to the bodies that clients send.

use serde_json::{Map, Value};

use crate::error::Error;

/// The members of a body, which may say that it is the message of a URN.
///
/// # Errors
/// `invalidSyntax` for what is no object, and for `schemas` without the URN.
pub(crate) fn members<'a>(body: &'a Value, urn: &str) -> Result<&'a Map<String, Value>, Error> {
    let Value::Object(members) = body else {
        return Err(Error::invalid_syntax("the body must be a JSON object"));
    };
    let names_it = |schema: &Value| schema.as_str().is_some_and(|schema| schema.eq_ignore_ascii_case(urn));
    match member(members, "schemas")? {
        None | Some(Value::Null) => Ok(members),
        Some(Value::Array(schemas)) if schemas.iter().any(names_it) => Ok(members),
        Some(_) => Err(Error::invalid_syntax(format!("schemas: expected a list with '{urn}'"))),
    }
}

/// Finds a member by its name, ignoring case (RFC 7643 §2.1).
///
/// # Errors
/// `invalidSyntax` where it is there twice.
pub(crate) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a Value>, Error> {
    let mut members = object.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    let first = members.next().map(|(_, value)| value);
    match members.next() {
        Some(_) => Err(Error::invalid_syntax(format!("'{name}' is there twice, in different case"))),
        None => Ok(first),
    }
}
