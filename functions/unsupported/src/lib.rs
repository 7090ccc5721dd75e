//! Every request that has no route is told in SCIM's words what is wrong with it.

use directory::Error;
use lambda::{ADMIN_ROOT, Reply, Request, SCIM_PATH};

/// The methods of each path that exists; `{id}` stands for one part.
const ALLOWED: [(&str, &str); 22] = [
    ("/scim/v2/.search", "POST"),
    ("/scim/v2/Users/.search", "POST"),
    ("/scim/v2/Users", "GET, POST"),
    ("/scim/v2/Users/{id}", "GET, PUT, PATCH, DELETE"),
    ("/scim/v2/Bulk", "POST"),
    ("/scim/v2/ServiceProviderConfig", "GET"),
    ("/scim/v2/ResourceTypes", "GET"),
    ("/scim/v2/ResourceTypes/{id}", "GET"),
    ("/scim/v2/Schemas", "GET"),
    ("/scim/v2/Schemas/{id}", "GET"),
    ("/admin/v1/api-keys", "GET, POST"),
    ("/admin/v1/api-keys/{id}", "DELETE"),
    ("/admin/v1/api-keys/{id}/rotate", "POST"),
    ("/admin/v1/visibility-groups", "GET, POST"),
    ("/admin/v1/visibility-groups/{id}", "PATCH, DELETE"),
    ("/admin/v1/instance", "GET, PATCH"),
    ("/admin/v1/users", "GET"),
    ("/admin/v1/users/{id}", "GET, PATCH"),
    ("/admin/v1/activity", "GET"),
    ("/admin/v1/activity/export", "GET"),
    ("/admin", "GET"),
    ("/admin/assets/{id}", "GET"),
];

/// Answers 404, 405 or 501 with the reason; public, since it tells nothing of any instance.
///
/// # Errors
/// Always.
pub async fn handle(request: &Request) -> Result<Reply, Error> {
    let path = request.path().trim_end_matches('/');
    let own = path.strip_prefix(SCIM_PATH).unwrap_or_default();
    let allowed = ALLOWED.iter().find(|(known, _)| is_like(known, path));
    Err(match own.split('/').nth(1) {
        Some("Groups") => Error::GroupsUnsupported,
        Some("Me") => Error::NotImplemented("/Me"),
        _ => match allowed {
            Some((_, allow)) if !allow.split(", ").any(|method| method == request.method().as_str()) => {
                Error::MethodNotAllowed { method: request.method().to_string(), allow }
            }
            _ if request.path().starts_with(ADMIN_ROOT) => Error::NotFoundForAdmins(request.path().to_owned()),
            _ => Error::NotFound(request.path().to_owned()),
        },
    })
}

fn is_like(known: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let alike = known.split('/').all(|part| parts.next().is_some_and(|found| part == "{id}" || part == found));
    alike && parts.next().is_none()
}
