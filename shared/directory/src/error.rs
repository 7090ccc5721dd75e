//! Every refusal the service knows, in words for the admin who reads them.

use jiff::Timestamp;

use crate::{Caller, RotationRefusal};

/// Why a request was refused or could not be done.
///
/// `Display` is the text a client is shown. Causes are `source`s and stay in the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request breaks a rule of the protocol or of the directory.
    #[error(transparent)]
    Scim(#[from] scim::Error),

    /// No valid API key came with the request.
    #[error(transparent)]
    Unauthenticated(#[from] KeyRefusal),

    /// The key is valid, but for another part of the service.
    #[error(
        "This API key has the scope '{has}'; this address needs a key with the scope '{needs}'. Create one in Klue under Integrations → Manage API Keys."
    )]
    WrongScope {
        /// The scope of the key.
        has: &'static str,
        /// The scope that the route asks for.
        needs: &'static str,
        /// Who holds the key: the log of the instance keeps what it was refused.
        holder: Caller,
    },

    /// No user of this instance has the id.
    #[error("There is no user with the id '{0}' in this Klue instance.")]
    UserNotFound(String),

    /// Another user holds the value of a unique attribute.
    #[error("A user with the {attribute} '{value}' already exists in this Klue instance.")]
    Taken {
        /// The attribute, as an admin knows it.
        attribute: &'static str,
        /// The value that was asked for.
        value: String,
    },

    /// `If-Match` names a version which is not the stored one (RFC 7644 §3.14).
    #[error(
        "The user has changed since it was read: its version is now {current}. Read it again and repeat the change."
    )]
    VersionMismatch {
        /// The entity tag of the stored user.
        current: String,
    },

    /// The body is longer than the service reads.
    #[error("The request body is longer than {limit} bytes.")]
    BodyTooLarge {
        /// The longest body accepted, in bytes.
        limit: usize,
    },

    /// A bulk request has more operations than the service carries out (RFC 7644 §3.7.4).
    #[error("The request has {count} operations; maxOperations is {limit}. Send it in parts.")]
    TooManyOperations {
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },

    /// An operation of a bulk request refers to one that failed.
    #[error("The operation needs what another one should have created, and that one failed.")]
    ReferenceFailed,

    /// Operations of a bulk request that wait for each other (RFC 7644 §3.7.1).
    #[error(
        "The operation needs what other operations create, and these need it in turn: references in a circle are not resolved."
    )]
    CircularReference,

    /// The time of a bulk request was over before one of its operations.
    #[error("The time for one request was over before this operation; nothing of it was done. Send it again.")]
    NotReached,

    /// The body is not JSON by its content type.
    #[error("The content type '{0}' is not supported: send application/scim+json or application/json.")]
    UnsupportedMediaType(String),

    /// Nothing is served at the path.
    #[error("There is nothing at '{0}'. The SCIM base URL ends in /scim/v2; users are at /scim/v2/Users.")]
    NotFound(String),

    /// Nothing is served at the path, which begins as those for admins do.
    #[error("There is nothing at '{0}'. The console is at /admin, the admin API under /admin/v1.")]
    NotFoundForAdmins(String),

    /// Groups are not part of this service.
    #[error(
        "Klue does not manage groups over SCIM. In Okta, untick \"Import Groups\" and remove the groups under \"Push Groups\"; a user's visibility group is the attribute visibilityGroup."
    )]
    GroupsUnsupported,

    /// The path exists, the method does not.
    #[error("{method} is not possible here; possible are: {allow}.")]
    MethodNotAllowed {
        /// The method of the request.
        method: String,
        /// The methods of the path, for the `Allow` header.
        allow: &'static str,
    },

    /// Discovery documents cannot be filtered (RFC 7644 §4).
    #[error("The discovery endpoints cannot be filtered.")]
    FilterForbidden,

    /// A part of the protocol that this service does not implement.
    #[error("{0} is not supported by this service.")]
    NotImplemented(&'static str),

    /// The instance has as many active keys of the scope as it may have.
    #[error(
        "This instance already has {limit} active keys with the scope '{scope}'. Revoke one that is no longer used."
    )]
    TooManyKeys {
        /// How many keys may be active.
        limit: usize,
        /// The scope of the keys.
        scope: &'static str,
    },

    /// A revocation which would leave the instance without an admin key.
    #[error("This is the last active admin key of the instance. Create another one before you revoke it.")]
    LastAdminKey,

    /// The API key cannot be replaced by a new one.
    #[error(transparent)]
    NotRotatable(#[from] RotationRefusal),

    /// Another group has the name.
    #[error("A visibility group with the name '{0}' already exists in this Klue instance.")]
    GroupExists(String),

    /// No visibility group of the instance has the id.
    #[error("There is no visibility group with the id '{0}' in this Klue instance.")]
    GroupNotFound(String),

    /// A group with members, whose deletion says of no group to which they go.
    #[error("The visibility group '{name}' has {members} members. Say with reassignTo which group they go to.")]
    GroupInUse {
        /// The group.
        name: String,
        /// How many users are in it.
        members: u64,
    },

    /// A group that cannot be deleted.
    #[error("The visibility group '{name}' cannot be deleted: it {why}.")]
    GroupIsNeeded {
        /// The group.
        name: String,
        /// What it is needed for.
        why: &'static str,
    },

    /// No API key of the instance has the id.
    #[error("There is no API key with the id '{0}' in this Klue instance.")]
    KeyNotFound(String),

    /// The instance does not exist.
    #[error("There is no Klue instance '{0}'.")]
    InstanceNotFound(String),

    /// Other requests changed the same data all the time there was.
    #[error("Too many requests change the same data at the moment. Try again in {retry_after} seconds.")]
    Contention {
        /// Seconds until another try makes sense.
        retry_after: u32,
    },

    /// The database asked to slow down.
    #[error("The service is at its limit at the moment. Try again in {retry_after} seconds.")]
    Throttled {
        /// Seconds until another try makes sense.
        retry_after: u32,
        /// What the service below answered.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A service below did not answer in time, or failed.
    #[error("The service cannot reach its data at the moment. Try again in {retry_after} seconds.")]
    Unavailable {
        /// Seconds until another try makes sense.
        retry_after: u32,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// A defect of the service itself.
    #[error(
        "The service failed to handle this request. The error has been recorded; please report it if it comes back."
    )]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A defect, with what is known of it for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The text with all its causes: for the log, and never for a client.
    pub fn with_causes(&self) -> String {
        let chain = std::iter::successors(Some(self as &dyn std::error::Error), |error| error.source());
        chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    }
}

/// Why a key was not accepted.
///
/// A key that does not exist and one with a wrong secret are told alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// The request has no `Authorization` header, or an empty one.
    #[error(
        "The request has no API key. Send it as 'Authorization: Bearer <API key>'; a key is made in Klue under Integrations → Manage API Keys."
    )]
    Missing,

    /// What was sent does not have the form of a key, or its checksum is wrong.
    #[error(
        "This is not a Klue API key: it was cut off or changed when it was copied. Paste the whole key, which starts with 'klue_'."
    )]
    Malformed,

    /// There is no such key.
    #[error(
        "This API key is not known. Create one in Klue under Integrations → Manage API Keys and paste it into Okta."
    )]
    Unknown,

    /// The key's time is over.
    #[error(
        "This API key expired at {0}. Create a new one in Klue under Integrations → Manage API Keys and paste it into Okta."
    )]
    Expired(Timestamp),

    /// An admin revoked the key.
    #[error(
        "This API key was revoked at {0}. Create a new one in Klue under Integrations → Manage API Keys and paste it into Okta."
    )]
    Revoked(Timestamp),
}
