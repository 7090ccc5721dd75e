//! A customer's instance and its visibility groups.

use jiff::Timestamp;
use scim::fold;
use serde::{Deserialize, Serialize};

use crate::{Error, InstanceId};

/// The group that every instance has, and the default until an admin changes it.
pub const DEFAULT_GROUP: &str = "Full Access";

/// One customer's tenant of Klue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its identifier, part of each of its API keys.
    pub id: InstanceId,
    /// Its name, for people.
    pub name: String,
    /// The visibility group of consumers who are given none.
    pub default_group: String,
    /// How many users it has; also the row of the newest one.
    pub user_count: u32,
}

/// What an operator says of a new instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInstance {
    /// Its name, for people.
    pub name: String,
    /// When it is made.
    pub created: Timestamp,
}

/// A visibility group of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibilityGroup {
    /// The name as the admin spelled it.
    pub name: String,
    /// Whether users can be put into it.
    pub state: GroupState,
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

/// Where a request's user lives: the instance, and the group that the request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The instance of the caller.
    pub instance: Instance,
    /// What is known of the visibility group in the request.
    pub named_group: NamedGroup,
}

/// The visibility group that a request names, looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedGroup {
    /// The request names none.
    None,
    /// The group exists and takes users.
    Open(VisibilityGroup),
    /// There is no such group; these are the names that exist.
    Unknown(Vec<String>),
}

impl Setting {
    /// The group of a name, in the group's own spelling.
    ///
    /// # Errors
    /// `invalidValue`, naming the value and the groups that exist.
    pub(crate) fn group(&self, name: &str) -> Result<&str, Error> {
        let exist = match &self.named_group {
            NamedGroup::Open(group) if fold(&group.name) == fold(name) => return Ok(&group.name),
            NamedGroup::Unknown(names) => names.join(", "),
            NamedGroup::Open(group) => group.name.clone(),
            NamedGroup::None => self.instance.default_group.clone(),
        };
        Err(scim::Error::invalid_value(format!(
            "visibilityGroup '{name}' does not exist in this Klue instance; the groups are: {exist}."
        ))
        .into())
    }
}
