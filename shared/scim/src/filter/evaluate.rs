//! Whether a resource matches a filter.

use std::cmp::Ordering;
use std::slice;

use jiff::Timestamp;
use serde_json::{Number, Value};

use super::{CompareOperator, CompareValue, Filter, text};
use crate::error::ScimType;
use crate::path::AttributePath;
use crate::schema::{Attribute, AttributeType, Resolved, ResourceSchema};

impl Filter {
    /// Whether a resource matches.
    ///
    /// The resource is in its canonical JSON form: names as in the schema, extensions under their
    /// URN. The filter has passed [`Filter::check`] with the same schema.
    pub fn matches(&self, schema: &ResourceSchema, resource: &Value) -> bool {
        self.matches_in(Scope::Resource(schema), resource)
    }

    fn matches_in(&self, scope: Scope<'_>, subject: &Value) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.matches_in(scope, subject)),
            Self::Or(parts) => parts.iter().any(|part| part.matches_in(scope, subject)),
            Self::Not(filter) => !filter.matches_in(scope, subject),
            Self::Present(path) => scope.is_present(path, subject),
            Self::Compare { path, operator, value: CompareValue::Null } => {
                let wanted = *operator == CompareOperator::Ne;
                scope.is_present(path, subject) == wanted
            }
            // The negation of eq, and so true where there is no value at all.
            Self::Compare { path, operator: CompareOperator::Ne, value } => {
                !scope.compares(path, subject, CompareOperator::Eq, value)
            }
            Self::Compare { path, operator, value } => scope.compares(path, subject, *operator, value),
            Self::ValuePath { path, filter } => scope.target(path, subject).is_some_and(|target| {
                let scope = Scope::Element(target.attribute);
                elements(target.parent).iter().any(|element| filter.matches_in(scope, element))
            }),
        }
    }
}

/// Whose attributes the filter names.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a ResourceSchema),
    Element(&'a Attribute),
}

/// Where the values of an attribute are.
struct Target<'v> {
    attribute: &'static Attribute,
    /// The value itself, or what has it as its member.
    parent: Option<&'v Value>,
    member: Option<&'static str>,
}

impl Scope<'_> {
    /// Nothing for attributes that are unknown, not served, or whole extensions.
    fn target<'v>(self, path: &AttributePath, subject: &'v Value) -> Option<Target<'v>> {
        match self {
            Self::Resource(schema) => {
                let resolved = schema.resolve(path, ScimType::InvalidFilter).ok()?;
                let parent = resolved.value(subject);
                match resolved {
                    Resolved::Attribute { attribute, sub_attribute: None, .. } => {
                        Some(Target { attribute, parent, member: None })
                    }
                    Resolved::Attribute { sub_attribute: Some(attribute), .. } => {
                        Some(Target { attribute, parent, member: Some(attribute.name) })
                    }
                    Resolved::Extension(_) | Resolved::Unserved(_) => None,
                }
            }
            Self::Element(parent) => {
                let attribute = parent.sub_attribute(&path.attribute)?;
                Some(Target { attribute, parent: Some(subject), member: Some(attribute.name) })
            }
        }
    }

    fn is_present(self, path: &AttributePath, subject: &Value) -> bool {
        if let Self::Resource(schema) = self
            && let Ok(resolved @ Resolved::Extension(_)) = schema.resolve(path, ScimType::InvalidFilter)
        {
            return resolved.value(subject).is_some_and(is_assigned);
        }
        self.target(path, subject).is_some_and(|target| target.any(is_assigned))
    }

    fn compares(
        self,
        path: &AttributePath,
        subject: &Value,
        operator: CompareOperator,
        literal: &CompareValue,
    ) -> bool {
        let Some(target) = self.target(path, subject).and_then(Target::significant) else {
            return false;
        };
        if target.any(|value| compare(target.attribute, value, operator, literal)) {
            return true;
        }
        // RFC 7643 §2.4: an element that does not say whether it is primary is not.
        target.attribute.name == "primary"
            && operator == CompareOperator::Eq
            && literal.as_bool() == Some(false)
            && target.member.is_some_and(|member| {
                elements(target.parent).iter().any(|element| !element.get(member).is_some_and(is_assigned))
            })
    }
}

impl Target<'_> {
    /// The attribute itself, or `value` if it is complex (RFC 7643 §2.4).
    fn significant(self) -> Option<Self> {
        if !self.attribute.is_complex() {
            return Some(self);
        }
        let attribute = self.attribute.sub_attribute("value")?;
        Some(Self { attribute, member: Some(attribute.name), ..self })
    }

    fn any(&self, matches: impl Fn(&Value) -> bool) -> bool {
        elements(self.parent).iter().any(|element| match self.member {
            Some(member) => elements(element.get(member)).iter().any(&matches),
            None => matches(element),
        })
    }
}

/// The values of an attribute, whether it holds one or a list of them.
fn elements(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(elements)) => elements,
        Some(value) => slice::from_ref(value),
    }
}

/// Whether there is a value, or a "non-empty node" within (RFC 7644, table 3).
fn is_assigned(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_assigned),
        Value::Object(members) => members.values().any(is_assigned),
    }
}

fn compare(attribute: &Attribute, value: &Value, operator: CompareOperator, literal: &CompareValue) -> bool {
    match (attribute.kind, value, literal) {
        (AttributeType::Boolean, Value::Bool(value), literal) => {
            operator == CompareOperator::Eq && literal.as_bool() == Some(*value)
        }
        (AttributeType::Decimal | AttributeType::Integer, Value::Number(value), CompareValue::Number(literal)) => {
            operator.accepts(compare_numbers(value, literal))
        }
        (AttributeType::DateTime, Value::String(value), CompareValue::String(literal)) => {
            match (value.parse::<Timestamp>(), literal.parse::<Timestamp>()) {
                (Ok(value), Ok(literal)) => operator.accepts(Some(value.cmp(&literal))),
                _ => false,
            }
        }
        (kind, Value::String(value), CompareValue::String(literal)) if kind.is_text() => {
            text::compare(value, operator, literal, attribute.case_exact)
        }
        _ => false,
    }
}

fn compare_numbers(value: &Number, literal: &Number) -> Option<Ordering> {
    match (value.as_i128(), literal.as_i128()) {
        (Some(value), Some(literal)) => Some(value.cmp(&literal)),
        _ => value.as_f64()?.partial_cmp(&literal.as_f64()?),
    }
}

impl CompareOperator {
    /// Whether a value that stands in this order to the literal matches.
    pub(super) fn accepts(self, ordering: Option<Ordering>) -> bool {
        ordering.is_some_and(|ordering| match self {
            Self::Eq => ordering.is_eq(),
            Self::Ne => ordering.is_ne(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Co | Self::Sw | Self::Ew => false,
        })
    }
}

#[cfg(test)]
mod tests;
