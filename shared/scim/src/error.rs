//! Refusals, and the body that tells a client about one (RFC 7644 §3.12).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::urn;

/// A detail error keyword (RFC 7644 §3.12, table 9; RFC 9865 §2.1, table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScimType {
    /// The filter is malformed, or compares an attribute in a way it does not allow.
    InvalidFilter,
    /// The filter yields more results than the service is willing to compute.
    TooMany,
    /// A value is taken or reserved.
    Uniqueness,
    /// The attribute cannot be changed in this way.
    Mutability,
    /// The body does not have the structure of its message.
    InvalidSyntax,
    /// The `path` of a PATCH operation is malformed or unknown.
    InvalidPath,
    /// The `path` of a PATCH operation selects nothing to operate on.
    NoTarget,
    /// A value is missing, or does not fit its attribute.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request URI carries information which does not belong there.
    Sensitive,
    /// The cursor is none of this list's.
    InvalidCursor,
    /// The cursor is too old.
    ExpiredCursor,
    /// The count is out of range, or not that of the page which gave the cursor.
    InvalidCount,
}

impl ScimType {
    /// The keyword as RFC 7644 spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ScimType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A request that the protocol does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Error {
    scim_type: ScimType,
    detail: String,
}

impl Error {
    /// A refusal with its keyword and a sentence for an administrator.
    pub fn new(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { scim_type, detail: detail.into() }
    }

    /// An `invalidFilter` refusal.
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidFilter, detail)
    }

    /// An `invalidPath` refusal.
    pub fn invalid_path(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidPath, detail)
    }

    /// An `invalidSyntax` refusal.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidSyntax, detail)
    }

    /// An `invalidValue` refusal.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::new(ScimType::InvalidValue, detail)
    }

    /// A `mutability` refusal.
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::new(ScimType::Mutability, detail)
    }

    /// A `noTarget` refusal.
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::new(ScimType::NoTarget, detail)
    }

    /// A `tooMany` refusal.
    pub fn too_many(detail: impl Into<String>) -> Self {
        Self::new(ScimType::TooMany, detail)
    }

    /// The keyword of the refusal.
    pub const fn scim_type(&self) -> ScimType {
        self.scim_type
    }

    /// The sentence for an administrator.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The same refusal, saying where in the request it arose.
    #[must_use]
    pub fn at(self, place: impl fmt::Display) -> Self {
        Self { detail: format!("{place}: {}", self.detail), ..self }
    }
}

/// The body of an error response (RFC 7644 §3.12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorResponse {
    schemas: [&'static str; 1],
    // A string on purpose: "the HTTP status code expressed as a JSON string".
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scim_type: Option<ScimType>,
    detail: String,
}

impl ErrorResponse {
    /// The body for one status, with a keyword where table 9 has one for it.
    pub fn new(status: u16, scim_type: Option<ScimType>, detail: impl Into<String>) -> Self {
        Self { schemas: [urn::ERROR], status: status.to_string(), scim_type, detail: detail.into() }
    }
}

#[cfg(test)]
mod tests;
