//! `meta`, and how moments are written.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Serialize, Serializer};

/// The metadata of a resource, a schema or a resource type (RFC 7643 §3.1).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The name of the resource type.
    pub resource_type: &'static str,
    /// When it was created.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "date_time")]
    pub created: Option<Timestamp>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "date_time")]
    pub last_modified: Option<Timestamp>,
    /// The absolute URI.
    pub location: String,
    /// The entity-tag, as in the `ETag` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// The dateTime in UTC, with milliseconds if it has any (RFC 7643 §2.3.5).
pub fn format_date_time(moment: Timestamp) -> String {
    // Cut off, not rounded: a written moment must not be later than the stored one.
    let precision = if moment.subsec_millisecond() == 0 { 0 } else { 3 };
    DateTimePrinter::new().precision(Some(precision)).timestamp_to_string(&moment)
}

fn date_time<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serializer.serialize_str(&format_date_time(*moment)),
        None => serializer.serialize_none(),
    }
}
