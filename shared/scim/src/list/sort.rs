//! In which order resources come (RFC 7644 §3.4.2.3).

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use crate::error::{Error, ScimType};
use crate::fold::fold;
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, Resolved, ResourceSchema};
use crate::syntax::quoted;

/// `sortBy` and `sortOrder`.
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    /// The attribute.
    pub by: AttributePath,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What a resource is sorted by; absent values come behind all others, before `descending` counts.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey(Option<Comparable>);

#[derive(Clone, Debug, PartialEq)]
enum Comparable {
    Bool(bool),
    Number(f64),
    Instant(Timestamp),
    Text(String),
}

impl Sort {
    /// Reads both parameters; an order without an attribute asks for nothing.
    ///
    /// # Errors
    ///
    /// `invalidPath` for the attribute, `invalidValue` for the order.
    pub(super) fn new(by: Option<&str>, order: Option<&str>) -> Result<Option<Self>, Error> {
        let descending = match order {
            None => false,
            Some(word) if word.eq_ignore_ascii_case("ascending") => false,
            Some(word) if word.eq_ignore_ascii_case("descending") => true,
            Some(word) => {
                let found = quoted(word);
                let detail = format!("parameter 'sortOrder': expected ascending or descending, found {found}");
                return Err(Error::invalid_value(detail));
            }
        };
        let by = by.map(AttributePath::parse).transpose().map_err(|error| error.at("parameter 'sortBy'"))?;
        Ok(by.map(|by| Self { by, descending }))
    }

    /// Whether resources can be sorted by the attribute.
    ///
    /// # Errors
    ///
    /// `invalidPath` for one that is unknown, or complex without a `value`.
    pub fn check(&self, schema: &ResourceSchema) -> Result<(), Error> {
        let resolved =
            schema.resolve(&self.by, ScimType::InvalidPath).map_err(|error| error.at("parameter 'sortBy'"))?;
        let sortable = match resolved {
            Resolved::Attribute { attribute, sub_attribute, .. } => {
                let attribute = sub_attribute.unwrap_or(attribute);
                !attribute.is_complex() || attribute.sub_attribute("value").is_some()
            }
            Resolved::Unserved(_) => true,
            Resolved::Extension(_) => false,
        };
        if sortable {
            return Ok(());
        }
        let detail = format!("parameter 'sortBy': '{}' is complex; name one of its sub-attributes", self.by);
        Err(Error::invalid_path(detail))
    }

    /// What a resource in its canonical JSON form is sorted by.
    pub fn key(&self, schema: &ResourceSchema, resource: &Value) -> SortKey {
        let Ok(resolved) = schema.resolve(&self.by, ScimType::InvalidPath) else { return SortKey(None) };
        let Resolved::Attribute { attribute, sub_attribute, .. } = resolved else { return SortKey(None) };
        let part = sub_attribute.or_else(|| attribute.sub_attribute("value").filter(|_| attribute.is_complex()));
        let value = resolved.value(resource).and_then(chosen);
        let value = match part {
            Some(part) => value.and_then(|value| value.get(part.name)).and_then(chosen),
            None => value,
        };
        SortKey(value.and_then(|value| comparable(part.unwrap_or(attribute), value)))
    }

    /// How two resources follow each other.
    pub fn compare(&self, one: &SortKey, other: &SortKey) -> Ordering {
        let ascending = match (&one.0, &other.0) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(other)) => one.compare(other),
        };
        if self.descending { ascending.reverse() } else { ascending }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.by, if self.descending { "descending" } else { "ascending" })
    }
}

impl Comparable {
    /// Values of one attribute have one type; of two types the earlier one in the list comes first.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(one), Self::Bool(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Instant(one), Self::Instant(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(_) => 2,
            Self::Text(_) => 3,
        }
    }
}

/// The value itself; of several the primary one, else the first.
fn chosen(value: &Value) -> Option<&Value> {
    let Value::Array(values) = value else { return Some(value) };
    values.iter().find(|value| value.get("primary") == Some(&Value::Bool(true))).or(values.first())
}

fn comparable(attribute: &Attribute, value: &Value) -> Option<Comparable> {
    match value {
        Value::Bool(value) => Some(Comparable::Bool(*value)),
        Value::Number(number) => number.as_f64().map(Comparable::Number),
        Value::String(text) if attribute.kind == AttributeType::DateTime => text.parse().ok().map(Comparable::Instant),
        Value::String(text) if attribute.case_exact => Some(Comparable::Text(text.clone())),
        Value::String(text) => Some(Comparable::Text(fold(text).into_owned())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
