use http::Method;
use insta::assert_snapshot;
use tests::app::{App, Call};

#[tokio::test]
async fn the_service_says_what_it_can_do() {
    let app = App::start().await;

    assert_snapshot!(app.call(Call::new(Method::GET, "/scim/v2/ServiceProviderConfig")).await, @r#"
    200 OK
    {
      "authenticationSchemes": [
        {
          "description": "An API key of the Klue instance in the header Authorization, with or without the word Bearer",
          "name": "API key",
          "primary": true,
          "specUri": "https://www.rfc-editor.org/info/rfc6750",
          "type": "oauthbearertoken"
        }
      ],
      "bulk": {
        "maxOperations": 1000,
        "maxPayloadSize": 1048576,
        "supported": true
      },
      "changePassword": {
        "supported": false
      },
      "etag": {
        "supported": true
      },
      "filter": {
        "maxResults": 1000,
        "supported": true
      },
      "meta": {
        "location": "http://klue.test/scim/v2/ServiceProviderConfig",
        "resourceType": "ServiceProviderConfig"
      },
      "pagination": {
        "cursor": true,
        "cursorTimeout": 3600,
        "defaultPageSize": 100,
        "defaultPaginationMethod": "index",
        "index": true,
        "maxPageSize": 1000
      },
      "patch": {
        "supported": true
      },
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
      ],
      "sort": {
        "supported": true
      }
    }
    "#);
}

#[tokio::test]
async fn the_user_resource_type_names_its_extension() {
    let app = App::start().await;

    assert_snapshot!(app.call(Call::new(Method::GET, "/scim/v2/ResourceTypes")).await, @r#"
    200 OK
    {
      "Resources": [
        {
          "description": "A person who uses Klue",
          "endpoint": "/Users",
          "id": "User",
          "meta": {
            "location": "http://klue.test/scim/v2/ResourceTypes/[id]",
            "resourceType": "ResourceType"
          },
          "name": "User",
          "schema": "urn:ietf:params:scim:schemas:core:2.0:User",
          "schemaExtensions": [
            {
              "required": false,
              "schema": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
            }
          ],
          "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
          ]
        }
      ],
      "itemsPerPage": 1,
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:ListResponse"
      ],
      "startIndex": 1,
      "totalResults": 1
    }
    "#);
    let one = app.call(Call::new(Method::GET, "/scim/v2/ResourceTypes/User")).await.expect(200);
    assert_eq!(one.text_at("/meta/location"), "http://klue.test/scim/v2/ResourceTypes/User");
}

#[tokio::test]
async fn the_schemas_describe_what_is_enforced() {
    let app = App::start().await;

    let all = app.call(Call::new(Method::GET, "/scim/v2/Schemas")).await.expect(200);

    let body = all.json();
    let mut told = String::new();
    for schema in body["Resources"].as_array().expect("schemas are listed") {
        told += &format!("{}\n", schema["id"]);
        for attribute in schema["attributes"].as_array().expect("a schema has attributes") {
            told += &describe(attribute, "  ");
        }
    }
    assert_snapshot!(told, @r#"
    "urn:ietf:params:scim:schemas:core:2.0:User"
      userName: string required readWrite default unique:server
      name: complex required readWrite default unique:none
        formatted: string readOnly default unique:none
        familyName: string required readWrite default unique:none
        givenName: string required readWrite default unique:none
      displayName: string readOnly default unique:none
      emails: complex multi-valued required readWrite default unique:none
        value: string required readWrite default unique:server
        type: string readWrite default unique:none ["work"]
        primary: boolean readOnly default unique:none
      active: boolean readWrite default unique:none
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      employeeId: string readWrite default unique:none
      klueRole: string readWrite default unique:none ["admin","curator","consumer"]
      visibilityGroup: string readWrite default unique:none
    "#);
}

fn describe(attribute: &serde_json::Value, indent: &str) -> String {
    let flag = |name: &str| attribute[name] == true;
    let word = |name: &str| attribute[name].as_str().unwrap_or_default().to_owned();
    let mut told = format!("{indent}{}: {}", word("name"), word("type"));
    for (flagged, said) in
        [(flag("multiValued"), " multi-valued"), (flag("required"), " required"), (flag("caseExact"), " case-exact")]
    {
        told += if flagged { said } else { "" };
    }
    told += &format!(" {} {} unique:{}", word("mutability"), word("returned"), word("uniqueness"));
    if let Some(values) = attribute.get("canonicalValues") {
        told += &format!(" {values}");
    }
    told += "\n";
    for sub_attribute in attribute["subAttributes"].as_array().into_iter().flatten() {
        told += &describe(sub_attribute, &format!("{indent}  "));
    }
    told
}

#[tokio::test]
async fn a_schema_is_found_by_its_urn() {
    let app = App::start().await;

    for id in [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3AUser",
    ] {
        let schema = app.call(Call::new(Method::GET, &format!("/scim/v2/Schemas/{id}"))).await.expect(200);
        assert_eq!(schema.text_at("/id"), id.replace("%3A", ":"));
    }
    assert_snapshot!(app.call(Call::new(Method::GET, "/scim/v2/Schemas/urn:x")).await, @r#"
    404 Not Found
    {
      "detail": "There is nothing at '/scim/v2/Schemas/urn:x'. The SCIM base URL ends in /scim/v2; users are at /scim/v2/Users.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "status": "404"
    }
    "#);
}

#[tokio::test]
async fn discovery_cannot_be_filtered() {
    let app = App::start().await;

    assert_snapshot!(app.call(Call::new(Method::GET, "/scim/v2/Schemas?filter=id+pr")).await, @r#"
    403 Forbidden
    {
      "detail": "The discovery endpoints cannot be filtered.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "status": "403"
    }
    "#);
}
