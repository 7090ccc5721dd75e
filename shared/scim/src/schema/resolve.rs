//! Finds the attribute that a path means (RFC 7644 §3.10).

use serde_json::Value;

use super::attribute::{self, Attribute};
use super::{COMMON_ATTRIBUTES, Schema};
use crate::error::{Error, ScimType};
use crate::path::AttributePath;
use crate::syntax::quoted;

/// The attributes of one resource type.
#[derive(Clone, Copy, Debug)]
pub struct ResourceSchema {
    /// The schema whose attributes need no URN.
    pub core: &'static Schema,
    /// The schemas whose attributes are kept under their URN.
    pub extensions: &'static [&'static Schema],
    /// Attributes which the RFC defines and the service does not keep.
    ///
    /// They are known and always unassigned, so that a filter with one of them is answered instead
    /// of refused. An entry is `name`, `name.subAttribute`, or either behind the URN of an
    /// extension and a colon.
    pub unserved: &'static [&'static str],
}

/// What a path means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resolved {
    /// An attribute, or a part of it.
    Attribute {
        /// The extension it belongs to; none if it is common or core.
        extension: Option<&'static Schema>,
        /// The attribute.
        attribute: &'static Attribute,
        /// The part of it.
        sub_attribute: Option<&'static Attribute>,
    },
    /// All attributes of an extension at once.
    Extension(&'static Schema),
    /// An attribute that never has a value.
    ///
    /// This is its entry in [`ResourceSchema::unserved`].
    Unserved(&'static str),
}

impl Resolved {
    /// The value in a resource in its canonical JSON form.
    ///
    /// It is the value of the whole attribute, also if a part of it is meant.
    pub fn value<'v>(&self, resource: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Attribute { extension: None, attribute, .. } => resource.get(attribute.name),
            Self::Attribute { extension: Some(schema), attribute, .. } => resource.get(schema.id)?.get(attribute.name),
            Self::Extension(schema) => resource.get(schema.id),
            Self::Unserved(_) => None,
        }
    }
}

impl ResourceSchema {
    /// Finds what a path means.
    ///
    /// Without URN it is a common or core attribute; with one it is an attribute of that schema,
    /// or the extension itself if there is nothing behind its URN. All parts ignore case.
    ///
    /// # Errors
    ///
    /// An unknown attribute is `otherwise`: `invalidFilter` or `invalidPath`, as the path is part
    /// of a filter or of a PATCH operation.
    pub fn resolve(&self, path: &AttributePath, otherwise: ScimType) -> Result<Resolved, Error> {
        if let Some(extension) = self.extensions.iter().find(|schema| path.is_urn(schema.id)) {
            return Ok(Resolved::Extension(extension));
        }
        let sub_attribute = path.sub_attribute.as_deref();
        let resolved = self.scope(path).and_then(|extension| {
            self.served(extension, &path.attribute, sub_attribute)
                .or_else(|| self.unserved_entry(extension, &path.attribute, sub_attribute))
        });
        resolved.ok_or_else(|| Error::new(otherwise, self.unknown(path)))
    }

    /// The schema a path looks into: `Some(None)` for core, `None` for an unknown one.
    fn scope(&self, path: &AttributePath) -> Option<Option<&'static Schema>> {
        let Some(urn) = &path.schema else {
            return Some(None);
        };
        if urn.eq_ignore_ascii_case(self.core.id) {
            return Some(None);
        }
        self.extension(urn).map(Some)
    }

    /// Finds a common or core attribute.
    pub(crate) fn core_attribute(&self, name: &str) -> Option<&'static Attribute> {
        // RFC 7643 §3.1: the common definitions take precedence over those of a schema.
        attribute::find(COMMON_ATTRIBUTES, name).or_else(|| self.core.attribute(name))
    }

    fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions.iter().copied().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }

    fn served(&self, extension: Option<&'static Schema>, name: &str, sub_attribute: Option<&str>) -> Option<Resolved> {
        let attribute = match extension {
            Some(schema) => schema.attribute(name)?,
            None => self.core_attribute(name)?,
        };
        let sub_attribute = match sub_attribute {
            Some(name) => Some(attribute.sub_attribute(name)?),
            None => None,
        };
        Some(Resolved::Attribute { extension, attribute, sub_attribute })
    }

    /// The entry of `unserved` for an attribute, or for a part of it.
    pub(crate) fn unserved_entry(
        &self,
        extension: Option<&Schema>,
        name: &str,
        sub_attribute: Option<&str>,
    ) -> Option<Resolved> {
        let means = |entry: &str| {
            let (urn, path) = match entry.rsplit_once(':') {
                Some((urn, path)) => (urn, path),
                None => (self.core.id, entry),
            };
            let (attribute, part) = match path.split_once('.') {
                Some((attribute, part)) => (attribute, Some(part)),
                None => (path, None),
            };
            urn == extension.unwrap_or(self.core).id
                && attribute.eq_ignore_ascii_case(name)
                && part.is_none_or(|part| sub_attribute.is_some_and(|name| part.eq_ignore_ascii_case(name)))
        };
        self.unserved.iter().find(|entry| means(entry)).map(|entry| Resolved::Unserved(entry))
    }

    fn unknown(&self, path: &AttributePath) -> String {
        let detail = format!("unknown attribute {}", quoted(&path.to_string()));
        let elsewhere = self.extensions.iter().find_map(|schema| {
            let attribute = schema.attribute(&path.attribute)?;
            Some((schema.id, attribute.name))
        });
        match elsewhere {
            Some((urn, name)) if path.schema.is_none() => {
                format!("{detail}: did you mean '{urn}:{name}'?")
            }
            _ => detail,
        }
    }
}
