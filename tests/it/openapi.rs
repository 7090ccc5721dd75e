//! The description of the admin API, against which every answer in its tests is checked.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use http::Method;
use serde_json::{Value, json};
use tests::app::Answer;
use tests::routes::ROUTES;

/// Where the paths of the description start.
const BASE: &str = "/admin/v1";

/// `docs/openapi.json`.
static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../docs/openapi.json")).expect("the description is JSON"));

/// Checks an answer, and the request if it was not refused.
pub(crate) fn check(method: &Method, path: &str, body: Option<&Value>, answer: &Answer) {
    let Some(operation) = operation(method, path) else { panic!("{method} {path} is not described") };
    let status = answer.status;
    let described = operation["responses"].get(status.as_str());
    assert_eq!(described.is_some(), status.is_success(), "{method} {path}: only successes are described one by one");
    let response = resolved(described.unwrap_or(&operation["responses"]["default"]));
    let Some(content) = response.get("content") else {
        return assert_eq!(answer.text, "", "{method} {path}: {status} is described without a body");
    };
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
    let described = content.get(media_type).unwrap_or_else(|| panic!("{method} {path}: {media_type} is not described"));
    let value = if ["application/json", "application/problem+json"].contains(&media_type) {
        answer.json()
    } else {
        answer.text.clone().into()
    };
    conforms(&described["schema"], &value, &format!("{method} {path}: {answer}"));
    if let Some(asked) = operation.pointer("/requestBody/content/application~1json/schema")
        && status.is_success()
    {
        conforms(asked, body.unwrap_or(&Value::Null), &format!("the request {method} {path}"));
    }
}

/// The operation that a path leads to, query string and all.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next()?.strip_prefix(BASE)?;
    let paths = DOCUMENT["paths"].as_object().expect("the description has paths");
    let is_like = |known: &str| {
        let (known, found) = (known.split('/').collect::<Vec<_>>(), path.split('/').collect::<Vec<_>>());
        known.len() == found.len() && known.iter().zip(&found).all(|(known, found)| *known == "{id}" || known == found)
    };
    paths.iter().find(|(known, _)| is_like(known))?.1.get(method.as_str().to_lowercase())
}

fn resolved(part: &Value) -> &Value {
    let reference = part["$ref"].as_str().and_then(|reference| DOCUMENT.pointer(reference.trim_start_matches('#')));
    reference.unwrap_or(part)
}

fn conforms(schema: &Value, value: &Value, what: &str) {
    let whole = json!({"components": DOCUMENT["components"], "allOf": [schema]});
    let validator = jsonschema::draft202012::new(&whole).expect("a schema");
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "not as described: {}\n{what}", errors.join("\n"));
}

#[test]
fn the_routes_are_described_and_no_others() {
    let routes = ROUTES.iter().filter(|route| route.path.starts_with(BASE));
    let routes: BTreeSet<_> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    let mut described = BTreeSet::new();
    for (path, operations) in DOCUMENT["paths"].as_object().expect("the description has paths") {
        let methods =
            operations.as_object().expect("a path has operations").keys().filter(|name| *name != "parameters");
        described.extend(methods.map(|method| format!("{} {BASE}{path}", method.to_uppercase())));
    }

    assert_eq!(described, routes);
}
