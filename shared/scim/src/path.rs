//! Attribute paths (RFC 7644 §3.10) and the paths of PATCH operations (§3.5.2).

use std::fmt;

use crate::error::{Error, ScimType};
use crate::filter::{Filter, Parser};
use crate::schema::{Resolved, ResourceSchema};
use crate::syntax::{self, SyntaxError};

/// The name of an attribute, in the letters the client used.
///
/// Two paths are equal if their letters are; only [`ResourceSchema::resolve`] knows which
/// attribute is meant, since all parts are case-insensitive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributePath {
    /// The URN before the last colon.
    ///
    /// The URN of an extension on its own is a path too, but looks no different from an attribute:
    /// `…:enterprise:2.0:User` reads as attribute `User` of schema `…:enterprise:2.0`.
    pub schema: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// The part of a complex attribute.
    pub sub_attribute: Option<String>,
}

impl AttributePath {
    /// Reads `[URI ":"] ATTRNAME *1subAttr`.
    ///
    /// # Errors
    ///
    /// `invalidPath`, with the place.
    pub fn parse(text: &str) -> Result<Self, Error> {
        syntax::check_length(text, "path", ScimType::InvalidPath)?;
        Self::read(text, 0).map_err(SyntaxError::in_path)
    }

    /// Reads a path that starts at byte `at` of a longer text.
    pub(crate) fn read(text: &str, at: usize) -> Result<Self, SyntaxError> {
        // A URN has dots of its own (`:2.0:User`): the name starts after the last colon, and only
        // a dot after that begins a sub-attribute.
        let start = text.rfind(':').map_or(0, |colon| colon + 1);
        let schema = match start {
            0 => None,
            _ => Some(read_schema(&text[..start - 1], at)?),
        };
        let name = &text[start..];
        let (attribute, sub_attribute) = match name.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(read_name(sub, at + start + attribute.len() + 1)?)),
            None => (name, None),
        };
        let attribute = read_name(attribute, at + start)?;
        Ok(Self { schema, attribute, sub_attribute })
    }

    /// Whether this is the URN itself, without an attribute, ignoring case.
    pub(crate) fn is_urn(&self, urn: &str) -> bool {
        let (Some(schema), None) = (&self.schema, &self.sub_attribute) else {
            return false;
        };
        urn.rsplit_once(':')
            .is_some_and(|(head, tail)| schema.eq_ignore_ascii_case(head) && self.attribute.eq_ignore_ascii_case(tail))
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.attribute)?;
        match &self.sub_attribute {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// The `path` of a PATCH operation: `attrPath / valuePath [subAttr]`.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchPath {
    /// The attribute; without a filter it may name a sub-attribute.
    pub attribute: AttributePath,
    /// Which elements of a multi-valued attribute are meant.
    pub filter: Option<Filter>,
    /// The sub-attribute of the elements; only after a filter.
    pub sub_attribute: Option<String>,
}

impl PatchPath {
    /// Reads a path.
    ///
    /// # Errors
    ///
    /// `invalidPath`, with the place, also if the fault is in the filter.
    pub fn parse(text: &str) -> Result<Self, Error> {
        syntax::check_length(text, "path", ScimType::InvalidPath)?;
        Parser::new(text).and_then(Parser::patch_path).map_err(SyntaxError::in_path)
    }

    /// The sub-attribute, whether or not a filter stands before it.
    pub fn sub_attribute(&self) -> Option<&str> {
        self.sub_attribute.as_deref().or(self.attribute.sub_attribute.as_deref())
    }

    /// Finds what the path means in a resource, its filter included.
    ///
    /// # Errors
    ///
    /// `invalidPath` if there is no such attribute, or if a filter stands behind one that is not
    /// complex and multi-valued; `invalidFilter` if the filter does not fit the attribute.
    pub fn resolve(&self, schema: &ResourceSchema) -> Result<Resolved, Error> {
        let resolved = schema.resolve(&self.attribute, ScimType::InvalidPath)?;
        let Some(filter) = &self.filter else {
            return Ok(resolved);
        };
        match resolved {
            Resolved::Attribute { extension, attribute, sub_attribute: None }
                if attribute.is_complex() && attribute.multi_valued =>
            {
                filter.check_elements(schema, extension, attribute)?;
                let Some(name) = &self.sub_attribute else {
                    return Ok(resolved);
                };
                let path = AttributePath { sub_attribute: Some(name.clone()), ..self.attribute.clone() };
                schema.resolve(&path, ScimType::InvalidPath)
            }
            Resolved::Unserved(_) => Ok(resolved),
            _ => Err(Error::invalid_path(format!(
                "attribute '{}' is not a list of complex values: it cannot be filtered",
                self.attribute
            ))),
        }
    }
}

impl fmt::Display for PatchPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        match &self.sub_attribute {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

fn read_schema(text: &str, at: usize) -> Result<String, SyntaxError> {
    // "urn:" is not demanded, since RFC 7644 says URI here; but a URI has a scheme and a colon.
    let is_uri = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.contains(':')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()[]\"".contains(&byte));
    if is_uri {
        Ok(text.to_owned())
    } else {
        let found = (!text.is_empty()).then_some(text);
        Err(SyntaxError::expected(at, "a schema URN", found))
    }
}

/// Reads an ATTRNAME, or `$ref`.
///
/// RFC 7643 §2.4 defines `$ref` although the grammar of RFC 7644 has no place for it.
pub(crate) fn read_name(text: &str, at: usize) -> Result<String, SyntaxError> {
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_name || text.eq_ignore_ascii_case("$ref") {
        Ok(text.to_owned())
    } else {
        let found = (!text.is_empty()).then_some(text);
        Err(SyntaxError::expected(at, "an attribute name", found))
    }
}

#[cfg(test)]
mod tests;
