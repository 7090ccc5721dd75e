//! A customer's instance, and what a request's user has to fit in it.

use jiff::Timestamp;
use scim::Error as ScimError;
use serde_json::Value;

use crate::value::Text;
use crate::{Assigned, Change, Error, InstanceId, VisibilityGroup};

const INSTANCE_NAME: Text = Text { name: "name", max_bytes: 128 };
/// Four thirds of the longest name of a group.
const DEFAULT_GROUP_ID: Text = Text { name: "defaultVisibilityGroup", max_bytes: 1024 };

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

/// What an admin changes of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceChange {
    /// Another name.
    pub name: Option<String>,
    /// The id of another default group.
    pub default_group: Option<String>,
}

impl InstanceChange {
    /// Reads the body of a request: `name` and `defaultVisibilityGroup`, as far as they are there.
    ///
    /// # Errors
    /// `invalidValue`, naming the member and what it takes.
    pub fn from_json(body: &Value) -> Result<Self, ScimError> {
        Ok(Self { name: instance_name(body)?, default_group: member(body, &DEFAULT_GROUP_ID)? })
    }

    /// The instance as it is then, with the group that was asked for.
    pub fn applied(&self, instance: &Instance, group: Option<&VisibilityGroup>) -> Instance {
        Instance {
            name: self.name.as_ref().unwrap_or(&instance.name).clone(),
            default_group: group.map_or(&instance.default_group, |group| &group.name).clone(),
            ..instance.clone()
        }
    }
}

/// Reads the name of an instance: the member `name` of a body, if it is there.
///
/// # Errors
/// `invalidValue` for a name that no instance can have.
pub fn instance_name(body: &Value) -> Result<Option<String>, ScimError> {
    member(body, &INSTANCE_NAME)
}

fn member(body: &Value, text: &Text) -> Result<Option<String>, ScimError> {
    match body.get(text.name).map(|value| text.read(value)).transpose()? {
        None | Some(Assigned::Absent) => Ok(None),
        Some(Assigned::To(value)) => Ok(Some(value.trim().to_owned())),
        Some(Assigned::Cleared) => Err(ScimError::invalid_value(format!("{} must not be empty.", text.name))),
    }
}

/// The attributes in which two states of an instance differ.
pub fn instance_changes(old: &Instance, new: &Instance) -> Vec<Change> {
    let of = |attribute, old: &String, new: &String| {
        (old != new).then(|| Change { attribute, old: Some(old.clone()), new: Some(new.clone()) })
    };
    let changes =
        [of("name", &old.name, &new.name), of("defaultVisibilityGroup", &old.default_group, &new.default_group)];
    changes.into_iter().flatten().collect()
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
            NamedGroup::Open(group) if group.is_named(name) => return Ok(&group.name),
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
