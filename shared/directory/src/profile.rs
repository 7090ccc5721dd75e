//! The user, and the rules by which it comes to be and changes.

use jiff::Timestamp;
use scim::{Error as ScimError, fold, quoted};

use crate::access::resulting_access;
use crate::{Access, Assigned, Error, Setting, UserId, UserResource};

/// The longest folded userName or e-mail, in bytes: a DynamoDB sort key holds 1,024.
pub const MAX_FOLDED_BYTES: usize = 1024;

/// A stored user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id, never issued twice.
    pub id: UserId,
    /// Counts the changes; the first version is 1.
    pub version: u64,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub last_modified: Timestamp,
    /// What can be changed.
    pub profile: Profile,
}

/// What a client can write of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The client's own id of the user.
    pub external_id: Option<String>,
    /// Unique in the instance without case.
    pub user_name: String,
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// The work e-mail, unique in the instance without case.
    pub email: String,
    /// The customer's number of the person.
    pub employee_id: Option<String>,
    /// Role and visibility group.
    pub access: Access,
    /// The group that went when the role was raised; a repeated PUT still names it.
    pub former_group: Option<String>,
    /// Whether the user may sign in.
    pub state: State,
}

/// Whether a user may sign in, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// May sign in.
    Active,
    /// Was deactivated.
    Inactive,
    /// Was deleted by a client: as inactive, and restored by a POST of the same userName.
    Deleted,
}

impl State {
    /// The state as the table and the admin API spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Deleted => "deleted",
        }
    }

    /// Finds a state by its name.
    ///
    /// # Errors
    /// `invalidValue`, naming the states that exist.
    pub fn parse(name: &str) -> Result<Self, ScimError> {
        let found = [Self::Active, Self::Inactive, Self::Deleted].into_iter().find(|state| state.as_str() == name);
        found.ok_or_else(|| {
            let name = quoted(name);
            ScimError::invalid_value(format!("state {name} does not exist; the states are: active, inactive, deleted."))
        })
    }

    /// The SCIM attribute `active`.
    pub fn is_active(self) -> bool {
        self == Self::Active
    }

    fn with_active(self, active: &Assigned<bool>) -> Self {
        match active {
            Assigned::To(true) => Self::Active,
            Assigned::To(false) if self.is_active() => Self::Inactive,
            _ => self,
        }
    }
}

/// The user that a POST describes (RFC 7644 §3.3); also the one that a POST restores.
///
/// # Errors
/// `invalidValue` for a required attribute that is missing, and for role and group as in [`change`].
pub fn new_user(setting: &Setting, asked: &UserResource) -> Result<Profile, Error> {
    let required = |value: &Assigned<String>, name: &str| {
        value
            .to()
            .cloned()
            .ok_or_else(|| ScimError::invalid_value(format!("{name} is required and must not be empty.")))
    };
    let profile = Profile {
        external_id: asked.external_id.to().cloned(),
        user_name: required(&asked.user_name, "userName")?,
        given_name: required(&asked.given_name, "name.givenName")?,
        family_name: required(&asked.family_name, "name.familyName")?,
        email: required(&asked.email, "emails (one of type work)")?,
        employee_id: asked.employee_id.to().cloned(),
        access: resulting_access(None, asked, setting)?,
        former_group: None,
        state: State::Active.with_active(&asked.active),
    };
    within_claim_limits(profile)
}

/// What becomes of a user by a PUT or PATCH: what is not said stays (RFC 7644 §3.5.1).
///
/// # Errors
/// `invalidValue` for a required attribute that is cleared, for a group that does not exist, and
/// for one that does not go with the resulting role.
pub fn change(stored: &Profile, asked: &UserResource, setting: &Setting) -> Result<Profile, Error> {
    if let Some(name) = asked.cleared_required() {
        return Err(ScimError::invalid_value(format!("{name} is required and must not be empty.")).into());
    }
    let changed = |stored: &String, asked: &Assigned<String>| asked.to().unwrap_or(stored).clone();
    let optional = |stored: &Option<String>, asked: &Assigned<String>| match asked {
        Assigned::Absent => stored.clone(),
        Assigned::Cleared => None,
        Assigned::To(value) => Some(value.clone()),
    };
    let access = resulting_access(Some(stored), asked, setting)?;
    let profile = Profile {
        external_id: optional(&stored.external_id, &asked.external_id),
        user_name: changed(&stored.user_name, &asked.user_name),
        given_name: changed(&stored.given_name, &asked.given_name),
        family_name: changed(&stored.family_name, &asked.family_name),
        email: changed(&stored.email, &asked.email),
        employee_id: optional(&stored.employee_id, &asked.employee_id),
        former_group: match (&stored.access, &access) {
            (_, Access::Consumer { .. }) => None,
            (Access::Consumer { group }, _) => Some(group.clone()),
            _ => stored.former_group.clone(),
        },
        access,
        state: stored.state.with_active(&asked.active),
    };
    within_claim_limits(profile)
}

/// What becomes of a user by a DELETE: it stays, marked and without access.
pub fn delete(stored: &Profile) -> Profile {
    Profile { state: State::Deleted, ..stored.clone() }
}

/// Folding can make a value longer than its attribute allows, and longer than a key can be.
fn within_claim_limits(profile: Profile) -> Result<Profile, Error> {
    for (name, value) in [("userName", &profile.user_name), ("emails", &profile.email)] {
        if fold(value).len() > MAX_FOLDED_BYTES {
            return Err(
                ScimError::invalid_value(format!("{name} is too long when it is compared without case.")).into()
            );
        }
    }
    Ok(profile)
}
