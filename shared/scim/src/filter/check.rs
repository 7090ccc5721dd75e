//! Whether a filter fits the attributes it names.

use jiff::Timestamp;

use super::{CompareOperator, CompareValue, Filter};
use crate::error::{Error, ScimType};
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, Resolved, ResourceSchema, Schema};
use crate::syntax::quoted;

impl Filter {
    /// Refuses a filter that cannot be answered for this resource type.
    ///
    /// # Errors
    ///
    /// `invalidFilter` for an unknown attribute, an operator that its type does not have
    /// (RFC 7644 §3.4.2.2, table 3) or a literal of another type. Booleans may be compared with
    /// `"True"` and `"False"`, since Entra ID sends these.
    pub fn check(&self, schema: &ResourceSchema) -> Result<(), Error> {
        self.check_in(&Scope { schema, parent: None })
    }

    /// The same for the filter in the brackets behind an attribute.
    pub(crate) fn check_elements(
        &self,
        schema: &ResourceSchema,
        extension: Option<&'static Schema>,
        attribute: &'static Attribute,
    ) -> Result<(), Error> {
        self.check_in(&Scope { schema, parent: Some((extension, attribute)) })
    }

    fn check_in(&self, scope: &Scope<'_>) -> Result<(), Error> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().try_for_each(|part| part.check_in(scope)),
            Self::Not(filter) => filter.check_in(scope),
            Self::Present(path) => scope.resolve(path).map(drop),
            Self::Compare { path, operator, value } => match scope.resolve(path)? {
                Target::Attribute(_, attribute) => check_comparison(path, attribute, *operator, value),
                Target::Extension => Err(is_complex(path)),
                Target::Unserved => Ok(()),
            },
            Self::ValuePath { path, filter } => match scope.resolve(path)? {
                Target::Attribute(extension, attribute) if attribute.is_complex() && attribute.multi_valued => {
                    filter.check_elements(scope.schema, extension, attribute)
                }
                Target::Unserved => Ok(()),
                _ => Err(Error::invalid_filter(format!(
                    "attribute '{path}' is not a list of complex values: it takes no brackets"
                ))),
            },
        }
    }
}

/// Where the names in a filter are looked up.
struct Scope<'a> {
    schema: &'a ResourceSchema,
    /// Inside brackets: the attribute before them, and the extension it belongs to.
    parent: Option<(Option<&'static Schema>, &'static Attribute)>,
}

enum Target {
    Attribute(Option<&'static Schema>, &'static Attribute),
    Extension,
    Unserved,
}

impl Scope<'_> {
    fn resolve(&self, path: &AttributePath) -> Result<Target, Error> {
        let Some((extension, parent)) = self.parent else {
            let resolved = self.schema.resolve(path, ScimType::InvalidFilter)?;
            return Ok(match resolved {
                Resolved::Attribute { extension, attribute, sub_attribute } => {
                    Target::Attribute(extension, sub_attribute.unwrap_or(attribute))
                }
                Resolved::Extension(_) => Target::Extension,
                Resolved::Unserved(_) => Target::Unserved,
            });
        };
        let AttributePath { schema: None, attribute: name, sub_attribute: None } = path else {
            return Err(unknown(parent, path));
        };
        if let Some(attribute) = parent.sub_attribute(name) {
            return Ok(Target::Attribute(extension, attribute));
        }
        match self.schema.unserved_entry(extension, parent.name, Some(name)) {
            Some(_) => Ok(Target::Unserved),
            None => Err(unknown(parent, path)),
        }
    }
}

fn check_comparison(
    path: &AttributePath,
    attribute: &'static Attribute,
    operator: CompareOperator,
    value: &CompareValue,
) -> Result<(), Error> {
    let attribute = match attribute.is_complex() {
        // RFC 7643 §2.4: `value` is the significant part of an element.
        true if attribute.multi_valued => attribute.sub_attribute("value"),
        true => None,
        false => Some(attribute),
    };
    let Some(attribute) = attribute else {
        return Err(is_complex(path));
    };
    let kind = attribute.kind;
    if !has_operator(kind, operator) {
        return Err(Error::invalid_filter(format!(
            "attribute {} of type {} cannot be compared by '{operator}'",
            quoted(&path.to_string()),
            kind.as_str(),
        )));
    }
    if !takes_literal(kind, operator, value) {
        return Err(Error::invalid_filter(format!(
            "attribute {} of type {} cannot be compared by '{operator}' with {}",
            quoted(&path.to_string()),
            kind.as_str(),
            described(value),
        )));
    }
    Ok(())
}

fn has_operator(kind: AttributeType, operator: CompareOperator) -> bool {
    use AttributeType::{DateTime, Decimal, Integer, Reference, String};
    use CompareOperator::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};

    match operator {
        Eq | Ne => true,
        Co | Sw | Ew => matches!(kind, String | Reference),
        Gt | Ge | Lt | Le => matches!(kind, String | Reference | Decimal | Integer | DateTime),
    }
}

fn takes_literal(kind: AttributeType, operator: CompareOperator, value: &CompareValue) -> bool {
    match (kind, value) {
        // Null is "unassigned": less or more than that there is not.
        (_, CompareValue::Null) => matches!(operator, CompareOperator::Eq | CompareOperator::Ne),
        (AttributeType::Boolean, value) => value.as_bool().is_some(),
        (AttributeType::Decimal | AttributeType::Integer, CompareValue::Number(_)) => true,
        (AttributeType::DateTime, CompareValue::String(text)) => text.parse::<Timestamp>().is_ok(),
        (kind, CompareValue::String(_)) => kind.is_text(),
        _ => false,
    }
}

impl CompareValue {
    /// The literal as a boolean; Entra ID sends `primary eq "True"`.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

fn described(value: &CompareValue) -> String {
    match value {
        CompareValue::String(text) => format!("the string {}", quoted(text)),
        other => other.to_string(),
    }
}

fn is_complex(path: &AttributePath) -> Error {
    Error::invalid_filter(format!(
        "attribute {} is complex: compare one of its sub-attributes",
        quoted(&path.to_string())
    ))
}

fn unknown(parent: &Attribute, path: &AttributePath) -> Error {
    Error::invalid_filter(format!("attribute '{}' has no sub-attribute {}", parent.name, quoted(&path.to_string())))
}

#[cfg(test)]
mod tests;
