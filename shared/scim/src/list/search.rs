//! Queries that come as a body (RFC 7644 §3.4.3).

use serde_json::Value;

use super::ListQuery;
use crate::error::Error;
use crate::message::members;
use crate::urn;

impl ListQuery {
    /// Reads the body of a `POST …/.search`.
    ///
    /// Looser than the RFC in that `schemas` may be missing, as in the body of a PATCH.
    ///
    /// # Errors
    ///
    /// `invalidSyntax` if the body is not a SearchRequest, and as [`ListQuery::from_pairs`].
    pub fn from_json(body: &Value) -> Result<Self, Error> {
        let members = members(body, urn::SEARCH_REQUEST)?;
        let parameters = members.iter().filter(|(name, _)| super::is_parameter(name));
        let pairs = parameters.map(|(name, value)| Ok((name, text(name, value)?)));
        Self::from_pairs(pairs.collect::<Result<Vec<_>, Error>>()?)
    }
}

/// A parameter as it would stand in a query string.
fn text(name: &str, value: &Value) -> Result<String, Error> {
    let single = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    };
    let text = match value {
        Value::Array(values) => values.iter().map(single).collect::<Option<Vec<_>>>().map(|values| values.join(",")),
        value => single(value),
    };
    text.ok_or_else(|| Error::invalid_value(format!("'{name}' has a value of the wrong type")))
}
