//! The people of an instance.

use directory::UserId;
use serde_json::{Value, json};

/// A body that creates a user of a name, as Okta sends it.
pub(crate) fn person(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": address(name),
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": address(name), "type": "work"}],
        "displayName": "Ada Lovelace",
        "locale": "en-US",
        "externalId": external_id(name),
        "groups": [],
        "active": true,
    })
}

/// The userName of a person, and the e-mail.
pub(crate) fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// The externalId of a person.
pub(crate) fn external_id(name: &str) -> String {
    format!("00u{name}")
}

/// The operation of a bulk request that creates a user of a name.
pub(crate) fn creation(name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": name, "data": person(name)})
}

/// The name of the person of a number.
pub(crate) fn name(number: usize) -> String {
    format!("user{number}")
}

/// The id of a person who was not made by a request: its number is its row.
pub(crate) fn id(number: usize) -> UserId {
    UserId::new(u32::try_from(number).expect("a row is a number of 32 bits"), [7; 12])
}
