//! What a request says of a user, attribute by attribute.

use scim::{AttributePath, ENTERPRISE_USER_SCHEMA, Error as ScimError, USER_SCHEMA};
use serde_json::{Map, Value};

use crate::Role;
use crate::value::{Text, boolean, clears, wrong_type};

// The limits keep a stored user within 4 KiB and its JSON within 5 KiB, even where each
// character has to be escaped, so that 1,000 users fit Lambda's 6 MB answer.
const EXTERNAL_ID: Text = Text { name: "externalId", max_bytes: 256 };
const USER_NAME: Text = Text { name: "userName", max_bytes: 384 };
pub(crate) const GIVEN_NAME: Text = Text { name: "name.givenName", max_bytes: 128 };
pub(crate) const FAMILY_NAME: Text = Text { name: "name.familyName", max_bytes: 128 };
pub(crate) const EMAIL: Text = Text { name: "emails[type eq \"work\"].value", max_bytes: 320 };
const EMPLOYEE_ID: Text = Text { name: "employeeId", max_bytes: 128 };
const ROLE: Text = Text { name: "klueRole", max_bytes: 32 };
const GROUP: Text = Text { name: "visibilityGroup", max_bytes: 128 };

/// What a request says of one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Assigned<T> {
    /// Nothing.
    #[default]
    Absent,
    /// That it has no value.
    Cleared,
    /// Its value.
    To(T),
}

impl<T> Assigned<T> {
    /// The value, if one was given.
    pub fn to(&self) -> Option<&T> {
        match self {
            Self::To(value) => Some(value),
            Self::Absent | Self::Cleared => None,
        }
    }

    fn merge(&mut self, later: Self) {
        if !matches!(later, Self::Absent) {
            *self = later;
        }
    }
}

/// What a request says of a user; attributes that Klue does not keep have fallen away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserResource {
    pub(crate) external_id: Assigned<String>,
    pub(crate) user_name: Assigned<String>,
    pub(crate) given_name: Assigned<String>,
    pub(crate) family_name: Assigned<String>,
    pub(crate) email: Assigned<String>,
    pub(crate) active: Assigned<bool>,
    pub(crate) employee_id: Assigned<String>,
    pub(crate) role: Assigned<Role>,
    pub(crate) group: Assigned<String>,
}

impl UserResource {
    /// Reads the body of a POST or PUT (RFC 7643 §4.1), names in any case.
    ///
    /// # Errors
    /// `invalidSyntax` for what is not an object; `invalidValue` naming the attribute.
    pub fn from_json(body: &Value) -> Result<Self, ScimError> {
        let Value::Object(members) = body else {
            return Err(ScimError::invalid_syntax("the body must be a JSON object"));
        };
        let mut resource = Self::default();
        for (key, value) in members {
            resource.assign(Target::of_key(key), value)?;
        }
        Ok(resource)
    }

    /// Reads what an admin decides of a user: `active`, `klueRole` and `visibilityGroup`; the rest is the
    /// identity provider's.
    ///
    /// # Errors
    /// As [`UserResource::from_json`]; `invalidValue` for any other member.
    pub fn decided_by_admin(body: &Value) -> Result<Self, ScimError> {
        let members = body.as_object().ok_or_else(|| ScimError::invalid_syntax("the body must be a JSON object"))?;
        let mut resource = Self::default();
        for (name, value) in members {
            let target = match name.as_str() {
                "active" => Target::Active,
                "klueRole" => Target::Role,
                "visibilityGroup" => Target::Group,
                _ => {
                    let name = scim::quoted(name);
                    let detail = format!("{name} cannot be changed here; active, klueRole and visibilityGroup can.");
                    return Err(ScimError::invalid_value(detail));
                }
            };
            resource.assign(target, value)?;
        }
        Ok(resource)
    }

    /// The visibility group that the request names, to be looked up.
    pub fn named_group(&self) -> Option<&str> {
        self.group.to().map(String::as_str)
    }

    /// The userName that the request names.
    pub fn named_user(&self) -> Option<&str> {
        self.user_name.to().map(String::as_str)
    }

    /// The work e-mail that the request names.
    pub fn named_email(&self) -> Option<&str> {
        self.email.to().map(String::as_str)
    }

    /// Takes over what a value says of an attribute.
    pub(crate) fn assign(&mut self, target: Target, value: &Value) -> Result<(), ScimError> {
        match target {
            Target::ExternalId => self.external_id = EXTERNAL_ID.read(value)?,
            Target::UserName => self.user_name = USER_NAME.read(value)?,
            Target::GivenName => self.given_name = GIVEN_NAME.read(value)?,
            Target::FamilyName => self.family_name = FAMILY_NAME.read(value)?,
            Target::EmailValue => self.email = EMAIL.read(value)?,
            Target::Active => self.active = boolean("active", value)?,
            Target::EmployeeId => self.employee_id = EMPLOYEE_ID.read_or_number(value)?,
            Target::Group => self.group = GROUP.read(value)?,
            Target::Role => {
                self.role = match ROLE.read(value)? {
                    Assigned::To(name) => Assigned::To(Role::parse(&name)?),
                    Assigned::Cleared => Assigned::Cleared,
                    Assigned::Absent => Assigned::Absent,
                }
            }
            Target::Emails => {
                self.email = work_email(value)?.ok_or_else(|| {
                    ScimError::invalid_value("emails has none of type work; Klue keeps the work e-mail.")
                })?;
            }
            Target::Name => self.assign_members("name", target, value, Target::of_name_part)?,
            Target::Extension => {
                self.assign_members(ENTERPRISE_USER_SCHEMA, target, value, Target::of_extension_part)?;
            }
            Target::Ignored => {}
        }
        Ok(())
    }

    fn assign_members(
        &mut self,
        name: &str,
        whole: Target,
        value: &Value,
        part: fn(&str) -> Target,
    ) -> Result<(), ScimError> {
        match value {
            Value::Object(members) => members.iter().try_for_each(|(key, value)| self.assign(part(key), value)),
            cleared if clears(cleared) => {
                self.clear(whole);
                Ok(())
            }
            other => Err(wrong_type(name, "an object", other)),
        }
    }

    /// Notes that an attribute shall have no value.
    pub(crate) fn clear(&mut self, target: Target) {
        match target {
            Target::ExternalId => self.external_id = Assigned::Cleared,
            Target::UserName => self.user_name = Assigned::Cleared,
            Target::GivenName => self.given_name = Assigned::Cleared,
            Target::FamilyName => self.family_name = Assigned::Cleared,
            Target::Emails | Target::EmailValue => self.email = Assigned::Cleared,
            Target::Active => self.active = Assigned::Cleared,
            Target::EmployeeId => self.employee_id = Assigned::Cleared,
            Target::Role => self.role = Assigned::Cleared,
            Target::Group => self.group = Assigned::Cleared,
            Target::Name => [Target::GivenName, Target::FamilyName].into_iter().for_each(|part| self.clear(part)),
            Target::Extension => {
                [Target::EmployeeId, Target::Role, Target::Group].into_iter().for_each(|part| self.clear(part));
            }
            Target::Ignored => {}
        }
    }

    /// Takes over what a later part of the same request says.
    pub(crate) fn merge(&mut self, later: &Self) {
        // Taken apart, so that a new attribute cannot be forgotten here.
        let Self { external_id, user_name, given_name, family_name, email, active, employee_id, role, group } =
            later.clone();
        self.external_id.merge(external_id);
        self.user_name.merge(user_name);
        self.given_name.merge(given_name);
        self.family_name.merge(family_name);
        self.email.merge(email);
        self.active.merge(active);
        self.employee_id.merge(employee_id);
        self.role.merge(role);
        self.group.merge(group);
    }

    /// The first attribute without which there is no user, if the request clears one.
    pub(crate) fn cleared_required(&self) -> Option<&'static str> {
        let texts = [
            (USER_NAME.name, &self.user_name),
            (GIVEN_NAME.name, &self.given_name),
            (FAMILY_NAME.name, &self.family_name),
            (EMAIL.name, &self.email),
        ];
        let cleared = texts.into_iter().find(|(_, value)| **value == Assigned::Cleared).map(|(name, _)| name);
        cleared.or((self.active == Assigned::Cleared).then_some("active"))
    }
}

/// The e-mail of type work in the value of `emails`; none where all are of other types.
///
/// An e-mail without a type counts as work, an object as an array of one, a string as its value.
pub(crate) fn work_email(value: &Value) -> Result<Option<Assigned<String>>, ScimError> {
    let elements = match value {
        cleared if clears(cleared) => return Ok(Some(Assigned::Cleared)),
        Value::Array(elements) => elements.as_slice(),
        one => std::slice::from_ref(one),
    };
    let member = |element: &Map<String, Value>, name: &str| {
        element.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    };
    let mut chosen: Option<(u8, Assigned<String>)> = None;
    for element in elements {
        let (value, rank) = match element {
            Value::String(_) => (element.clone(), 0),
            Value::Object(object) => {
                let kind = member(object, "type").filter(|kind| !clears(kind));
                let is_work =
                    kind.as_ref().map(|kind| kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("work")));
                if is_work == Some(false) {
                    continue;
                }
                let primary = boolean("emails.primary", &member(object, "primary").unwrap_or_default())?;
                // One that says work goes before one that says nothing, and then the primary one.
                let rank = 2 * u8::from(is_work == Some(true)) + u8::from(primary == Assigned::To(true));
                (member(object, "value").unwrap_or_default(), rank)
            }
            other => return Err(wrong_type("emails", "an array of objects", other)),
        };
        if chosen.as_ref().is_none_or(|(best, _)| rank > *best) {
            chosen = Some((rank, EMAIL.read(&value)?));
        }
    }
    Ok(chosen.map(|(_, email)| email))
}

/// The attribute that a key or path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    ExternalId,
    UserName,
    Name,
    GivenName,
    FamilyName,
    Emails,
    EmailValue,
    Active,
    Extension,
    EmployeeId,
    Role,
    Group,
    /// Read-only, not kept by Klue, or unknown.
    Ignored,
}

impl Target {
    /// The target of a member of a JSON object: a name, a dotted name or a URN.
    pub(crate) fn of_key(key: &str) -> Self {
        if key.contains([':', '.']) {
            AttributePath::parse(key).map_or(Self::Ignored, |path| Self::of_path(&path))
        } else {
            Self::of_core(key, None)
        }
    }

    /// The target of an attribute path.
    pub(crate) fn of_path(path: &AttributePath) -> Self {
        let (attribute, sub) = (path.attribute.as_str(), path.sub_attribute.as_deref());
        match path.schema.as_deref() {
            None => Self::of_core(attribute, sub),
            Some(urn) if urn.eq_ignore_ascii_case(USER_SCHEMA) => Self::of_core(attribute, sub),
            Some(urn) if urn.eq_ignore_ascii_case(ENTERPRISE_USER_SCHEMA) && sub.is_none() => {
                Self::of_extension_part(attribute)
            }
            // The URN alone reads as if its last word were an attribute.
            Some(_) if path.to_string().eq_ignore_ascii_case(ENTERPRISE_USER_SCHEMA) => Self::Extension,
            Some(_) => Self::Ignored,
        }
    }

    fn of_core(attribute: &str, sub: Option<&str>) -> Self {
        const NAMES: [(&str, Target); 5] = [
            ("externalId", Target::ExternalId),
            ("userName", Target::UserName),
            ("name", Target::Name),
            ("emails", Target::Emails),
            ("active", Target::Active),
        ];
        match (find(&NAMES, attribute), sub) {
            (Self::Name, Some(part)) => Self::of_name_part(part),
            (Self::Emails, Some(part)) if part.eq_ignore_ascii_case("value") => Self::EmailValue,
            (_, Some(_)) => Self::Ignored,
            (target, None) => target,
        }
    }

    fn of_name_part(name: &str) -> Self {
        find(&[("givenName", Self::GivenName), ("familyName", Self::FamilyName)], name)
    }

    fn of_extension_part(name: &str) -> Self {
        find(&[("employeeId", Self::EmployeeId), ("klueRole", Self::Role), ("visibilityGroup", Self::Group)], name)
    }
}

fn find(names: &[(&str, Target)], name: &str) -> Target {
    names.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or(Target::Ignored, |(_, target)| *target)
}
