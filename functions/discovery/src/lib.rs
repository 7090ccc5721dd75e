//! GET /scim/v2/ServiceProviderConfig, /ResourceTypes, /Schemas: what the service can do (RFC 7644 §4).

use directory::{Error, resource_types, schemas, service_provider_config};
use http::StatusCode;
use lambda::{Reply, Request, SCIM_PATH};
use scim::ListResponse;
use serde::Serialize;

/// Answers 200 with the document, or with the one of an id; public, as the RFC has it.
///
/// # Errors
/// [`Error::FilterForbidden`]; [`Error::NotFound`] for an id that there is not.
pub async fn handle(request: &Request) -> Result<Reply, Error> {
    if request.has_parameter("filter") {
        return Err(Error::FilterForbidden);
    }
    let path = request.path();
    let base_url = request.base_url();
    let own = path.strip_prefix(SCIM_PATH).unwrap_or(path).trim_start_matches('/');
    match own.split_once('/').unwrap_or((own, "")) {
        ("ServiceProviderConfig", "") => Ok(Reply::scim(StatusCode::OK, &service_provider_config(&base_url))),
        ("ResourceTypes", id) => documents(path, id, &resource_types(&base_url), |kind| kind.id),
        ("Schemas", id) => documents(path, id, &schemas(&base_url), |schema| schema.schema.id),
        _ => Err(Error::NotFound(path.to_owned())),
    }
}

/// All documents of a kind, or the one of an id, whose case does not matter (URNs have none).
fn documents<T: Serialize>(path: &str, id: &str, all: &[T], id_of: fn(&T) -> &str) -> Result<Reply, Error> {
    if id.is_empty() {
        return Ok(Reply::scim(StatusCode::OK, &ListResponse::all(all)));
    }
    let id = id.replace("%3A", ":").replace("%3a", ":");
    let found = all.iter().find(|document| id_of(document).eq_ignore_ascii_case(&id));
    let document = found.ok_or_else(|| Error::NotFound(path.to_owned()))?;
    Ok(Reply::scim(StatusCode::OK, document))
}
