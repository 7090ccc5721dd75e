use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::fixtures::CORE;

#[track_caller]
fn check(attribute: Attribute, expected: &Value) {
    assert_eq!(&serde_json::to_value(attribute).expect("serializes"), expected);
}

#[test]
fn a_string_has_the_defaults_of_the_rfc() {
    let expected = json!({
        "name": "title",
        "type": "string",
        "multiValued": false,
        "description": "Position",
        "required": false,
        "caseExact": false,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    });
    check(Attribute::string("title", "Position"), &expected);
}

#[test]
fn every_characteristic_is_listed() {
    let attribute = Attribute::reference("$ref", "Link", &["User", "external"])
        .multi_valued()
        .required()
        .canonical(&["work", "home"])
        .immutable()
        .returned(Returned::Request)
        .unique();
    let expected = json!({
        "name": "$ref",
        "type": "reference",
        "multiValued": true,
        "description": "Link",
        "required": true,
        "canonicalValues": ["work", "home"],
        "caseExact": true,
        "mutability": "immutable",
        "returned": "request",
        "uniqueness": "server",
        "referenceTypes": ["User", "external"],
    });
    check(attribute, &expected);
}

#[test]
fn a_complex_attribute_lists_its_parts_and_has_no_case() {
    const PARTS: &[Attribute] = &[Attribute::date_time("since", "Start").read_only()];
    let expected = json!({
        "name": "period",
        "type": "complex",
        "multiValued": false,
        "description": "Time",
        "required": false,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
        "subAttributes": [{
            "name": "since",
            "type": "dateTime",
            "multiValued": false,
            "description": "Start",
            "required": false,
            "mutability": "readOnly",
            "returned": "default",
            "uniqueness": "none",
        }],
    });
    check(Attribute::complex("period", "Time", PARTS), &expected);
}

#[test]
fn types_are_spelled_as_in_the_rfc() {
    let attributes = [
        (Attribute::string("a", ""), "string"),
        (Attribute::boolean("a", ""), "boolean"),
        (Attribute::decimal("a", ""), "decimal"),
        (Attribute::integer("a", ""), "integer"),
        (Attribute::date_time("a", ""), "dateTime"),
        (Attribute::reference("a", "", &[]), "reference"),
        (Attribute::binary("a", ""), "binary"),
        (Attribute::complex("a", "", &[]), "complex"),
    ];
    for (attribute, expected) in attributes {
        let value = serde_json::to_value(attribute).expect("serializes");
        assert_eq!(value["type"], expected);
        assert_eq!(attribute.kind.as_str(), expected);
        assert_eq!(value.get("caseExact").is_some(), attribute.kind.is_text(), "{expected}");
    }
}

#[test]
fn a_write_only_attribute_is_never_returned() {
    let value = serde_json::to_value(Attribute::string("password", "").write_only());
    let value = value.expect("serializes");
    assert_eq!((&value["mutability"], &value["returned"]), (&json!("writeOnly"), &json!("never")));
}

#[test]
fn a_schema_is_an_entry_of_the_schemas_endpoint() {
    static SCHEMA: Schema = Schema { id: "urn:x:y:Thing", name: "Thing", description: "A thing", attributes: &[] };
    let mut expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": "urn:x:y:Thing",
        "name": "Thing",
        "description": "A thing",
        "attributes": [],
    });
    assert_eq!(serde_json::to_value(SCHEMA).expect("serializes"), expected);

    let meta = Meta {
        resource_type: "Schema",
        created: None,
        last_modified: None,
        location: "https://example.com/v2/Schemas/urn:x:y:Thing".to_owned(),
        version: None,
    };
    expected["meta"] = json!({
        "resourceType": "Schema",
        "location": "https://example.com/v2/Schemas/urn:x:y:Thing",
    });
    let resource = SchemaResource { schema: &SCHEMA, meta };
    assert_eq!(serde_json::to_value(resource).expect("serializes"), expected);
}

#[test]
fn meta_has_its_moments_in_utc() {
    let meta = Meta {
        resource_type: "User",
        created: Some("2026-01-01T01:00:00+01:00".parse().expect("valid")),
        last_modified: Some("2026-01-01T00:00:00.0509Z".parse().expect("valid")),
        location: "https://example.com/v2/Users/1".to_owned(),
        version: Some("W/\"1\"".to_owned()),
    };
    let expected = json!({
        "resourceType": "User",
        "created": "2026-01-01T00:00:00Z",
        "lastModified": "2026-01-01T00:00:00.050Z",
        "location": "https://example.com/v2/Users/1",
        "version": "W/\"1\"",
    });
    assert_eq!(serde_json::to_value(meta).expect("serializes"), expected);
}

#[test]
fn a_moment_is_cut_to_milliseconds() {
    let check = |text: &str, expected: &str| {
        let moment: Timestamp = text.parse().expect(text);
        assert_eq!(format_date_time(moment), expected);
    };
    check("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z");
    check("2026-01-01T00:00:00.0009Z", "2026-01-01T00:00:00Z");
    check("2026-01-01T00:00:00.9999Z", "2026-01-01T00:00:00.999Z");
    check("2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.100Z");
}

#[test]
fn attributes_are_found_in_any_case() {
    let name = CORE.attribute("NAME").expect("in the fixtures");
    assert_eq!(name.name, "name");
    assert_eq!(name.sub_attribute("givenname").map(|part| part.name), Some("givenName"));
    assert_eq!(CORE.attribute("nickName"), None);
}

#[test]
fn common_attributes_have_the_characteristics_of_the_rfc() {
    let id = attribute::find(COMMON_ATTRIBUTES, "id").expect("common");
    assert!(id.case_exact);
    assert_eq!((id.mutability, id.returned), (Mutability::ReadOnly, Returned::Always));

    let external_id = attribute::find(COMMON_ATTRIBUTES, "externalId").expect("common");
    assert!(external_id.case_exact);
    assert_eq!(external_id.mutability, Mutability::ReadWrite);
}
