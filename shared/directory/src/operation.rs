//! What a request does to users, by itself or as part of a bulk request.

use std::sync::Arc;

use scim::{BulkMethod, BulkOperation};

use crate::{Error, User, UserPatch, UserResource};

/// What became of an operation of a bulk request: the user as it is then, or the refusal, which
/// operations that were carried out together share.
pub type BulkOutcome = Result<User, Arc<Error>>;

/// One operation on users.
#[derive(Clone, Debug)]
pub enum UserOperation {
    /// A POST: the user that it describes.
    Create(UserResource),
    /// A PUT, PATCH or DELETE.
    Change(UserChange),
}

/// An operation on a user that is there.
#[derive(Clone, Debug)]
pub struct UserChange {
    /// The id of the user, as the client wrote it.
    pub id: String,
    /// The entity tags of `If-Match`.
    pub if_match: Option<String>,
    /// What becomes of the user.
    pub method: ChangeMethod,
}

/// What becomes of a user.
#[derive(Clone, Debug)]
pub enum ChangeMethod {
    /// What a PUT says.
    Replace(UserResource),
    /// What the operations of a PATCH make of it.
    Patch(UserPatch),
    /// A DELETE.
    Delete,
}

impl UserOperation {
    /// Reads an operation of a bulk request (RFC 7644 §3.7), once its references are resolved.
    ///
    /// # Errors
    /// What a request of its own would be refused for: [`Error::NotFound`], [`Error::GroupsUnsupported`],
    /// [`Error::MethodNotAllowed`]; what `data` is refused for.
    pub fn of_bulk(operation: &BulkOperation) -> Result<Self, Error> {
        let BulkOperation { method, version, path, data, .. } = operation;
        let mut parts = path.trim_start_matches('/').split('/');
        let (resource, id) = (parts.next().unwrap_or_default(), parts.next().filter(|id| !id.is_empty()));
        if resource == "Groups" {
            return Err(Error::GroupsUnsupported);
        }
        if resource != "Users" || parts.next().is_some() {
            return Err(Error::NotFound(path.clone()));
        }
        let in_data = |refusal: scim::Error| refusal.at("data");
        let not_allowed = |allow| Error::MethodNotAllowed { method: method.to_string(), allow };
        let Some(id) = id else {
            return match method {
                BulkMethod::Post => Ok(Self::Create(UserResource::from_json(data).map_err(in_data)?)),
                _ => Err(not_allowed("POST")),
            };
        };
        let method = match method {
            BulkMethod::Post => return Err(not_allowed("PUT, PATCH, DELETE")),
            BulkMethod::Put => ChangeMethod::Replace(UserResource::from_json(data).map_err(in_data)?),
            BulkMethod::Patch => ChangeMethod::Patch(UserPatch::from_json(data).map_err(in_data)?),
            BulkMethod::Delete => ChangeMethod::Delete,
        };
        Ok(Self::Change(UserChange { id: id.to_owned(), if_match: version.clone(), method }))
    }

    /// The visibility group that the operation names, to be looked up.
    pub fn named_group(&self) -> Option<&str> {
        match self {
            Self::Create(asked) | Self::Change(UserChange { method: ChangeMethod::Replace(asked), .. }) => {
                asked.named_group()
            }
            Self::Change(UserChange { method: ChangeMethod::Patch(patch), .. }) => patch.named_group(),
            Self::Change(UserChange { method: ChangeMethod::Delete, .. }) => None,
        }
    }
}
