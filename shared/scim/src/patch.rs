//! The body of a PATCH request (RFC 7644 §3.5.2).

use std::fmt;

use serde_json::Value;

use crate::error::Error;
use crate::message::{member, members};
use crate::path::PatchPath;
use crate::syntax::quoted;
use crate::urn;

/// The most operations in one request.
///
/// Identity providers send one operation for each changed attribute; a user has about thirty.
pub const MAX_PATCH_OPERATIONS: usize = 100;

/// What a PATCH request asks for, in the order it has to happen.
#[derive(Clone, Debug, PartialEq)]
pub struct PatchOp {
    /// The operations; empty if the client sent an empty list.
    pub operations: Vec<Operation>,
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What to do.
    pub op: Op,
    /// With which attribute; without it, `value` names attributes by its members.
    pub path: Option<PatchPath>,
    /// The value; always there for `add` and `replace`.
    ///
    /// `null` clears the attribute (RFC 7643 §2.5).
    pub value: Option<Value>,
}

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Adds values (RFC 7644 §3.5.2.1).
    Add,
    /// Removes values (RFC 7644 §3.5.2.2).
    Remove,
    /// Replaces values (RFC 7644 §3.5.2.3).
    Replace,
}

impl Op {
    /// The operation as RFC 7644 spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        // Entra ID sends "Add", "Replace" and "Remove".
        [Self::Add, Self::Remove, Self::Replace].into_iter().find(|op| op.as_str().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PatchOp {
    /// Reads the body of a request.
    ///
    /// Looser than the RFC in three points that clients depend on: keys and `op` come in any
    /// case, `schemas` may be missing, and `Operations` may be empty.
    ///
    /// # Errors
    ///
    /// `invalidSyntax` if the body is not a PatchOp; `invalidPath`, `noTarget` or `invalidValue`
    /// if an operation is not what the RFC describes. The detail starts with the member at fault,
    /// such as `Operations[0].path`, counted from 0.
    pub fn from_json(body: &Value) -> Result<Self, Error> {
        let body = members(body, urn::PATCH_OP)?;
        let operations = match member(body, "Operations")? {
            Some(Value::Array(operations)) => operations,
            Some(_) => return Err(Error::invalid_syntax("Operations: expected an array")),
            None => return Err(Error::invalid_syntax("Operations: missing")),
        };
        if operations.len() > MAX_PATCH_OPERATIONS {
            return Err(Error::invalid_value(format!(
                "Operations: {} operations, {MAX_PATCH_OPERATIONS} are allowed",
                operations.len()
            )));
        }
        let operations = operations.iter().enumerate().map(|(index, operation)| {
            Operation::from_json(operation)
                .map_err(|(member, error)| error.at(format_args!("Operations[{index}]{member}")))
        });
        Ok(Self { operations: operations.collect::<Result<_, _>>()? })
    }
}

impl Operation {
    /// An error comes with the member it belongs to, as a suffix: `.path`.
    fn from_json(operation: &Value) -> Result<Self, (&'static str, Error)> {
        let Value::Object(operation) = operation else {
            return Err(("", Error::invalid_syntax("expected an object")));
        };
        let whole = |error| ("", error);
        let op = match member(operation, "op").map_err(whole)? {
            Some(Value::String(word)) => Op::from_word(word).ok_or_else(|| {
                let found = quoted(word);
                format!("expected 'add', 'remove' or 'replace', found {found}")
            }),
            Some(_) => Err("expected a string".to_owned()),
            None => Err("missing".to_owned()),
        };
        let op = op.map_err(|detail| (".op", Error::invalid_syntax(detail)))?;
        let path = match member(operation, "path").map_err(whole)? {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) if text.trim().is_empty() => None,
            Some(Value::String(text)) => Some(PatchPath::parse(text).map_err(|error| (".path", error))?),
            Some(_) => return Err((".path", Error::invalid_syntax("expected a string"))),
        };
        let value = member(operation, "value").map_err(whole)?.cloned();
        match op {
            Op::Remove if path.is_none() => Err(("", Error::no_target("'remove' needs a path"))),
            Op::Add | Op::Replace if value.is_none() => {
                Err(("", Error::invalid_value(format!("'{op}' needs a value"))))
            }
            _ => Ok(Self { op, path, value }),
        }
    }
}

#[cfg(test)]
mod tests;
