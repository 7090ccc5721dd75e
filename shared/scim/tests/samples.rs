//! The sample documents of RFC 7643 and RFC 7644, read by the part of the crate that each is about.

mod rfc;

use rfc::{Kind, Sample, all_samples, document, groups, meta, samples, schema, users, word};
use scim::{
    AuthenticationScheme, BulkFeature, ErrorResponse, Feature, Filter, FilterFeature, ListQuery, ListResponse,
    PagePlace, PatchOp, PatchPath, Projection, Resolved, ResourceSchema, ResourceType, SchemaExtension, SchemaResource,
    ScimType, ServiceProviderConfig, Start,
};
use serde::Serialize;
use serde_json::{Value, json};

/// Compares a document with what is written for the same content.
///
/// Members that say what holds without them anyway (RFC 7643 §2.2) may be in one of them only.
#[track_caller]
fn check_written(sample: &Sample, ours: impl Serialize) {
    let mut ours = serde_json::to_value(ours).expect("serializes");
    if sample.value.get("schemas").is_none() {
        ours.as_object_mut().expect("an object").remove("schemas");
    }
    assert_eq!(without_defaults(ours), without_defaults(sample.value.clone()), "{}", sample.name);
}

fn without_defaults(value: Value) -> Value {
    match value {
        Value::Array(elements) => elements.into_iter().map(without_defaults).collect(),
        Value::Object(members) => {
            let says_more = |(name, value): &(String, Value)| match name.as_str() {
                "primary" | "caseExact" | "multiValued" | "required" => value != false,
                "mutability" => value != "readWrite",
                "returned" => value != "default",
                "uniqueness" => value != "none",
                "canonicalValues" | "referenceTypes" => value != &json!([]),
                _ => true,
            };
            let members = members.into_iter().filter(says_more);
            Value::Object(members.map(|(name, value)| (name, without_defaults(value))).collect())
        }
        simple => simple,
    }
}

#[test]
fn no_sample_is_left_unread() {
    // It panics at a document of no known kind; the tests below read every kind.
    let names: std::collections::BTreeSet<_> = all_samples().into_iter().map(|sample| sample.name).collect();
    assert!(names.len() >= 50, "{names:?}");
}

#[test]
fn patches_are_read_and_their_paths_print_back() {
    for Sample { name, value, .. } in samples(Kind::Patch) {
        let patch = PatchOp::from_json(&value).unwrap_or_else(|error| panic!("{name}: {error}"));

        let operations = value["Operations"].as_array().expect("a PATCH has operations");
        assert_eq!(patch.operations.len(), operations.len(), "{name}");
        for (read, written) in patch.operations.iter().zip(operations) {
            assert_eq!(written["op"], read.op.as_str(), "{name}");
            // §3.5.2.2 leaves out a blank once.
            let path = written["path"].as_str().map(|path| path.replace("eq\"", "eq \""));
            assert_eq!(path, read.path.as_ref().map(ToString::to_string), "{name}");
            assert_eq!(written.get("value"), read.value.as_ref(), "{name}");
            if let Some(path) = &read.path {
                let resolved = path.resolve(&users()).or_else(|_| path.resolve(&groups()));
                assert!(resolved.is_ok(), "{name}: {path} is an attribute of users or of groups");
            }
        }
    }
}

#[test]
fn paths_are_read_and_print_back() {
    for sample in samples(Kind::Paths) {
        for line in sample.value.as_array().expect("lines") {
            let line = word(line);
            assert_eq!(PatchPath::parse(line).map(|path| path.to_string()), Ok(line.to_owned()));
        }
    }
}

#[test]
fn filters_are_read_and_fit_the_schemas_of_the_rfc() {
    for sample in samples(Kind::Filters) {
        for line in sample.value.as_array().expect("lines") {
            let filter = Filter::parse(word(line)).unwrap_or_else(|error| panic!("{line}: {error}"));

            assert_eq!(filter.check(&users()), Ok(()), "{line}");
            assert_eq!(Filter::parse(&filter.to_string()), Ok(filter), "{line}");
        }
    }
}

#[test]
fn filters_find_the_users_that_the_rfc_means() {
    let user = document("rfc7643-8.3-user-enterprise.json");
    let lines = samples(Kind::Filters).remove(0).value;
    let matching = lines.as_array().expect("lines").iter().filter(|line| {
        let filter = Filter::parse(word(line)).expect("a filter of the RFC");
        filter.matches(&users(), &user)
    });

    let expected = [
        "title pr",
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ];
    assert_eq!(matching.map(word).collect::<Vec<_>>(), expected);
}

#[test]
fn every_value_of_a_user_or_group_is_found_by_a_filter() {
    for (kind, schema) in [(Kind::User, users()), (Kind::Group, groups())] {
        for sample in samples(kind) {
            check_values(&schema, &sample, &sample.value, "");
            for extension in schema.extensions {
                if let Some(members) = sample.value.get(extension.id) {
                    check_values(&schema, &sample, members, &format!("{}:", extension.id));
                }
            }
        }
    }
}

/// Looks for every value in an object by the path to it, and for the path itself.
fn check_values(schema: &ResourceSchema, sample: &Sample, object: &Value, prefix: &str) {
    for (name, value) in object.as_object().expect("an object") {
        if name.starts_with("urn:") {
            continue;
        }
        let elements = match value {
            Value::Array(elements) => elements.clone(),
            one => vec![one.clone()],
        };
        for element in elements {
            if element.is_object() {
                check_values(schema, sample, &element, &format!("{prefix}{name}."));
            } else {
                check_value(schema, sample, &format!("{prefix}{name}"), &element);
            }
        }
    }
}

fn check_value(schema: &ResourceSchema, sample: &Sample, path: &str, value: &Value) {
    let name = &sample.name;
    let resolved = PatchPath::parse(path).and_then(|path| path.resolve(schema));
    if let Ok(Resolved::Unserved(_)) = resolved {
        return;
    }
    for text in [format!("{path} pr"), format!("{path} eq {value}"), format!("not ({path} ne {value})")] {
        let filter = Filter::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(filter.check(schema), Ok(()), "{name}: {text}");
        assert!(filter.matches(schema, &sample.value), "{name}: {text}");
    }
}

#[test]
fn a_user_is_reduced_to_what_was_asked_for() {
    let mut user = document("rfc7644-3.4.1-get-user-response.json");

    Projection::new(Some("userName"), None)
        .expect("a list of attributes")
        .select(&users())
        .expect("something was asked")
        .apply(&users(), &mut user);

    assert_eq!(user, document("rfc7644-3.9-get-user-partial-response.json"));
}

#[test]
fn a_search_is_read_as_the_query_it_stands_for() {
    for Sample { name, value, .. } in samples(Kind::Search) {
        let joined = |value: &Value| match value {
            Value::Array(names) => names.iter().map(word).collect::<Vec<_>>().join(","),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let members = value.as_object().expect("an object").iter();
        let query = ListQuery::from_pairs(members.map(|(name, value)| (name, joined(value))))
            .unwrap_or_else(|error| panic!("{name}: {error}"));

        assert_eq!(query.filter.map(|filter| filter.to_string()).as_deref(), value["filter"].as_str(), "{name}");
        assert_eq!(value["startIndex"].as_u64().map(Start::Index), Some(query.start), "{name}");
        assert_eq!(value["count"], query.count, "{name}");
        assert_eq!(Projection::new(Some(&joined(&value["attributes"])), None), Ok(query.projection), "{name}");
    }
}

#[test]
fn lists_are_written_as_in_the_rfc() {
    for Sample { name, value, .. } in samples(Kind::List) {
        let resources = value["Resources"].as_array().expect("a list has Resources");
        let list = ListResponse {
            total_results: value["totalResults"].as_u64().expect("a number"),
            place: PagePlace::Index(value["startIndex"].as_u64().unwrap_or(1)),
            resources,
        };

        let ours = serde_json::to_value(list).expect("serializes");

        assert_eq!(ours["itemsPerPage"], resources.len(), "{name}");
        // The RFC abridges its pages, and still counts what is not shown.
        for (member, said) in value.as_object().expect("an object").iter().filter(|(key, _)| *key != "itemsPerPage") {
            assert_eq!(&ours[member], said, "{name}: {member}");
        }
    }
}

#[test]
fn errors_are_written_as_in_the_rfc() {
    use ScimType::{
        InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, InvalidVers, Mutability, NoTarget, Sensitive, TooMany,
        Uniqueness,
    };
    let types = [
        InvalidFilter,
        TooMany,
        Uniqueness,
        Mutability,
        InvalidSyntax,
        InvalidPath,
        NoTarget,
        InvalidValue,
        InvalidVers,
        Sensitive,
    ];
    for sample in samples(Kind::Error) {
        let Value::Object(error) = &sample.value else { panic!("{} is an object", sample.name) };
        let status = word(&error["status"]).parse().expect("a status");
        let scim_type = error
            .get("scimType")
            .map(|keyword| types.into_iter().find(|one| keyword == one.as_str()).expect("a keyword of the RFC"));
        check_written(&sample, ErrorResponse::new(status, scim_type, word(&error["detail"])));
    }
}

#[test]
fn a_configuration_is_written_as_in_the_rfc() {
    for sample in samples(Kind::ServiceProviderConfig) {
        let value = &sample.value;
        let feature = |name: &str| Feature { supported: value[name]["supported"] == true };
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).expect("a number");
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let scheme = |scheme: &Value| AuthenticationScheme {
            kind: word(&scheme["type"]),
            name: word(&scheme["name"]),
            description: word(&scheme["description"]),
            spec_uri: text(&scheme["specUri"]),
            documentation_uri: text(&scheme["documentationUri"]),
            primary: scheme["primary"] == true,
        };
        let config = ServiceProviderConfig {
            documentation_uri: text(&value["documentationUri"]),
            patch: feature("patch"),
            bulk: BulkFeature {
                supported: feature("bulk").supported,
                max_operations: number(&value["bulk"]["maxOperations"]),
                max_payload_size: number(&value["bulk"]["maxPayloadSize"]),
            },
            filter: FilterFeature {
                supported: feature("filter").supported,
                max_results: number(&value["filter"]["maxResults"]),
            },
            change_password: feature("changePassword"),
            sort: feature("sort"),
            etag: feature("etag"),
            pagination: None,
            authentication_schemes: value["authenticationSchemes"]
                .as_array()
                .expect("a list")
                .iter()
                .map(scheme)
                .collect(),
            meta: meta(&value["meta"]),
        };
        check_written(&sample, config);
    }
}

#[test]
fn resource_types_are_written_as_in_the_rfc() {
    for sample in samples(Kind::ResourceType) {
        let value = &sample.value;
        let extension = |extension: &Value| SchemaExtension {
            schema: word(&extension["schema"]),
            required: extension["required"] == true,
        };
        let resource_type = ResourceType {
            id: word(&value["id"]),
            name: word(&value["name"]),
            description: word(&value["description"]),
            endpoint: word(&value["endpoint"]),
            schema: word(&value["schema"]),
            schema_extensions: value["schemaExtensions"].as_array().into_iter().flatten().map(extension).collect(),
            meta: meta(&value["meta"]),
        };
        check_written(&sample, resource_type);
    }
}

#[test]
fn schemas_are_written_as_in_the_rfc() {
    for sample in samples(Kind::Schema) {
        let schema = schema(&sample.value);
        match sample.value.get("meta") {
            Some(moments) => check_written(&sample, SchemaResource { schema: &schema, meta: meta(moments) }),
            None => check_written(&sample, schema),
        }
    }
}

#[test]
fn what_is_in_a_bulk_is_a_document_of_its_own() {
    for Sample { name, value, .. } in samples(Kind::Bulk) {
        for operation in value["Operations"].as_array().expect("a bulk has operations") {
            let method = word(&operation["method"]);
            assert!(["POST", "PUT", "PATCH", "DELETE"].contains(&method), "{name}: {method}");
        }
    }
}
