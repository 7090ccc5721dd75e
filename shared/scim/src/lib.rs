//! The SCIM protocol (RFC 7643, 7644, 9865): what is the same for every service.
//!
//! It reads what clients send (filters, paths, PATCH bodies, list queries, bulk requests) into
//! values, describes resources by tables of attributes, and writes the messages the RFCs define. It
//! keeps out all that needs a decision or the outside world: HTTP, storage, clocks, identifiers, and
//! what a PATCH operation does to a resource. Every refusal is an [`Error`] with the RFC's keyword
//! and a sentence an administrator can act on.

mod bulk;
mod discovery;
mod error;
mod filter;
#[cfg(test)]
mod fixtures;
mod fold;
mod list;
mod message;
mod patch;
mod path;
mod schema;
mod syntax;
mod urn;

pub use bulk::{BulkMethod, BulkOperation, BulkRequest, BulkResponse, BulkResult, MAX_BULK_OPERATIONS, References};
pub use discovery::{
    AuthenticationScheme, BulkFeature, Feature, FilterFeature, PaginationFeature, ResourceType, SchemaExtension,
    ServiceProviderConfig,
};
pub use error::{Error, ErrorResponse, ScimType};
pub use filter::{CompareOperator, CompareValue, Filter, MAX_FILTER_BYTES, MAX_FILTER_DEPTH};
pub use fold::fold;
pub use list::{
    DEFAULT_COUNT, ListQuery, ListResponse, MAX_COUNT, PagePlace, Projection, Selection, Sort, SortKey, Start,
};
pub use patch::{MAX_PATCH_OPERATIONS, Op, Operation, PatchOp};
pub use path::{AttributePath, PatchPath};
pub use schema::{
    Attribute, AttributeType, COMMON_ATTRIBUTES, Meta, Mutability, Resolved, ResourceSchema, Returned, Schema,
    SchemaResource, Uniqueness, format_date_time,
};
pub use syntax::quoted;
pub use urn::{
    BULK_REQUEST, BULK_RESPONSE, ENTERPRISE_USER_SCHEMA, ERROR, LIST_RESPONSE, PATCH_OP, RESOURCE_TYPE, SCHEMA,
    SEARCH_REQUEST, SERVICE_PROVIDER_CONFIG, USER_SCHEMA,
};
