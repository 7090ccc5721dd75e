//! Which attributes a response has (RFC 7644 §3.9).

use std::fmt;

use serde_json::{Map, Value};

use crate::error::{Error, ScimType};
use crate::path::AttributePath;
use crate::schema::{Attribute, Resolved, ResourceSchema, Returned};

/// The attributes that a client asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Projection {
    /// All that are returned by default.
    #[default]
    All,
    /// `attributes`: these, and those which are always returned.
    Only(Vec<AttributePath>),
    /// `excludedAttributes`: all but these.
    Except(Vec<AttributePath>),
}

impl Projection {
    /// Reads the values of `attributes` and `excludedAttributes`.
    ///
    /// A name that cannot be one is ignored, as a name that no attribute has will be.
    ///
    /// # Errors
    ///
    /// `invalidValue` if both are there: they exclude each other.
    pub fn new(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, Error> {
        let given = |list: Option<&str>| list.is_some_and(|list| !list.trim().is_empty());
        match (given(attributes), given(excluded)) {
            (true, true) => {
                Err(Error::invalid_value("parameters 'attributes' and 'excludedAttributes' exclude each other"))
            }
            (true, false) => Ok(Self::Only(read(attributes))),
            (false, true) => Ok(Self::Except(read(excluded))),
            (false, false) => Ok(Self::All),
        }
    }

    /// Reads both from the decoded name-value pairs of a query string.
    ///
    /// All other parameters are ignored.
    ///
    /// # Errors
    ///
    /// As [`ListQuery::from_pairs`](crate::ListQuery::from_pairs).
    pub fn from_pairs(pairs: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Result<Self, Error> {
        let pairs = pairs.into_iter().filter(|(name, _)| {
            ["attributes", "excludedAttributes"].iter().any(|parameter| parameter.eq_ignore_ascii_case(name.as_ref()))
        });
        Ok(super::ListQuery::from_pairs(pairs)?.projection)
    }

    /// Finds what was asked for among the attributes of a resource; names that none has are ignored.
    ///
    /// Nothing if nothing was asked: resources stay as they are.
    pub fn select(&self, schema: &ResourceSchema) -> Option<Selection> {
        let (paths, keep) = match self {
            Self::All => return None,
            Self::Only(paths) => (paths, true),
            Self::Except(paths) => (paths, false),
        };
        let mut named = Vec::new();
        for path in paths {
            if let Ok(resolved) = schema.resolve(path, ScimType::InvalidPath)
                && !named.contains(&resolved)
            {
                named.push(resolved);
            }
        }
        Some(Selection { named, keep })
    }
}

/// One line for what was asked; nothing for all.
impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, paths) = match self {
            Self::All => return Ok(()),
            Self::Only(paths) => ("attributes", paths),
            Self::Except(paths) => ("excludedAttributes", paths),
        };
        f.write_str(name)?;
        paths.iter().try_for_each(|path| write!(f, " {path}"))
    }
}

fn read(list: Option<&str>) -> Vec<AttributePath> {
    let names = list.unwrap_or_default().split(',');
    names.filter_map(|name| AttributePath::parse(name.trim()).ok()).collect()
}

/// Attributes of a resource type, and whether they are those to keep or those to remove.
#[derive(Clone, Debug)]
pub struct Selection {
    named: Vec<Resolved>,
    keep: bool,
}

impl Selection {
    /// Takes what was not asked for out of a resource in its canonical JSON form.
    ///
    /// Attributes that are always returned stay, `id` and `schemas` among them. What has lost all
    /// its parts goes as a whole. Attributes that are returned never, or only on request, are not
    /// treated apart: the caller leaves them out.
    pub fn apply(&self, schema: &ResourceSchema, resource: &mut Value) {
        let Value::Object(members) = resource else {
            return;
        };
        members.retain(|key, value| {
            let extension = schema.extensions.iter().find(|extension| extension.id == key);
            match (extension, value) {
                (Some(extension), Value::Object(members)) => {
                    self.retain(members, extension.attributes, Some(extension.id));
                    !members.is_empty()
                }
                (_, value) => self.retains(schema.core_attribute(key), value, None),
            }
        });
    }

    fn retain(&self, members: &mut Map<String, Value>, attributes: &'static [Attribute], extension: Option<&str>) {
        members.retain(|key, value| {
            let attribute = attributes.iter().find(|attribute| attribute.name == key);
            self.retains(attribute, value, extension)
        });
    }

    /// Whether an attribute stays; if only a part of it does, removes the others.
    fn retains(&self, attribute: Option<&'static Attribute>, value: &mut Value, extension: Option<&str>) -> bool {
        let Some(attribute) = attribute else {
            return !self.keep;
        };
        if attribute.returned == Returned::Always {
            return true;
        }
        let mut whole = false;
        let mut parts: Vec<&'static Attribute> = Vec::new();
        for resolved in &self.named {
            match resolved {
                Resolved::Extension(schema) => whole |= extension == Some(schema.id),
                Resolved::Attribute { extension: of, attribute: named, sub_attribute }
                    if of.map(|schema| schema.id) == extension && named.name == attribute.name =>
                {
                    match sub_attribute {
                        Some(part) => parts.push(part),
                        None => whole = true,
                    }
                }
                _ => {}
            }
        }
        if whole || parts.is_empty() {
            return whole == self.keep;
        }
        let retain_part = |name: &str| {
            let always = attribute.sub_attribute(name).is_some_and(|part| part.returned == Returned::Always);
            always || parts.iter().any(|part| part.name == name) == self.keep
        };
        retain_parts(value, &retain_part)
    }
}

/// Whether anything is left of a complex value, or of a list of them.
fn retain_parts(value: &mut Value, retain: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::Array(elements) => {
            elements.retain_mut(|element| retain_parts(element, retain));
            !elements.is_empty()
        }
        Value::Object(members) => {
            members.retain(|name, _| retain(name));
            !members.is_empty()
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests;
