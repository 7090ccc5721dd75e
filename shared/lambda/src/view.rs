//! How a client sees users.

use directory::{
    BulkOutcome, Error, MAX_RECORDED, RefusedRequest, USER, User, UserRepresentation, etag, pushed_values,
};
use http::StatusCode;
use scim::{BulkMethod, BulkOperation, BulkResponse, BulkResult, ListResponse, PagePlace, Projection, Selection};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{Reply, SCIM_PATH, refusal};

/// The address under which a client reached the service, and the attributes it wants.
#[derive(Clone, Debug)]
pub struct View {
    base_url: String,
    selection: Option<Selection>,
}

impl View {
    /// The view of a client that came by a SCIM base URL (without a slash at its end) and asked for
    /// some attributes (RFC 7644 §3.9).
    pub fn new(base_url: String, projection: &Projection) -> Self {
        Self { base_url, selection: projection.select(&USER) }
    }

    /// 201 with a new user and where it is (RFC 7644 §3.3).
    pub fn created(&self, user: &User) -> Reply {
        self.reply(StatusCode::CREATED, user).with_location(&self.location(user))
    }

    /// 200 with a user.
    pub fn user(&self, user: &User) -> Reply {
        self.reply(StatusCode::OK, user).with_content_location(&self.location(user))
    }

    /// 304: the client has this version of the user (RFC 7644 §3.14).
    pub fn not_modified(&self, user: &User) -> Reply {
        Reply::empty(StatusCode::NOT_MODIFIED).with_etag(&etag(user))
    }

    /// 200 with a page of users (RFC 7644 §3.4.2, RFC 9865).
    pub fn list(&self, users: &[User], total_results: u64, place: PagePlace) -> Reply {
        let resources: Vec<_> = users.iter().map(|user| Seen { user, view: self }).collect();
        Reply::scim(StatusCode::OK, &ListResponse { total_results, place, resources: &resources })
    }

    /// 200 with what became of the operations of a bulk request, but for those left undone (RFC 7644 §3.7.3).
    pub fn bulk(&self, operations: &[BulkOperation], outcomes: &[Option<BulkOutcome>]) -> Reply {
        let done = || operations.iter().zip(outcomes).filter_map(|(operation, done)| Some((operation, done.as_ref()?)));
        let entries: Vec<_> = done().map(|(operation, outcome)| self.entry(operation, outcome)).collect();
        let refused = done().filter_map(|(operation, outcome)| refused(operation, outcome.as_ref().err()?));
        Reply {
            refused: refused.take(MAX_RECORDED).collect(),
            ..Reply::scim(StatusCode::OK, &BulkResponse { operations: &entries })
        }
    }

    fn entry(&self, operation: &BulkOperation, outcome: &BulkOutcome) -> BulkResult {
        let BulkOperation { method, bulk_id, path, .. } = operation;
        let (status, version, location, response) = match outcome {
            Ok(user) => {
                let status = match method {
                    BulkMethod::Post => StatusCode::CREATED,
                    BulkMethod::Put | BulkMethod::Patch => StatusCode::OK,
                    BulkMethod::Delete => StatusCode::NO_CONTENT,
                };
                let version = (*method != BulkMethod::Delete).then(|| etag(user));
                (status, version, Some(self.location(user)), None)
            }
            Err(error) => {
                let (status, response) = refusal::error_response(error);
                let location = format!("{}/{}", self.base_url, path.trim_start_matches('/'));
                (status, None, Some(location).filter(|_| *method != BulkMethod::Post), Some(response))
            }
        };
        BulkResult { method: *method, bulk_id: bulk_id.clone(), version, location, status: status.as_u16(), response }
    }

    /// The user in canonical form, as a filter sees it.
    pub fn whole(&self, user: &User) -> Value {
        serde_json::to_value(self.representation(user)).expect("a user has text as its keys")
    }

    fn reply(&self, status: StatusCode, user: &User) -> Reply {
        Reply::scim(status, &Seen { user, view: self }).with_etag(&etag(user))
    }

    fn location(&self, user: &User) -> String {
        format!("{}/Users/{}", self.base_url, user.id)
    }

    fn representation<'a>(&'a self, user: &'a User) -> UserRepresentation<'a> {
        UserRepresentation { user, base_url: &self.base_url }
    }
}

/// An operation as the log of an instance keeps it when it is refused.
fn refused(operation: &BulkOperation, error: &Error) -> Option<RefusedRequest> {
    let BulkOperation { method, path, data, .. } = operation;
    let user = path.rsplit('/').next().and_then(|id| id.parse().ok());
    refusal::refused(error, format!("{method} {SCIM_PATH}{path}"), user, || pushed_values(data))
}

/// A user, reduced to the attributes that the client wants.
struct Seen<'a> {
    user: &'a User,
    view: &'a View,
}

impl Serialize for Seen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(selection) = &self.view.selection else {
            return self.view.representation(self.user).serialize(serializer);
        };
        let mut whole = self.view.whole(self.user);
        selection.apply(&USER, &mut whole);
        whole.serialize(serializer)
    }
}
