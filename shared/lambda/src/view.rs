//! How a client sees users.

use directory::{USER, User, UserRepresentation, etag};
use http::StatusCode;
use scim::{ListResponse, Projection};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::Reply;

/// The address under which a client reached the service, and the attributes it wants.
#[derive(Clone, Debug)]
pub struct View {
    /// The SCIM base URL, without a slash at its end.
    pub base_url: String,
    /// `attributes` and `excludedAttributes` (RFC 7644 §3.9).
    pub projection: Projection,
}

impl View {
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

    /// 200 with a page of users (RFC 7644 §3.4.2).
    pub fn list(&self, users: &[User], total_results: u64, start_index: u64) -> Reply {
        let resources: Vec<_> = users.iter().map(|user| Seen { user, view: self }).collect();
        Reply::scim(StatusCode::OK, &ListResponse { total_results, start_index, resources: &resources })
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

/// A user, reduced to the attributes that the client wants.
struct Seen<'a> {
    user: &'a User,
    view: &'a View,
}

impl Serialize for Seen<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.view.projection.is_all() {
            return self.view.representation(self.user).serialize(serializer);
        }
        let mut whole = self.view.whole(self.user);
        self.view.projection.apply(&USER, &mut whole);
        whole.serialize(serializer)
    }
}
