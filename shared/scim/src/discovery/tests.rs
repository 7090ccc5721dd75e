use serde_json::json;

use super::*;

fn meta(resource_type: &'static str, path: &str) -> Meta {
    Meta {
        resource_type,
        created: None,
        last_modified: None,
        location: format!("https://example.com/v2/{path}"),
        version: None,
    }
}

#[test]
fn a_service_provider_config_lists_every_feature() {
    let config = ServiceProviderConfig {
        documentation_uri: Some("https://example.com/help".to_owned()),
        patch: Feature { supported: true },
        bulk: BulkFeature { supported: false, max_operations: 0, max_payload_size: 0 },
        filter: FilterFeature { supported: true, max_results: 1000 },
        change_password: Feature { supported: false },
        sort: Feature { supported: false },
        etag: Feature { supported: true },
        pagination: Some(PaginationFeature {
            cursor: false,
            index: true,
            default_pagination_method: Some("index"),
            default_page_size: Some(100),
            max_page_size: Some(1000),
            cursor_timeout: None,
        }),
        authentication_schemes: vec![AuthenticationScheme {
            kind: "oauthbearertoken",
            name: "Bearer token",
            description: "A key in the Authorization header",
            spec_uri: Some("https://www.rfc-editor.org/info/rfc6750".to_owned()),
            documentation_uri: None,
            primary: true,
        }],
        meta: meta("ServiceProviderConfig", "ServiceProviderConfig"),
    };

    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://example.com/help",
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": 1000 },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": true },
        "pagination": {
            "cursor": false,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": 100,
            "maxPageSize": 1000,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A key in the Authorization header",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": "https://example.com/v2/ServiceProviderConfig",
        },
    });
    assert_eq!(serde_json::to_value(config).expect("serializes"), expected);
}

#[test]
fn a_resource_type_lists_its_extensions() {
    let user = ResourceType {
        id: "User",
        name: "User",
        description: "A person",
        endpoint: "/Users",
        schema: urn::USER_SCHEMA,
        schema_extensions: vec![SchemaExtension { schema: urn::ENTERPRISE_USER_SCHEMA, required: false }],
        meta: meta("ResourceType", "ResourceTypes/User"),
    };

    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "description": "A person",
        "endpoint": "/Users",
        "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
        "schemaExtensions": [{
            "schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "required": false,
        }],
        "meta": {
            "resourceType": "ResourceType",
            "location": "https://example.com/v2/ResourceTypes/User",
        },
    });
    assert_eq!(serde_json::to_value(user).expect("serializes"), expected);
}
