//! Several requests in one: what a client asks for, and the answer (RFC 7644 §3.7).

mod references;
mod response;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::message::{member, members};
use crate::syntax::quoted;
use crate::urn;

pub use references::References;
pub use response::{BulkResponse, BulkResult};

/// The most operations in one request.
///
/// As many as in the example of RFC 7643 §8.5. [`BulkRequest::from_json`] reads more: to refuse them
/// takes a status of its own, 413 (RFC 7644 §3.7.4).
pub const MAX_BULK_OPERATIONS: usize = 1000;

/// What a bulk request asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    /// With how many errors the rest is left undone, 1 or more; without it, everything is tried.
    pub fail_on_errors: Option<u64>,
    /// The operations; empty if the client sent an empty list.
    pub operations: Vec<BulkOperation>,
}

/// One operation: a request of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkOperation {
    /// The method of the request.
    pub method: BulkMethod,
    /// The client's name for what is created; every POST has one of its own.
    pub bulk_id: Option<String>,
    /// The version that is to be changed, as in the `If-Match` header.
    pub version: Option<String>,
    /// The path below the base URL, as the client wrote it.
    pub path: String,
    /// The body of the request; `null` if there is none.
    pub data: Value,
}

/// The method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkMethod {
    /// Creates a resource (RFC 7644 §3.3).
    Post,
    /// Replaces a resource (RFC 7644 §3.5.1).
    Put,
    /// Changes a resource (RFC 7644 §3.5.2).
    Patch,
    /// Deletes a resource (RFC 7644 §3.6).
    Delete,
}

impl BulkMethod {
    /// The method as HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let methods = [Self::Post, Self::Put, Self::Patch, Self::Delete];
        methods.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for BulkMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for BulkMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl BulkRequest {
    /// Reads the body of a request.
    ///
    /// Looser than the RFC in three points, as [`PatchOp::from_json`](crate::PatchOp::from_json):
    /// keys and `method` come in any case, `schemas` may be missing, and `Operations` may be empty.
    /// What an operation asks for, its `path` and `data`, is not looked at.
    ///
    /// # Errors
    ///
    /// `invalidSyntax` if the body is not a BulkRequest; `invalidValue` if `failOnErrors` is no
    /// positive integer, or a `bulkId` is empty or that of two POSTs. The detail starts with the
    /// member at fault, such as `Operations[0].method`, counted from 0.
    pub fn from_json(body: &Value) -> Result<Self, Error> {
        let body = members(body, urn::BULK_REQUEST)?;
        let positive = |errors: &Value| {
            let errors = errors.as_u64().filter(|errors| *errors > 0);
            errors.ok_or_else(|| Error::invalid_value("failOnErrors: expected a positive integer"))
        };
        let fail_on_errors = given(body, "failOnErrors")?.map(positive).transpose()?;
        let operations = match given(body, "Operations")? {
            Some(Value::Array(operations)) => operations,
            Some(_) => return Err(Error::invalid_syntax("Operations: expected an array")),
            None => return Err(Error::invalid_syntax("Operations: missing")),
        };
        let operations = operations.iter().enumerate().map(|(index, operation)| {
            BulkOperation::from_json(operation)
                .map_err(|(member, error)| error.at(format_args!("Operations[{index}]{member}")))
        });
        let request = Self { fail_on_errors, operations: operations.collect::<Result<_, _>>()? };
        request.check_bulk_ids()?;
        Ok(request)
    }

    fn check_bulk_ids(&self) -> Result<(), Error> {
        let mut first = BTreeMap::new();
        for (index, bulk_id) in self.created() {
            if let Some(earlier) = first.insert(bulk_id, index) {
                let detail = format!("{} is that of Operations[{earlier}] already", quoted(bulk_id));
                return Err(Error::invalid_value(detail).at(format_args!("Operations[{index}].bulkId")));
            }
        }
        Ok(())
    }

    /// The positions of the POSTs, each with its bulkId.
    fn created(&self) -> impl Iterator<Item = (usize, &str)> {
        let posts = self.operations.iter().enumerate().filter(|(_, operation)| operation.method == BulkMethod::Post);
        posts.filter_map(|(index, operation)| Some((index, operation.bulk_id.as_deref()?)))
    }
}

impl BulkOperation {
    /// An error comes with the member it belongs to, as a suffix: `.path`.
    fn from_json(operation: &Value) -> Result<Self, (&'static str, Error)> {
        let Value::Object(operation) = operation else {
            return Err(("", Error::invalid_syntax("expected an object")));
        };
        let whole = |error| ("", error);
        let text = |name, suffix| match given(operation, name).map_err(whole)? {
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err((suffix, Error::invalid_syntax("expected a string"))),
            None => Ok(None),
        };
        let missing = || Error::invalid_syntax("missing");
        let word = text("method", ".method")?.ok_or_else(|| (".method", missing()))?;
        let method = BulkMethod::from_word(&word).ok_or_else(|| {
            let detail = format!("expected 'POST', 'PUT', 'PATCH' or 'DELETE', found {}", quoted(&word));
            (".method", Error::invalid_syntax(detail))
        })?;
        let bulk_id = text("bulkId", ".bulkId")?;
        match bulk_id.as_deref() {
            None if method == BulkMethod::Post => return Err((".bulkId", missing())),
            Some("") => return Err((".bulkId", Error::invalid_value("must not be empty"))),
            _ => {}
        }
        let version = text("version", ".version")?;
        let path = text("path", ".path")?.ok_or_else(|| (".path", missing()))?;
        let data = given(operation, "data").map_err(whole)?.cloned().unwrap_or_default();
        Ok(Self { method, bulk_id, version, path, data })
    }
}

/// Finds a member; `null` is as good as none (RFC 7643 §2.5).
fn given<'a>(object: &'a Map<String, Value>, name: &str) -> Result<Option<&'a Value>, Error> {
    Ok(member(object, name)?.filter(|value| !value.is_null()))
}

#[cfg(test)]
mod tests;
