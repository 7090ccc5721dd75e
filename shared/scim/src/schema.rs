//! Schemas as tables of attributes (RFC 7643 §2, §7).

mod attribute;
mod common;
mod meta;
mod resolve;

use serde::{Serialize, Serializer};

use crate::urn;

pub use attribute::{Attribute, AttributeType, Mutability, Returned, Uniqueness};
pub use common::COMMON_ATTRIBUTES;
pub use meta::{Meta, format_date_time};
pub use resolve::{Resolved, ResourceSchema};

/// A schema: the attributes behind one URN (RFC 7643 §7).
///
/// ```
/// use scim::{Attribute, Schema};
///
/// static DEVICE: Schema = Schema {
///     id: "urn:example:2.0:Device",
///     name: "Device",
///     description: "A thing with a serial number",
///     attributes: &[
///         Attribute::string("serialNumber", "Issued by the maker").required().case_exact(),
///         Attribute::string("tags", "What it is used for").multi_valued(),
///     ],
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Schema {
    /// The URN.
    pub id: &'static str,
    /// A name for people.
    pub name: &'static str,
    /// What it describes.
    pub description: &'static str,
    /// The attributes, without the common ones.
    pub attributes: &'static [Attribute],
}

impl Schema {
    /// Finds an attribute by its name, ignoring case.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        attribute::find(self.attributes, name)
    }
}

/// The entry of `/Schemas`, without `meta`.
impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Representation::of(self, None).serialize(serializer)
    }
}

/// The entry of `/Schemas`, with `meta`.
#[derive(Clone, Debug)]
pub struct SchemaResource<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// Where it is found.
    pub meta: Meta,
}

impl Serialize for SchemaResource<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Representation::of(self.schema, Some(&self.meta)).serialize(serializer)
    }
}

#[derive(Serialize)]
struct Representation<'a> {
    schemas: [&'static str; 1],
    id: &'static str,
    name: &'static str,
    description: &'static str,
    attributes: &'static [Attribute],
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<&'a Meta>,
}

impl<'a> Representation<'a> {
    fn of(schema: &Schema, meta: Option<&'a Meta>) -> Self {
        let Schema { id, name, description, attributes } = *schema;
        Self { schemas: [urn::SCHEMA], id, name, description, attributes, meta }
    }
}

#[cfg(test)]
mod tests;
