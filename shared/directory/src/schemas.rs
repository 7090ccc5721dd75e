//! What the service says about itself and its users (RFC 7643 §5 to §7, RFC 9865 §4).

use scim::{
    Attribute, AuthenticationScheme, BulkFeature, ENTERPRISE_USER_SCHEMA, Feature, FilterFeature, Meta,
    PaginationFeature, ResourceSchema, ResourceType, Schema, SchemaExtension, SchemaResource, ServiceProviderConfig,
    USER_SCHEMA, Uniqueness,
};

use crate::CURSOR_TIMEOUT;

/// The attributes of a user.
pub const USER: ResourceSchema = ResourceSchema { core: &CORE, extensions: &[&ENTERPRISE], unserved: UNSERVED };

const CORE: Schema = Schema {
    id: USER_SCHEMA,
    name: "User",
    description: "A person who uses Klue",
    attributes: &[
        Attribute::string("userName", "The name to sign in with; compared without case").required().unique(),
        Attribute::complex(
            "name",
            "The name of the person",
            &[
                Attribute::string("formatted", "First and last name").read_only(),
                Attribute::string("familyName", "Last name").required(),
                Attribute::string("givenName", "First name").required(),
            ],
        )
        .required(),
        Attribute::string("displayName", "First and last name").read_only(),
        Attribute::complex(
            "emails",
            "The work e-mail: exactly one, unique in the instance without case",
            &[
                Attribute { uniqueness: Uniqueness::Server, ..Attribute::string("value", "The address").required() },
                Attribute::string("type", "Klue keeps the work e-mail").canonical(&["work"]),
                Attribute::boolean("primary", "Always true").read_only(),
            ],
        )
        .multi_valued()
        .required(),
        Attribute::boolean("active", "Whether the person may sign in"),
    ],
};

const ENTERPRISE: Schema = Schema {
    id: ENTERPRISE_USER_SCHEMA,
    name: "Enterprise User",
    description: "What Klue needs to know of an employee",
    attributes: &[
        Attribute::string("employeeId", "The customer's number of the person"),
        Attribute::string("klueRole", "What the person may do; consumer unless said otherwise")
            .canonical(&["admin", "curator", "consumer"]),
        Attribute::string(
            "visibilityGroup",
            "What a consumer sees: the name of a visibility group of the Klue instance; its default group unless said otherwise",
        ),
    ],
};

/// What RFC 7643 defines for users and Klue does not keep.
const UNSERVED: &[&str] = &[
    "name.middleName",
    "name.honorificPrefix",
    "name.honorificSuffix",
    "nickName",
    "profileUrl",
    "title",
    "userType",
    "preferredLanguage",
    "locale",
    "timezone",
    "password",
    "emails.display",
    "phoneNumbers",
    "ims",
    "photos",
    "addresses",
    "groups",
    "entitlements",
    "roles",
    "x509Certificates",
    // Entra asks for a manager without naming its schema.
    "manager",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:organization",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
];

/// The longest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// What the service can do.
pub fn service_provider_config(base_url: &str) -> ServiceProviderConfig {
    let (supported, unsupported) = (Feature { supported: true }, Feature { supported: false });
    ServiceProviderConfig {
        documentation_uri: None,
        patch: supported,
        bulk: BulkFeature {
            supported: true,
            max_operations: scim::MAX_BULK_OPERATIONS as u32,
            max_payload_size: MAX_BODY_BYTES as u32,
        },
        filter: FilterFeature { supported: true, max_results: scim::MAX_COUNT },
        change_password: unsupported,
        sort: supported,
        etag: supported,
        pagination: Some(PaginationFeature {
            cursor: true,
            index: true,
            default_pagination_method: Some("index"),
            default_page_size: Some(scim::DEFAULT_COUNT),
            max_page_size: Some(scim::MAX_COUNT),
            cursor_timeout: Some(CURSOR_TIMEOUT),
        }),
        authentication_schemes: vec![AuthenticationScheme {
            kind: "oauthbearertoken",
            name: "API key",
            description: "An API key of the Klue instance in the header Authorization, with or without the word Bearer",
            spec_uri: Some("https://www.rfc-editor.org/info/rfc6750".into()),
            documentation_uri: None,
            primary: true,
        }],
        meta: meta("ServiceProviderConfig", format!("{base_url}/ServiceProviderConfig")),
    }
}

/// The kinds of resources: users only.
pub fn resource_types(base_url: &str) -> Vec<ResourceType> {
    vec![ResourceType {
        id: "User",
        name: "User",
        description: CORE.description,
        endpoint: "/Users",
        schema: USER_SCHEMA,
        schema_extensions: vec![SchemaExtension { schema: ENTERPRISE_USER_SCHEMA, required: false }],
        meta: meta("ResourceType", format!("{base_url}/ResourceTypes/User")),
    }]
}

/// The schemas of users.
pub fn schemas(base_url: &str) -> Vec<SchemaResource<'static>> {
    [&CORE, &ENTERPRISE]
        .map(|schema| SchemaResource { schema, meta: meta("Schema", format!("{base_url}/Schemas/{}", schema.id)) })
        .into()
}

fn meta(resource_type: &'static str, location: String) -> Meta {
    Meta { resource_type, created: None, last_modified: None, location, version: None }
}
