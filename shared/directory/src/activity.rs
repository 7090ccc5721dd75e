//! What was done, for the admin who asks.

mod entry;
mod pushed;
mod query;
mod refused;

use crate::{Profile, State, UserId};

pub use entry::{ActivityEntry, AttributeChange, Outcome};
pub use pushed::{PushedValue, pushed_values};
pub use query::ActivityQuery;
pub use refused::{MAX_RECORDED, RefusalLog, RefusedRequest};

/// An entry of the activity log, but for the time and the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What kind of thing happened.
    pub kind: ActivityKind,
    /// The user to whom it happened.
    pub user: Option<UserId>,
    /// What became of which attribute.
    pub changes: Vec<Change>,
}

/// The kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivityKind {
    /// A new user.
    UserCreated,
    /// A change of a user.
    UserUpdated,
    /// A DELETE of a user.
    UserDeleted,
    /// A POST that brought a deleted user back.
    UserRestored,
    /// A new user, by their first sign-in.
    UserSignedUp,
    /// A new API key.
    KeyCreated,
    /// The end of an API key.
    KeyRevoked,
    /// A new API key in the place of an old one.
    KeyRotated,
    /// A new visibility group.
    GroupCreated,
    /// Another description of a visibility group.
    GroupUpdated,
    /// The end of a visibility group.
    GroupDeleted,
    /// A new instance.
    InstanceCreated,
    /// Another name or default group of an instance.
    InstanceUpdated,
    /// A request that was refused, of whoever has a valid key.
    RequestRefused,
}

impl ActivityKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDeleted,
        Self::UserRestored,
        Self::UserSignedUp,
        Self::KeyCreated,
        Self::KeyRevoked,
        Self::KeyRotated,
        Self::GroupCreated,
        Self::GroupUpdated,
        Self::GroupDeleted,
        Self::InstanceCreated,
        Self::InstanceUpdated,
        Self::RequestRefused,
    ];

    /// The kind as the log spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreated => "userCreated",
            Self::UserUpdated => "userUpdated",
            Self::UserDeleted => "userDeleted",
            Self::UserRestored => "userRestored",
            Self::UserSignedUp => "userSignedUp",
            Self::KeyCreated => "keyCreated",
            Self::KeyRevoked => "keyRevoked",
            Self::KeyRotated => "keyRotated",
            Self::GroupCreated => "groupCreated",
            Self::GroupUpdated => "groupUpdated",
            Self::GroupDeleted => "groupDeleted",
            Self::InstanceCreated => "instanceCreated",
            Self::InstanceUpdated => "instanceUpdated",
            Self::RequestRefused => "requestRefused",
        }
    }
}

/// What became of one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The attribute as SCIM spells it.
    pub attribute: &'static str,
    /// The value before; none where there was none.
    pub old: Option<String>,
    /// The value after.
    pub new: Option<String>,
}

impl Change {
    /// What became of an attribute.
    pub fn of(attribute: &'static str, old: Option<&str>, new: Option<&str>) -> Self {
        Self { attribute, old: old.map(str::to_owned), new: new.map(str::to_owned) }
    }
}

/// The attributes in which two states of a user differ.
pub fn changes(old: Option<&Profile>, new: &Profile) -> Vec<Change> {
    type Read = fn(&Profile) -> Option<&str>;
    const ATTRIBUTES: [(&str, Read); 9] = [
        ("externalId", |profile| profile.external_id.as_deref()),
        ("userName", |profile| Some(&profile.user_name)),
        ("name.givenName", |profile| Some(&profile.given_name)),
        ("name.familyName", |profile| Some(&profile.family_name)),
        ("emails", |profile| Some(&profile.email)),
        ("employeeId", |profile| profile.employee_id.as_deref()),
        ("klueRole", |profile| Some(profile.access.role().as_str())),
        ("visibilityGroup", |profile| profile.access.group()),
        ("active", |profile| Some(state(profile.state))),
    ];
    ATTRIBUTES
        .into_iter()
        .map(|(attribute, read)| Change::of(attribute, old.and_then(read), read(new)))
        .filter(|change| change.old != change.new)
        .collect()
}

fn state(state: State) -> &'static str {
    match state {
        State::Active => "true",
        State::Inactive => "false",
        State::Deleted => "false (deleted)",
    }
}
