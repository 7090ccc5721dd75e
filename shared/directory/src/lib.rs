//! Klue's users, roles, visibility groups, instances and API keys, and their rules.
//!
//! Every rule is a pure function from what is stored and what was asked to
//! what shall be stored. There is no I/O here, no clock and no randomness: times
//! and random bytes come in as arguments.

mod access;
mod activity;
mod api_key;
mod base62;
mod caller;
mod cursor;
mod error;
mod instance;
mod key_text;
mod operation;
mod patch;
mod pepper;
mod plan;
mod profile;
mod representation;
mod resource;
mod rotation;
mod schemas;
mod sign_in;
mod usage;
mod user_id;
mod value;
mod visibility_group;

pub use access::{Access, Role};
pub use activity::{
    Activity, ActivityEntry, ActivityKind, ActivityQuery, AttributeChange, Change, MAX_RECORDED, Outcome, PushedValue,
    RefusalLog, RefusedRequest, changes, pushed_values,
};
pub use api_key::{ApiKey, Expiry, KeyState, MAX_ACTIVE_KEYS, NewApiKey, Scope, may_add, may_revoke};
pub use base62::{InstanceId, KeyId};
pub use caller::{Caller, Credentials, Verification, verify};
pub use cursor::{Bound, CURSOR_NONCE_BYTES, CURSOR_TIMEOUT, Place};
pub use error::{Error, KeyRefusal};
pub use instance::{Instance, InstanceChange, NamedGroup, NewInstance, Setting, instance_changes, instance_name};
pub use key_text::{KEY_PREFIX, PresentedKey, key_prefix};
pub use operation::{BulkOutcome, ChangeMethod, UserChange, UserOperation};
pub use patch::UserPatch;
pub use pepper::{Pepper, PepperError, Peppers};
pub use plan::{Claims, LookUp, Plan, plan};
pub use profile::{MAX_FOLDED_BYTES, Profile, State, User, change, delete, new_user};
pub use representation::{UserRepresentation, etag, is_version};
pub use resource::{Assigned, UserResource};
pub use rotation::{Rotation, RotationRefusal};
pub use schemas::{MAX_BODY_BYTES, USER, resource_types, schemas, service_provider_config};
pub use sign_in::{Person, SignInRefusal};
pub use usage::{SentCall, Usage};
pub use user_id::UserId;
pub use visibility_group::{DEFAULT_GROUP, GroupState, NewGroup, VisibilityGroup, description, may_delete, reassign};
