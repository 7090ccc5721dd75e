//! What a user may do and see: the role, and a consumer's visibility group.

use scim::{Error as ScimError, fold};

use crate::{Assigned, Error, Profile, Setting, UserResource};

/// `klueRole` of the enterprise extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Manages the instance; sees everything.
    Admin,
    /// Writes content; sees everything.
    Curator,
    /// Reads what its visibility group sees.
    Consumer,
}

impl Role {
    /// Every role, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Curator, Self::Consumer];

    /// The role as SCIM spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Curator => "curator",
            Self::Consumer => "consumer",
        }
    }

    /// Finds a role by its name, in any case.
    ///
    /// # Errors
    /// `invalidValue`, naming the value and the roles that exist.
    pub fn parse(text: &str) -> Result<Self, ScimError> {
        Self::ALL.into_iter().find(|role| role.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
            ScimError::invalid_value(format!(
                "klueRole '{text}' does not exist; the roles are: admin, curator, consumer."
            ))
        })
    }
}

/// Role and visibility group of a user; only a consumer has a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// See [`Role::Admin`].
    Admin,
    /// See [`Role::Curator`].
    Curator,
    /// See [`Role::Consumer`].
    Consumer {
        /// The name of the visibility group, as the group spells it.
        group: String,
    },
}

impl Access {
    /// The role alone.
    pub fn role(&self) -> Role {
        match self {
            Self::Admin => Role::Admin,
            Self::Curator => Role::Curator,
            Self::Consumer { .. } => Role::Consumer,
        }
    }

    /// The visibility group of a consumer.
    pub fn group(&self) -> Option<&str> {
        match self {
            Self::Consumer { group } => Some(group),
            Self::Admin | Self::Curator => None,
        }
    }
}

/// The access that results from what is stored and what was asked.
///
/// # Errors
/// `invalidValue` for a group that does not exist, and for a group other than the stored one
/// together with a role that has none.
pub(crate) fn resulting_access(
    stored: Option<&Profile>,
    asked: &UserResource,
    setting: &Setting,
) -> Result<Access, Error> {
    let stored_access = stored.map(|user| &user.access);
    let stored_group = stored_access.and_then(Access::group);
    let known_group = stored_group.or(stored.and_then(|user| user.former_group.as_deref()));
    let role = match asked.role {
        Assigned::To(role) => role,
        Assigned::Cleared => Role::Consumer,
        Assigned::Absent => stored_access.map_or(Role::Consumer, Access::role),
    };
    // A PUT repeats what a GET gave, and may itself be repeated: with a role that has no group, the
    // stored one, or the one that went with the last change of role, counts as not sent.
    let is_known = |name: &str| known_group.is_some_and(|group| fold(group) == fold(name));
    let asked_group = match &asked.group {
        Assigned::To(name) if is_known(name) && (role != Role::Consumer || stored_group.is_some()) => &Assigned::Absent,
        other => other,
    };
    let group = match (role, asked_group) {
        (Role::Admin | Role::Curator, Assigned::To(name)) => return Err(group_without_consumer(role, name)),
        (Role::Admin, _) => return Ok(Access::Admin),
        (Role::Curator, _) => return Ok(Access::Curator),
        (Role::Consumer, Assigned::To(name)) => setting.group(name)?,
        (Role::Consumer, Assigned::Cleared) => &setting.instance.default_group,
        (Role::Consumer, Assigned::Absent) => stored_group.unwrap_or(&setting.instance.default_group),
    };
    Ok(Access::Consumer { group: group.to_owned() })
}

fn group_without_consumer(role: Role, group: &str) -> Error {
    let role = role.as_str();
    ScimError::invalid_value(format!(
        "klueRole '{role}' and visibilityGroup '{group}' do not go together: only consumers have a visibility group. Remove the visibilityGroup, or make the user a consumer."
    ))
    .into()
}
