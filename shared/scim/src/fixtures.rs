//! A resource type for the tests, with an attribute of every type.

use serde_json::{Value, json};

use crate::schema::{Attribute, ResourceSchema, Returned, Schema};
use crate::urn;

pub(crate) const USER: ResourceSchema = ResourceSchema {
    core: &CORE,
    extensions: &[&ENTERPRISE],
    unserved: &[
        "nickName",
        "addresses",
        "emails.display",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
    ],
};

pub(crate) static CORE: Schema = Schema {
    id: urn::USER_SCHEMA,
    name: "User",
    description: "A person",
    attributes: &[
        Attribute::string("userName", "Name to sign in with").required().unique(),
        Attribute::complex("name", "Parts of the name", NAME),
        Attribute::string("title", "Position"),
        Attribute::string("userType", "Relation to the organization"),
        Attribute::boolean("active", "Whether the user may sign in"),
        Attribute::complex("emails", "E-mail addresses", EMAILS).multi_valued(),
        Attribute::reference("profileUrl", "Page about the user", &["external"]),
        Attribute::string("tags", "Labels").multi_valued(),
        Attribute::integer("logins", "How often the user signed in"),
        Attribute::decimal("score", "How well"),
        Attribute::binary("certificate", "In DER"),
        Attribute::complex("badges", "Without a significant value", BADGES).multi_valued(),
    ],
};

const NAME: &[Attribute] =
    &[Attribute::string("givenName", "First name"), Attribute::string("familyName", "Last name")];

const EMAILS: &[Attribute] = &[
    Attribute::string("value", "The address").required(),
    Attribute::string("type", "What it is for").canonical(&["work", "home"]),
    Attribute::boolean("primary", "Whether it is the preferred one"),
];

const BADGES: &[Attribute] = &[
    Attribute::string("number", "Printed on it").case_exact().returned(Returned::Always),
    Attribute::date_time("issued", "When it was handed out"),
];

pub(crate) static ENTERPRISE: Schema = Schema {
    id: urn::ENTERPRISE_USER_SCHEMA,
    name: "EnterpriseUser",
    description: "A person in an organization",
    attributes: &[
        Attribute::string("employeeNumber", "Issued by the organization"),
        Attribute::string("department", "Part of the organization"),
        Attribute::complex("manager", "Whom the user reports to", MANAGER),
    ],
};

const MANAGER: &[Attribute] = &[
    Attribute::string("value", "Identifier of the manager").case_exact(),
    Attribute::reference("$ref", "Where the manager is found", &["User"]),
];

/// A user with most attributes.
pub(crate) fn babs() -> Value {
    json!({
        "schemas": [urn::USER_SCHEMA, urn::ENTERPRISE_USER_SCHEMA],
        "id": "2819c223-7f76-453a-919d-413861904646",
        "externalId": "00uABC",
        "userName": "BJensen@example.com",
        "name": { "givenName": "Barbara", "familyName": "Jensén" },
        "title": "",
        "active": true,
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.org", "type": "home" },
        ],
        "tags": ["Red", "green"],
        "logins": 12,
        "score": 1.5,
        "badges": [{ "number": "A1", "issued": "2026-01-31T12:00:00Z" }],
        "meta": {
            "resourceType": "User",
            "created": "2010-01-23T04:56:22Z",
            "lastModified": "2011-05-13T04:42:34.250Z",
            "location": "https://example.com/v2/Users/2819c223",
            "version": "W/\"3694e05e9dff591\"",
        },
        urn::ENTERPRISE_USER_SCHEMA: {
            "employeeNumber": "701984",
            "manager": { "value": "26118915" },
        },
    })
}
