//! One attribute and its characteristics (RFC 7643 §2.2, §2.3, §7).

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An attribute of a schema, or a sub-attribute of a complex attribute.
///
/// The functions below start from the defaults of RFC 7643 §2.2: single-valued, optional, not
/// case-exact, readable and writable, returned by default, not unique.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attribute {
    /// The name, in its canonical letters.
    pub name: &'static str,
    /// The data type.
    pub kind: AttributeType,
    /// Whether it holds a list of values.
    pub multi_valued: bool,
    /// What it is, for people.
    pub description: &'static str,
    /// Whether a resource must have it.
    pub required: bool,
    /// Suggested values.
    pub canonical_values: &'static [&'static str],
    /// Whether case matters when values are compared.
    pub case_exact: bool,
    /// When it can be changed.
    pub mutability: Mutability,
    /// When it is part of a response.
    pub returned: Returned,
    /// How far its values are unique.
    pub uniqueness: Uniqueness,
    /// What a reference may point at: resource types, `external` or `uri`.
    pub reference_types: &'static [&'static str],
    /// The parts of a complex attribute.
    pub sub_attributes: &'static [Attribute],
}

impl Attribute {
    /// A text.
    pub const fn string(name: &'static str, description: &'static str) -> Self {
        Self {
            name,
            kind: AttributeType::String,
            multi_valued: false,
            description,
            required: false,
            canonical_values: &[],
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            reference_types: &[],
            sub_attributes: &[],
        }
    }

    /// `true` or `false`.
    pub const fn boolean(name: &'static str, description: &'static str) -> Self {
        Self { kind: AttributeType::Boolean, ..Self::string(name, description) }
    }

    /// A number with a fraction.
    pub const fn decimal(name: &'static str, description: &'static str) -> Self {
        Self { kind: AttributeType::Decimal, ..Self::string(name, description) }
    }

    /// A whole number.
    pub const fn integer(name: &'static str, description: &'static str) -> Self {
        Self { kind: AttributeType::Integer, ..Self::string(name, description) }
    }

    /// A moment.
    pub const fn date_time(name: &'static str, description: &'static str) -> Self {
        Self { kind: AttributeType::DateTime, ..Self::string(name, description) }
    }

    /// A URI, which is case-exact (RFC 7643 §2.3.7).
    pub const fn reference(
        name: &'static str,
        description: &'static str,
        reference_types: &'static [&'static str],
    ) -> Self {
        Self { kind: AttributeType::Reference, case_exact: true, reference_types, ..Self::string(name, description) }
    }

    /// Bytes in base64, which is case-exact (RFC 7643 §2.3.6).
    pub const fn binary(name: &'static str, description: &'static str) -> Self {
        Self { kind: AttributeType::Binary, case_exact: true, ..Self::string(name, description) }
    }

    /// A group of sub-attributes.
    pub const fn complex(name: &'static str, description: &'static str, sub_attributes: &'static [Attribute]) -> Self {
        Self { kind: AttributeType::Complex, sub_attributes, ..Self::string(name, description) }
    }

    /// The same, holding a list of values.
    #[must_use]
    pub const fn multi_valued(self) -> Self {
        Self { multi_valued: true, ..self }
    }

    /// The same, needed in every resource.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same, with suggested values.
    #[must_use]
    pub const fn canonical(self, canonical_values: &'static [&'static str]) -> Self {
        Self { canonical_values, ..self }
    }

    /// The same, compared letter by letter.
    #[must_use]
    pub const fn case_exact(self) -> Self {
        Self { case_exact: true, ..self }
    }

    /// The same, set by the service only.
    #[must_use]
    pub const fn read_only(self) -> Self {
        Self { mutability: Mutability::ReadOnly, ..self }
    }

    /// The same, set once.
    #[must_use]
    pub const fn immutable(self) -> Self {
        Self { mutability: Mutability::Immutable, ..self }
    }

    /// The same, accepted but never shown.
    #[must_use]
    pub const fn write_only(self) -> Self {
        Self { mutability: Mutability::WriteOnly, returned: Returned::Never, ..self }
    }

    /// The same, returned at other times than by default.
    #[must_use]
    pub const fn returned(self, returned: Returned) -> Self {
        Self { returned, ..self }
    }

    /// The same, with no two equal values in the service.
    #[must_use]
    pub const fn unique(self) -> Self {
        Self { uniqueness: Uniqueness::Server, ..self }
    }

    /// Whether it has sub-attributes.
    pub const fn is_complex(&self) -> bool {
        matches!(self.kind, AttributeType::Complex)
    }

    /// Finds a sub-attribute by its name, ignoring case.
    pub fn sub_attribute(&self, name: &str) -> Option<&'static Attribute> {
        find(self.sub_attributes, name)
    }
}

pub(super) fn find(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("type", &self.kind)?;
        map.serialize_entry("multiValued", &self.multi_valued)?;
        map.serialize_entry("description", self.description)?;
        map.serialize_entry("required", &self.required)?;
        if !self.canonical_values.is_empty() {
            map.serialize_entry("canonicalValues", self.canonical_values)?;
        }
        // §7 defines case only for texts; its examples leave it out for the other types.
        if self.kind.is_text() {
            map.serialize_entry("caseExact", &self.case_exact)?;
        }
        map.serialize_entry("mutability", &self.mutability)?;
        map.serialize_entry("returned", &self.returned)?;
        map.serialize_entry("uniqueness", &self.uniqueness)?;
        if !self.reference_types.is_empty() {
            map.serialize_entry("referenceTypes", self.reference_types)?;
        }
        if !self.sub_attributes.is_empty() {
            map.serialize_entry("subAttributes", self.sub_attributes)?;
        }
        map.end()
    }
}

/// A data type (RFC 7643 §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A moment, as RFC 3339 text with an offset.
    DateTime,
    /// A URI.
    Reference,
    /// Bytes in base64.
    Binary,
    /// Sub-attributes.
    Complex,
}

impl AttributeType {
    /// The type as RFC 7643 spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Reference => "reference",
            Self::Binary => "binary",
            Self::Complex => "complex",
        }
    }

    /// Whether values are texts with a case of their own.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self, Self::String | Self::Reference | Self::Binary)
    }
}

/// When an attribute can be changed (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Mutability {
    /// Never by a client.
    ReadOnly,
    /// At any time.
    ReadWrite,
    /// Only while it has no value.
    Immutable,
    /// At any time, but it is never shown.
    WriteOnly,
}

/// When an attribute is part of a response (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Returned {
    /// Whatever the client asks for.
    Always,
    /// In no case.
    Never,
    /// Unless the client asks for others.
    Default,
    /// Only if the client asks for it.
    Request,
}

/// How far the values of an attribute are unique (RFC 7643 §7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Uniqueness {
    /// Not at all.
    None,
    /// Within the service.
    Server,
    /// Everywhere.
    Global,
}
