//! The answer to a bulk request (RFC 7644 §3.7.3).

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::BulkMethod;
use crate::error::ErrorResponse;
use crate::urn;

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkResult {
    /// The method of the operation.
    pub method: BulkMethod,
    /// The bulkId of the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk_id: Option<String>,
    /// The entity-tag of the resource, as in the `ETag` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The absolute URI of the resource; only a POST that failed has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The HTTP status that the operation would have had as a request of its own.
    // A string on purpose, as in every figure of §3.7.3.
    #[serde(serialize_with = "in_text")]
    pub status: u16,
    /// The body of the error; always there if the status is none of success.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<ErrorResponse>,
}

fn in_text<S: Serializer>(status: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(status)
}

/// What became of the operations of a request.
#[derive(Clone, Copy, Debug)]
pub struct BulkResponse<'a> {
    /// The operations that were processed.
    pub operations: &'a [BulkResult],
}

impl Serialize for BulkResponse<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut response = serializer.serialize_struct("BulkResponse", 2)?;
        response.serialize_field("schemas", &[urn::BULK_RESPONSE])?;
        response.serialize_field("Operations", self.operations)?;
        response.end()
    }
}
