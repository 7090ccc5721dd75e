//! The one place where a refusal becomes a status.

use directory::{Error, PushedValue, RefusedRequest, UserId};
use http::StatusCode;
use scim::{ErrorResponse, ScimType};
use serde_json::json;

use crate::{ADMIN_ROOT, Reply};

/// In which words a part of the service refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SCIM Error messages (RFC 7644 §3.12).
    Scim,
    /// Problem documents (RFC 9457).
    Problem,
}

impl Dialect {
    pub(crate) fn of_path(path: &str) -> Self {
        if path.starts_with(ADMIN_ROOT) { Self::Problem } else { Self::Scim }
    }

    /// The answer that a refusal becomes.
    pub(crate) fn refuse(self, error: &Error) -> Reply {
        let (status, response) = error_response(error);
        let reply = match self {
            Self::Scim => Reply::scim(status, &response),
            Self::Problem => {
                let detail = error.to_string();
                let title = status.canonical_reason().unwrap_or_default();
                let problem =
                    json!({"type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail});
                Reply::json(status, "application/problem+json", &problem)
            }
        };
        match error {
            Error::Unauthenticated(_) => reply.with_challenge(),
            Error::MethodNotAllowed { allow, .. } => reply.with_allow(allow),
            Error::Contention { retry_after }
            | Error::Throttled { retry_after, .. }
            | Error::Unavailable { retry_after, .. } => reply.with_retry_after(*retry_after),
            _ => reply,
        }
    }
}

/// The status of a refusal, and its body in the words of SCIM.
pub(crate) fn error_response(error: &Error) -> (StatusCode, ErrorResponse) {
    let (status, scim_type) = status(error);
    (status, ErrorResponse::new(status.as_u16(), scim_type, error.to_string()))
}

/// A refusal as the log of an instance keeps it; none for what is no fault of the request.
///
/// What is refused since the table is busy or broken is not written to the table.
pub(crate) fn refused(
    error: &Error,
    route: String,
    user: Option<UserId>,
    values: impl FnOnce() -> Vec<PushedValue>,
) -> Option<RefusedRequest> {
    let (status, scim_type) = status(error);
    let is_kept = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
    let refused = || RefusedRequest {
        route,
        status: status.as_u16(),
        scim_type: scim_type.map(|keyword| keyword.to_string()),
        detail: error.to_string(),
        values: values(),
        user,
    };
    is_kept.then(|| refused().trimmed())
}

/// The status of a refusal, and its scimType where the RFC has one.
pub(crate) fn status(error: &Error) -> (StatusCode, Option<ScimType>) {
    // No `_` arm: a new refusal has to choose its status here.
    match error {
        Error::Scim(error) => (StatusCode::BAD_REQUEST, Some(error.scim_type())),
        Error::Unauthenticated(_) => (StatusCode::UNAUTHORIZED, None),
        Error::WrongScope { .. } | Error::FilterForbidden => (StatusCode::FORBIDDEN, None),
        Error::UserNotFound(_)
        | Error::KeyNotFound(_)
        | Error::GroupNotFound(_)
        | Error::InstanceNotFound(_)
        | Error::NotFound(_)
        | Error::NotFoundForAdmins(_)
        | Error::GroupsUnsupported => (StatusCode::NOT_FOUND, None),
        Error::MethodNotAllowed { .. } => (StatusCode::METHOD_NOT_ALLOWED, None),
        Error::Taken { .. } => (StatusCode::CONFLICT, Some(ScimType::Uniqueness)),
        Error::TooManyKeys { .. }
        | Error::LastAdminKey
        | Error::NotRotatable(_)
        | Error::GroupExists(_)
        | Error::GroupInUse { .. }
        | Error::GroupIsNeeded { .. }
        | Error::ReferenceFailed
        | Error::CircularReference => (StatusCode::CONFLICT, None),
        Error::VersionMismatch { .. } => (StatusCode::PRECONDITION_FAILED, None),
        Error::BodyTooLarge { .. } | Error::TooManyOperations { .. } => (StatusCode::PAYLOAD_TOO_LARGE, None),
        Error::UnsupportedMediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, None),
        Error::Contention { .. } | Error::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, None),
        Error::NotImplemented(_) => (StatusCode::NOT_IMPLEMENTED, None),
        Error::Unavailable { .. } | Error::NotReached => (StatusCode::SERVICE_UNAVAILABLE, None),
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, None),
    }
}
