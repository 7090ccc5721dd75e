//! Visibility groups: what an admin may do with them.

use data_encoding::BASE64URL_NOPAD;
use scim::{Error as ScimError, fold};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::value::Text;
use crate::{Access, Assigned, Error, Instance, MAX_FOLDED_BYTES, Profile};

/// The group that every instance has, and the default until an admin changes it.
pub const DEFAULT_GROUP: &str = "Full Access";

/// As long as the attribute of a user that names it.
const NAME: Text = Text { name: "name", max_bytes: 128 };
const DESCRIPTION: Text = Text { name: "description", max_bytes: 512 };

/// A visibility group of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibilityGroup {
    /// The name as the admin spelled it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether users can be put into it.
    pub state: GroupState,
    /// How many users are in it, inactive and deleted ones included.
    pub members: u64,
}

impl VisibilityGroup {
    /// Whether a name is the group's, without case.
    pub fn is_named(&self, name: &str) -> bool {
        fold(name) == fold(&self.name)
    }

    /// The id under which the admin API has the group: one word for a path, made of the name without case.
    pub fn id(&self) -> String {
        Self::id_of(&self.name)
    }

    /// The id of the group of a name.
    pub fn id_of(name: &str) -> String {
        BASE64URL_NOPAD.encode(fold(name).as_bytes())
    }

    /// The folded name of the group of an id.
    ///
    /// # Errors
    /// [`Error::GroupNotFound`] for what is no id.
    pub fn folded_name(id: &str) -> Result<String, Error> {
        let bytes = BASE64URL_NOPAD.decode(id.as_bytes()).ok().filter(|bytes| bytes.len() <= MAX_FOLDED_BYTES / 2);
        let name = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|name| !name.is_empty());
        name.ok_or_else(|| Error::GroupNotFound(id.to_owned()))
    }
}

/// Whether a visibility group takes users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupState {
    /// Users can be assigned.
    Open,
    /// The group is being deleted, its members moved elsewhere.
    Closing,
}

/// What an admin says of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGroup {
    /// The name; unique in the instance without case.
    pub name: String,
    /// What it is for.
    pub description: String,
}

impl NewGroup {
    /// Reads the body of a request for a group: `name` and, if there is one, `description`.
    ///
    /// # Errors
    /// `invalidValue`, naming the member and what it takes.
    pub fn from_json(body: &Value) -> Result<Self, ScimError> {
        let name = NAME.read(body.get("name").unwrap_or(&Value::Null))?;
        let name = name.to().ok_or_else(|| ScimError::invalid_value("name is required: what users are shown."))?;
        Ok(Self { name: name.trim().to_owned(), description: description(body)?.unwrap_or_default() })
    }
}

/// The `description` in a body, if one is there; null and blank ones are empty.
///
/// # Errors
/// `invalidValue` for one that is no text, or too long.
pub fn description(body: &Value) -> Result<Option<String>, ScimError> {
    Ok(match body.get("description").map(|value| DESCRIPTION.read(value)).transpose()? {
        None | Some(Assigned::Absent) => None,
        Some(Assigned::Cleared) => Some(String::new()),
        Some(Assigned::To(text)) => Some(text),
    })
}

/// What becomes of a user whose group is deleted: a member of another one; nothing if it has left by itself.
pub fn reassign(stored: &Profile, from: &VisibilityGroup, to: &VisibilityGroup) -> Profile {
    let mut profile = stored.clone();
    if profile.access.group().is_some_and(|group| from.is_named(group)) {
        profile.access = Access::Consumer { group: to.name.clone() };
    }
    profile
}

/// Whether a group may be deleted.
///
/// # Errors
/// [`Error::GroupIsNeeded`] for the default group and the one that every instance has.
pub fn may_delete(instance: &Instance, group: &VisibilityGroup) -> Result<(), Error> {
    if group.is_named(&instance.default_group) {
        let why = "is the default group of this instance; make another one the default first";
        return Err(Error::GroupIsNeeded { name: group.name.clone(), why });
    }
    if group.is_named(DEFAULT_GROUP) {
        return Err(Error::GroupIsNeeded { name: group.name.clone(), why: "always exists" });
    }
    Ok(())
}
