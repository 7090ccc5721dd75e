//! What a service says about itself (RFC 7643 §5, §6).

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::schema::Meta;
use crate::urn;

/// What the service can do (RFC 7643 §5).
#[derive(Clone, Debug)]
pub struct ServiceProviderConfig {
    /// Where people read about the service.
    pub documentation_uri: Option<String>,
    /// PATCH requests.
    pub patch: Feature,
    /// Bulk requests.
    pub bulk: BulkFeature,
    /// Filters in queries.
    pub filter: FilterFeature,
    /// Changes of passwords.
    pub change_password: Feature,
    /// Sorting of query results.
    pub sort: Feature,
    /// Entity-tags.
    pub etag: Feature,
    /// How results come in pages (RFC 9865 §4).
    pub pagination: Option<PaginationFeature>,
    /// How clients authenticate.
    pub authentication_schemes: Vec<AuthenticationScheme>,
    /// Where this is found.
    pub meta: Meta,
}

/// Something the service can do or not.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Feature {
    /// Whether it can.
    pub supported: bool,
}

/// Bulk requests. The limits are required even where there are none to be made.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkFeature {
    /// Whether they are accepted.
    pub supported: bool,
    /// The most operations in a request.
    pub max_operations: u32,
    /// The largest request, in bytes.
    pub max_payload_size: u32,
}

/// Filters in queries.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterFeature {
    /// Whether they are evaluated.
    pub supported: bool,
    /// The most resources in a response.
    pub max_results: u32,
}

/// How results come in pages (RFC 9865 §4).
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PaginationFeature {
    /// Whether by cursor.
    pub cursor: bool,
    /// Whether by index.
    pub index: bool,
    /// `cursor` or `index`, if the client asks for neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_pagination_method: Option<&'static str>,
    /// How many resources a page has if the client does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_page_size: Option<u32>,
    /// How many resources a page has at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_page_size: Option<u32>,
    /// For how many seconds a cursor is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor_timeout: Option<u32>,
}

/// A way to authenticate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationScheme {
    /// `oauth`, `oauth2`, `oauthbearertoken`, `httpbasic` or `httpdigest`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// A name for people.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Where it is specified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spec_uri: Option<String>,
    /// Where people read how to use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation_uri: Option<String>,
    /// Whether it is the preferred one.
    pub primary: bool,
}

/// A kind of resource (RFC 7643 §6).
#[derive(Clone, Debug)]
pub struct ResourceType {
    /// Its identifier, mostly the same as the name.
    pub id: &'static str,
    /// Its name, as in `meta.resourceType`.
    pub name: &'static str,
    /// What it is.
    pub description: &'static str,
    /// Its path behind the base URL, such as `/Users`.
    pub endpoint: &'static str,
    /// The URN of its schema.
    pub schema: &'static str,
    /// The schemas that add attributes.
    pub schema_extensions: Vec<SchemaExtension>,
    /// Where this is found.
    pub meta: Meta,
}

/// A schema that adds attributes to a resource type.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SchemaExtension {
    /// Its URN.
    pub schema: &'static str,
    /// Whether every resource must have it.
    pub required: bool,
}

impl Serialize for ServiceProviderConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schemas", &[urn::SERVICE_PROVIDER_CONFIG])?;
        if let Some(uri) = &self.documentation_uri {
            map.serialize_entry("documentationUri", uri)?;
        }
        map.serialize_entry("patch", &self.patch)?;
        map.serialize_entry("bulk", &self.bulk)?;
        map.serialize_entry("filter", &self.filter)?;
        map.serialize_entry("changePassword", &self.change_password)?;
        map.serialize_entry("sort", &self.sort)?;
        map.serialize_entry("etag", &self.etag)?;
        if let Some(pagination) = &self.pagination {
            map.serialize_entry("pagination", pagination)?;
        }
        map.serialize_entry("authenticationSchemes", &self.authentication_schemes)?;
        map.serialize_entry("meta", &self.meta)?;
        map.end()
    }
}

impl Serialize for ResourceType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schemas", &[urn::RESOURCE_TYPE])?;
        map.serialize_entry("id", self.id)?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("description", self.description)?;
        map.serialize_entry("endpoint", self.endpoint)?;
        map.serialize_entry("schema", self.schema)?;
        if !self.schema_extensions.is_empty() {
            map.serialize_entry("schemaExtensions", &self.schema_extensions)?;
        }
        map.serialize_entry("meta", &self.meta)?;
        map.end()
    }
}

#[cfg(test)]
mod tests;
