//! Users for tests.

use http::Method;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};

use crate::openapi;

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A body that creates a user of a name.
pub(crate) fn person(name: &str) -> Value {
    let address = format!("{name}@example.com");
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": address,
        "name": {"givenName": name, "familyName": "Example"},
        "emails": [{"primary": true, "value": address, "type": "work"}],
    })
}

/// A body that creates a user with attributes of the enterprise extension.
pub(crate) fn employee(name: &str, extension: Value) -> Value {
    let mut body = person(name);
    body[ENTERPRISE] = extension;
    body
}

/// A PATCH of operations.
pub(crate) fn operations(operations: Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
}

/// A PATCH of one operation.
pub(crate) fn operation(op: &str, path: &str, value: Value) -> Value {
    operations(json!([{"op": op, "path": path, "value": value}]))
}

/// Sends a request with the admin key, and checks that the answer is as described.
pub(crate) async fn admin(app: &App, method: Method, path: &str, body: Option<Value>) -> Answer {
    let call = Call::new(method.clone(), path).key(&app.tenant.admin_key);
    let answer = app.call(if let Some(body) = &body { call.json(body) } else { call }).await;
    openapi::check(&method, path, body.as_ref(), &answer);
    answer
}

/// Creates a user.
pub(crate) async fn created(app: &App, body: Value) -> Answer {
    app.post("/scim/v2/Users", body).await.expect(201)
}

/// What an answer says of role and group.
pub(crate) fn access(answer: &Answer) -> String {
    let body = answer.json();
    let extension = &body[ENTERPRISE];
    format!("{} {}", extension["klueRole"], extension["visibilityGroup"])
}

/// A text whose moments are replaced by a word.
pub(crate) fn without_times(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let moment = word.trim_end_matches(['.', ',']);
        if moment.parse::<jiff::Timestamp>().is_ok() { word.replace(moment, "[time]") } else { word.to_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The userNames of a page, without their domain.
pub(crate) fn names(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let users = body["Resources"].as_array().expect("a list has Resources");
    users.iter().map(|user| user["userName"].as_str().unwrap_or_default().replace("@example.com", "")).collect()
}
