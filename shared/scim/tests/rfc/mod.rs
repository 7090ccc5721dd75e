//! The sample documents, by what they are.

use std::fs;
use std::path::Path;

use scim::{
    Attribute, AttributeType, ENTERPRISE_USER_SCHEMA, ERROR, LIST_RESPONSE, Meta, Mutability, PATCH_OP, RESOURCE_TYPE,
    ResourceSchema, Returned, SERVICE_PROVIDER_CONFIG, Schema, USER_SCHEMA, Uniqueness,
};
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples");

/// What a sample is; a test reads every kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Patch,
    Search,
    List,
    Error,
    ServiceProviderConfig,
    ResourceType,
    Schema,
    User,
    Group,
    /// Is read by what is in it.
    Bulk,
    Filters,
    Paths,
}

/// A sample, or a document within one.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) value: Value,
}

/// Every sample of a kind, also those within others.
pub(crate) fn samples(kind: Kind) -> Vec<Sample> {
    let found: Vec<_> = all_samples().into_iter().filter(|sample| sample.kind == kind).collect();
    assert!(!found.is_empty(), "there is no sample of kind {kind:?}");
    found
}

/// The document of a file.
pub(crate) fn document(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every sample.
///
/// # Panics
/// For a file, or a document within one, that is of no known kind.
pub(crate) fn all_samples() -> Vec<Sample> {
    let mut found = Vec::new();
    let entries = fs::read_dir(FOLDER).expect("there are samples");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry is read").file_name().into_string().expect("a name is UTF-8"))
        .filter(|name| name != "README.md")
        .collect();
    names.sort();
    for name in names {
        assert!(name.starts_with("rfc7643-") || name.starts_with("rfc7644-"), "{name} does not say where it is from");
        let lines = || text(&name).lines().map(Value::from).collect();
        if name.ends_with("-filters.txt") {
            found.push(Sample { kind: Kind::Filters, value: lines(), name });
        } else if name.ends_with("-paths.txt") {
            found.push(Sample { kind: Kind::Paths, value: lines(), name });
        } else {
            add(&name, document(&name), &mut found);
        }
    }
    found
}

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(FOLDER).join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn add(name: &str, value: Value, found: &mut Vec<Sample>) {
    if let Value::Array(documents) = value {
        return documents.into_iter().for_each(|document| add(name, document, found));
    }
    let kind = kind(&value).unwrap_or_else(|| panic!("{name} has a document that no test reads: {value}"));
    let within = match kind {
        Kind::List => value["Resources"].as_array().cloned().unwrap_or_default(),
        Kind::Bulk => value["Operations"].as_array().expect("there are operations").iter().flat_map(in_bulk).collect(),
        _ => vec![],
    };
    found.push(Sample { name: name.to_owned(), kind, value });
    within.into_iter().filter(|document| document != &json!({})).for_each(|document| add(name, document, found));
}

/// The request and the answer in an operation of a bulk.
fn in_bulk(operation: &Value) -> Vec<Value> {
    let mut documents = vec![];
    match operation.get("data") {
        // §3.7.3 shows the operations of a PATCH without the message around them.
        Some(operations @ Value::Array(_)) => documents.push(json!({"schemas": [PATCH_OP], "Operations": operations})),
        Some(data) => documents.push(data.clone()),
        None => {}
    }
    documents.extend(operation.get("response").cloned());
    documents
}

fn kind(value: &Value) -> Option<Kind> {
    let schemas: Vec<_> = value["schemas"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    Some(match schemas.first() {
        Some(&PATCH_OP) => Kind::Patch,
        Some(&"urn:ietf:params:scim:api:messages:2.0:SearchRequest") => Kind::Search,
        Some(&LIST_RESPONSE) => Kind::List,
        Some(&ERROR) => Kind::Error,
        Some(&SERVICE_PROVIDER_CONFIG) => Kind::ServiceProviderConfig,
        Some(&RESOURCE_TYPE) => Kind::ResourceType,
        // As §3.7.3 of RFC 7644 has it.
        Some(&USER_SCHEMA | &"urn:ietf:params:scim:api:messages:2.0:User") => Kind::User,
        Some(&"urn:ietf:params:scim:schemas:core:2.0:Group") => Kind::Group,
        Some(
            &"urn:ietf:params:scim:api:messages:2.0:BulkRequest"
            | &"urn:ietf:params:scim:api:messages:2.0:BulkResponse",
        ) => Kind::Bulk,
        Some(_) => return None,
        None if value["attributes"].is_array() => Kind::Schema,
        None if value["userName"].is_string() => Kind::User,
        None if value["displayName"].is_string() => Kind::Group,
        None => return None,
    })
}

/// Users, as the schemas in RFC 7643 §8.7.1 describe them.
pub(crate) fn users() -> ResourceSchema {
    let extensions = Box::leak(Box::new([schema_of(ENTERPRISE_USER_SCHEMA)]));
    // Shown in §8.2, and missing in the schema.
    ResourceSchema { core: schema_of(USER_SCHEMA), extensions, unserved: &["addresses.primary"] }
}

/// Groups, as the schema in RFC 7643 §8.7.1 describes them.
pub(crate) fn groups() -> ResourceSchema {
    // Shown in §8.4, and missing in the schema.
    let unserved = &["members.display"];
    ResourceSchema { core: schema_of("urn:ietf:params:scim:schemas:core:2.0:Group"), extensions: &[], unserved }
}

fn schema_of(urn: &str) -> &'static Schema {
    let schemas = samples(Kind::Schema);
    let sample = schemas.iter().find(|sample| sample.value["id"] == urn).expect("the RFC has the schema");
    Box::leak(Box::new(schema(&sample.value)))
}

/// A schema, as a document describes it.
pub(crate) fn schema(value: &Value) -> Schema {
    Schema {
        id: word(&value["id"]),
        name: word(&value["name"]),
        description: word(&value["description"]),
        attributes: attributes(&value["attributes"]),
    }
}

fn attributes(values: &Value) -> &'static [Attribute] {
    let attributes: Vec<_> = values.as_array().into_iter().flatten().map(attribute).collect();
    Box::leak(attributes.into_boxed_slice())
}

fn attribute(value: &Value) -> Attribute {
    use AttributeType::{Binary, Boolean, Complex, DateTime, Decimal, Integer, Reference, String};

    let kinds = [String, Boolean, Decimal, Integer, DateTime, Reference, Binary, Complex];
    let kind = kinds.into_iter().find(|kind| value["type"] == kind.as_str()).expect("a type of the RFC");
    Attribute {
        kind,
        multi_valued: value["multiValued"] == true,
        required: value["required"] == true,
        canonical_values: words(&value["canonicalValues"]),
        case_exact: value["caseExact"] == true,
        mutability: one_of(
            &value["mutability"],
            &[Mutability::ReadOnly, Mutability::ReadWrite, Mutability::Immutable, Mutability::WriteOnly],
        ),
        returned: one_of(
            &value["returned"],
            &[Returned::Always, Returned::Never, Returned::Default, Returned::Request],
        ),
        uniqueness: match &value["uniqueness"] {
            Value::Null => Uniqueness::None,
            named => one_of(named, &[Uniqueness::None, Uniqueness::Server, Uniqueness::Global]),
        },
        reference_types: words(&value["referenceTypes"]),
        sub_attributes: attributes(&value["subAttributes"]),
        ..Attribute::string(word(&value["name"]), word(&value["description"]))
    }
}

/// The one of some values that is written in this way.
fn one_of<T: Copy + serde::Serialize>(value: &Value, all: &[T]) -> T {
    let written = |one: &&T| serde_json::to_value(one).expect("serializes") == *value;
    *all.iter().find(written).unwrap_or_else(|| panic!("{value} is none of the RFC"))
}

/// `meta`, as a document has it.
pub(crate) fn meta(value: &Value) -> Meta {
    let moment = |value: &Value| value.as_str().map(|text| text.parse().expect("a moment"));
    Meta {
        resource_type: word(&value["resourceType"]),
        created: moment(&value["created"]),
        last_modified: moment(&value["lastModified"]),
        location: word(&value["location"]).to_owned(),
        version: value["version"].as_str().map(ToOwned::to_owned),
    }
}

/// A text that lives as long as the tables of a schema.
pub(crate) fn word(value: &Value) -> &'static str {
    Box::leak(value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned().into_boxed_str())
}

fn words(values: &Value) -> &'static [&'static str] {
    let words: Vec<_> = values.as_array().into_iter().flatten().map(word).collect();
    Box::leak(words.into_boxed_slice())
}
