//! A user as SCIM represents it (RFC 7643 §8.3).

use scim::{ENTERPRISE_USER_SCHEMA, Meta, USER_SCHEMA};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::User;

/// A user in the form in which clients get it.
#[derive(Clone, Copy, Debug)]
pub struct UserRepresentation<'a> {
    /// The user.
    pub user: &'a User,
    /// The SCIM base URL under which the client reached the service, without a slash at its end.
    pub base_url: &'a str,
}

/// The entity tag of a user: weak, since the same version can be written in many ways.
pub fn etag(user: &User) -> String {
    format!("W/\"{}\"", user.version)
}

/// Whether the entity tags of `If-Match` or `If-None-Match` name the user's version, compared
/// weakly (RFC 7644 §3.14); `*` names every version.
pub fn is_version(tags: &str, user: &User) -> bool {
    let current = etag(user);
    let opaque = |tag| str::trim(tag).strip_prefix("W/").unwrap_or(str::trim(tag)).to_owned();
    let current = opaque(current.as_str());
    tags.split(',').any(|tag| tag.trim() == "*" || opaque(tag) == current)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Name<'a> {
    formatted: &'a str,
    family_name: &'a str,
    given_name: &'a str,
}

#[derive(Serialize)]
struct Email<'a> {
    value: &'a str,
    r#type: &'static str,
    primary: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extension<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    employee_id: Option<&'a str>,
    klue_role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility_group: Option<&'a str>,
}

impl Serialize for UserRepresentation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let User { created, last_modified, profile, .. } = self.user;
        let id = self.user.id.to_string();
        let display_name = format!("{} {}", profile.given_name, profile.family_name);
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("schemas", &[USER_SCHEMA, ENTERPRISE_USER_SCHEMA])?;
        members.serialize_entry("id", &id)?;
        if let Some(external_id) = &profile.external_id {
            members.serialize_entry("externalId", external_id)?;
        }
        members.serialize_entry("userName", &profile.user_name)?;
        members.serialize_entry(
            "name",
            &Name { formatted: &display_name, family_name: &profile.family_name, given_name: &profile.given_name },
        )?;
        members.serialize_entry("displayName", &display_name)?;
        members.serialize_entry("emails", &[Email { value: &profile.email, r#type: "work", primary: true }])?;
        members.serialize_entry("active", &profile.state.is_active())?;
        members.serialize_entry(
            ENTERPRISE_USER_SCHEMA,
            &Extension {
                employee_id: profile.employee_id.as_deref(),
                klue_role: profile.access.role().as_str(),
                visibility_group: profile.access.group(),
            },
        )?;
        members.serialize_entry(
            "meta",
            &Meta {
                resource_type: "User",
                created: Some(*created),
                last_modified: Some(*last_modified),
                location: format!("{}/Users/{id}", self.base_url),
                version: Some(etag(self.user)),
            },
        )?;
        members.end()
    }
}
