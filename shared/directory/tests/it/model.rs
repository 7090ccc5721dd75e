//! What a PATCH does to a user (RFC 7644 §3.5.2), once more: operation by operation, on a table of
//! what Klue keeps, and without the crate under test.

use std::collections::BTreeMap;

use directory::{DEFAULT_GROUP, Profile, Role};
use scim::fold;
use serde_json::{Map, Value, json};

use crate::people::GROUPS;

/// The values of a user by the names of their attributes.
pub(crate) type Attributes = BTreeMap<&'static str, Value>;

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) op: &'static str,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    /// With a path.
    At(Path, Value),
    /// Without one: members of the value, in the order of their names.
    Members(Vec<(Path, Value)>),
}

/// A path, and what is there.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) text: String,
    pub(crate) place: Place,
    pub(crate) condition: Option<Condition>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// An attribute with a single value.
    Single(&'static str),
    Name,
    Extension,
    Emails,
    /// Nothing that Klue keeps, or that a client may write.
    Nowhere,
}

/// A value filter on the e-mail.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Always(&'static str),
    Never(&'static str),
    HasValue,
    Value(String),
    Contains(&'static str),
    /// Asks for an e-mail of a type that Klue takes and does not keep.
    OtherType(&'static str),
}

/// The operation is not possible.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Refused;

impl Condition {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Always(text) | Self::Never(text) | Self::OtherType(text) => (*text).to_owned(),
            Self::HasValue => "value pr".to_owned(),
            Self::Value(value) => format!("value eq {}", Value::from(value.as_str())),
            Self::Contains(part) => format!("type eq \"work\" and value co \"{part}\""),
        }
    }

    fn holds(&self, email: Option<&Value>) -> bool {
        let email = email.and_then(Value::as_str);
        match self {
            Self::Always(_) => true,
            Self::Never(_) | Self::OtherType(_) => false,
            Self::HasValue => email.is_some(),
            Self::Value(value) => email.is_some_and(|email| fold(email) == fold(value)),
            Self::Contains(part) => email.is_some_and(|email| fold(email).contains(part)),
        }
    }
}

/// The message with the operations.
pub(crate) fn message(operations: &[Operation]) -> Value {
    let operations = operations.iter().map(|Operation { op, what }| match what {
        What::At(path, _) if op.eq_ignore_ascii_case("remove") => json!({"op": op, "path": path.text}),
        What::At(path, value) => json!({"op": op, "path": path.text, "value": value}),
        What::Members(members) => {
            let members = members.iter().map(|(path, value)| (path.text.clone(), value.clone()));
            json!({"op": op, "value": members.collect::<Map<_, _>>()})
        }
    });
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations.collect::<Vec<_>>(),
    })
}

/// The table of a user.
pub(crate) fn attributes(profile: &Profile) -> Attributes {
    let table = [
        ("externalId", json!(profile.external_id)),
        ("userName", json!(profile.user_name)),
        ("givenName", json!(profile.given_name)),
        ("familyName", json!(profile.family_name)),
        ("email", json!(profile.email)),
        ("active", json!(profile.state.is_active())),
        ("employeeId", json!(profile.employee_id)),
        ("klueRole", json!(profile.access.role().as_str())),
        ("visibilityGroup", json!(profile.access.group())),
        ("formerGroup", json!(profile.former_group)),
    ];
    table.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// The user after all operations, or none of them.
pub(crate) fn patched(stored: &Attributes, operations: &[Operation]) -> Result<Attributes, Refused> {
    let mut user = stored.clone();
    for Operation { op, what } in operations {
        let op = op.to_ascii_lowercase();
        match what {
            What::At(path, value) => apply(&mut user, &op, path, value)?,
            What::Members(members) => {
                members.iter().try_for_each(|(path, value)| apply(&mut user, &op, path, value))?
            }
        }
    }
    for name in ["userName", "givenName", "familyName", "email", "active"] {
        user.get(name).ok_or(Refused)?;
    }
    for name in ["userName", "email"] {
        // As long as the key of a claim can be.
        if fold(user[name].as_str().unwrap_or_default()).len() > 1024 {
            return Err(Refused);
        }
    }
    settle_group(stored, &mut user)?;
    Ok(user)
}

/// Only consumers have a group, and all of them.
fn settle_group(stored: &Attributes, user: &mut Attributes) -> Result<(), Refused> {
    let role = user.entry("klueRole").or_insert_with(|| "consumer".into()).clone();
    let folded = |value: &Value| fold(value.as_str().unwrap_or_default()).into_owned();
    let (before, former, asked) =
        (stored.get("visibilityGroup"), stored.get("formerGroup"), user.remove("visibilityGroup"));
    let is = |group: Option<&Value>| group.is_some() && group.map(folded) == asked.as_ref().map(folded);
    if role != "consumer" {
        // What a client has once said with the consumer, it may go on to say.
        let known = asked.is_none() || is(before.or(former));
        user.extend(before.map(|group| ("formerGroup", group.clone())));
        return if known { Ok(()) } else { Err(Refused) };
    }
    user.remove("formerGroup");
    let group = match &asked {
        Some(_) if is(before) => before.cloned().unwrap_or_default(),
        Some(asked) => GROUPS.into_iter().find(|group| fold(group) == folded(asked)).ok_or(Refused)?.into(),
        None => DEFAULT_GROUP.into(),
    };
    user.insert("visibilityGroup", group);
    Ok(())
}

fn apply(user: &mut Attributes, op: &str, path: &Path, value: &Value) -> Result<(), Refused> {
    let place = path.place;
    if matches!(path.condition, Some(Condition::OtherType(_))) {
        return Ok(());
    }
    if path.condition.as_ref().is_some_and(|condition| !condition.holds(user.get("email"))) {
        return Err(Refused);
    }
    match place {
        _ if op == "remove" || (value_of_parts(place) && is_unassigned(value)) => {
            parts(place).iter().for_each(|name| drop(user.remove(name)));
        }
        Place::Single(name) => assign(user, name, value)?,
        Place::Name | Place::Extension => {
            for (key, value) in value.as_object().ok_or(Refused)? {
                let part = parts(place).iter().find(|name| name.eq_ignore_ascii_case(key));
                part.map_or(Ok(()), |name| assign(user, name, value))?;
            }
        }
        Place::Emails => match work_email(value)? {
            Some(email) => assign(user, "email", &email)?,
            None if op == "add" => {}
            None => return Err(Refused),
        },
        Place::Nowhere => {}
    }
    Ok(())
}

fn value_of_parts(place: Place) -> bool {
    matches!(place, Place::Name | Place::Extension)
}

fn parts(place: Place) -> &'static [&'static str] {
    match place {
        Place::Single("userName") => &["userName"],
        Place::Single("externalId") => &["externalId"],
        Place::Single("givenName") => &["givenName"],
        Place::Single("familyName") => &["familyName"],
        Place::Single("active") => &["active"],
        Place::Single("employeeId") => &["employeeId"],
        Place::Single("klueRole") => &["klueRole"],
        Place::Single("visibilityGroup") => &["visibilityGroup"],
        Place::Single(_) | Place::Emails => &["email"],
        Place::Name => &["givenName", "familyName"],
        Place::Extension => &["employeeId", "klueRole", "visibilityGroup"],
        Place::Nowhere => &[],
    }
}

fn is_unassigned(value: &Value) -> bool {
    value.is_null() || value == &json!([]) || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The e-mail of type work: one that says so before one that says nothing, then the primary one.
fn work_email(value: &Value) -> Result<Option<Value>, Refused> {
    if is_unassigned(value) {
        return Ok(Some(Value::Null));
    }
    let elements = match value {
        Value::Array(elements) => elements.clone(),
        one => vec![one.clone()],
    };
    if !elements.iter().all(|element| element.is_object() || element.is_string()) {
        return Err(Refused);
    }
    let says_work = |element: &&Value| element["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("work"));
    let says_nothing = |element: &&Value| is_unassigned(&element["type"]);
    let is_primary = |element: &&Value| element["primary"] == true || element["primary"] == "True";
    let all = || elements.iter();
    let chosen = (all().filter(says_work).find(is_primary))
        .or_else(|| all().find(says_work))
        .or_else(|| all().filter(says_nothing).find(is_primary))
        .or_else(|| all().find(says_nothing));
    Ok(chosen.map(|chosen| if chosen.is_string() { chosen.clone() } else { chosen["value"].clone() }))
}

fn assign(user: &mut Attributes, name: &'static str, value: &Value) -> Result<(), Refused> {
    let value = match value {
        Value::Array(elements) if elements.len() == 1 && !elements[0].is_array() => &elements[0],
        other => other,
    };
    let value = match value {
        Value::Object(members) => members.get("value").filter(|value| !value.is_object()).ok_or(Refused)?,
        other => other,
    };
    if is_unassigned(value) {
        // To leave open whether somebody is active says nothing.
        if name != "active" {
            user.remove(name);
        }
        return Ok(());
    }
    let limit = match name {
        "externalId" => 256,
        "userName" => 384,
        "email" => 320,
        "klueRole" => 32,
        _ => 128,
    };
    let value = match value {
        Value::Bool(_) if name == "active" => value.clone(),
        Value::Number(number) if name == "employeeId" && !number.is_f64() => number.to_string().into(),
        Value::String(text) if name == "active" => json!(text.to_lowercase().parse::<bool>().map_err(|_| Refused)?),
        Value::String(text) if text.len() <= limit && text.chars().all(is_character) => match name {
            "klueRole" => {
                let role = Role::ALL.into_iter().find(|role| role.as_str().eq_ignore_ascii_case(text));
                role.ok_or(Refused)?.as_str().into()
            }
            _ => value.clone(),
        },
        _ => return Err(Refused),
    };
    user.insert(name, value);
    Ok(())
}

fn is_character(c: char) -> bool {
    !c.is_control() && !matches!(u32::from(c) % 0x1_0000, 0xfffe | 0xffff)
}
