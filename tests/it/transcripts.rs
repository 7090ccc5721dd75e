//! Transcripts of identity providers, replayed against the service.
//!
//! A folder of `tests/transcripts` is a client. Its `client.json` has the `headers` of its every request; each other
//! file is a scenario, played on an instance without users: `about` says what it shows, `setup` and `steps` are
//! exchanges of a `request` and the `response` that it must have.
//!
//! A request has a `method`, a `path`, maybe `headers` (null takes one of the client's away), and maybe a body: `body`
//! as it stands, or `echo`, the name of a captured body, with `changes` (a merge patch, RFC 7396).
//!
//! A response has a `status`, maybe `headers`, `body`, and `capture`, a name for its body. A body may have more members
//! than are given; arrays are compared element by element. Two responses in an array are those to a request that is
//! sent twice at once, in the order of their status.
//!
//! In place of a value can be `$absent`, `$present`, `$has:TEXT`, `$capture:NAME`, and `$same:NAME` or `$differs:NAME`
//! for a captured one. `${NAME}` in a text is a captured value, `${key}` the API key. An element of an array with
//! `"$for": [1, 103]` stands for an element a number, `${n}` inside it.
//!
//! In every scenario a body is `application/scim+json`, a refusal is a SCIM Error message (RFC 7644 §3.12), and no
//! answer repeats a password.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use http::Method;
use serde_json::{Map, Value, json};
use tests::app::{Answer, App, Call};

type Captured = BTreeMap<String, Value>;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/transcripts");

#[tokio::test]
async fn entra_is_served() {
    replay("entra").await;
}

#[tokio::test]
async fn jumpcloud_is_served() {
    replay("jumpcloud").await;
}

#[tokio::test]
async fn okta_is_served_as_an_app_of_its_catalogue() {
    replay("okta_catalogue").await;
}

#[tokio::test]
async fn okta_is_served_as_an_app_made_in_its_wizard() {
    replay("okta_wizard").await;
}

#[tokio::test]
async fn onelogin_is_served() {
    replay("onelogin").await;
}

#[tokio::test]
async fn ping_is_served() {
    replay("ping").await;
}

#[test]
fn every_client_has_a_test() {
    let clients = ["entra", "jumpcloud", "okta_catalogue", "okta_wizard", "onelogin", "ping"];
    assert_eq!(entries(FOLDER.as_ref()).iter().map(|path| name(path)).collect::<Vec<_>>(), clients);
}

/// Plays every scenario of a client, each up to its first failure, and tells all that fail.
async fn replay(client: &str) {
    let folder = Path::new(FOLDER).join(client);
    let headers = read(&folder.join("client.json"))["headers"].take();
    let scenarios: Vec<_> = entries(&folder).into_iter().filter(|path| name(path) != "client.json").collect();
    assert!(!scenarios.is_empty(), "{client} has no scenarios");
    let mut failures = Vec::new();
    for path in &scenarios {
        if let Err(failure) = play(&headers, &read(path)).await {
            failures.push(format!("{client}/{}: {failure}", name(path)));
        }
    }
    let (failed, all) = (failures.len(), scenarios.len());
    assert!(failures.is_empty(), "{failed} of {all} scenarios failed\n\n{}\n", failures.join("\n\n"));
}

async fn play(headers: &Value, scenario: &Value) -> Result<(), String> {
    only(scenario, &["about", "setup", "steps"])?;
    let app = App::start().await;
    let mut captured = Captured::from([("key".to_owned(), app.tenant.scim_key.as_str().into())]);
    for part in ["setup", "steps"] {
        for (index, step) in elements(&scenario[part]).iter().enumerate() {
            let outcome = exchange(&app, headers, step, &mut captured).await;
            let (method, path) = (&step["request"]["method"], &step["request"]["path"]);
            outcome.map_err(|failure| format!("{part}[{index}] {method} {path}\n{failure}"))?;
        }
    }
    let is_whole = scenario["about"].is_string() && !elements(&scenario["steps"]).is_empty();
    is_whole.then_some(()).ok_or("`about` and `steps` must be there".to_owned())
}

async fn exchange(app: &App, headers: &Value, step: &Value, captured: &mut Captured) -> Result<(), String> {
    only(step, &["request", "response"])?;
    let request = fill(&step["request"], captured);
    only(&request, &["method", "path", "headers", "body", "echo", "changes"])?;
    let body = match request["echo"].as_str() {
        Some(name) => merge(captured.get(name).ok_or(format!("no body is {name}"))?.clone(), &request["changes"]),
        None => request["body"].clone(),
    };
    let call = call(&request, &merge(fill(headers, captured), &request["headers"]), &body)?;
    let expected = step["response"].as_array().cloned().unwrap_or_else(|| vec![step["response"].clone()]);
    let answers = if expected.len() == 1 {
        vec![app.call(call).await]
    } else {
        let (one, other) = tokio::join!(app.call(call.clone()), app.call(call));
        if one.status < other.status { vec![one, other] } else { vec![other, one] }
    };
    let mut differences = Vec::new();
    for (answer, expected) in answers.iter().zip(&expected) {
        only(expected, &["status", "headers", "body", "capture"])?;
        differences.extend(check(answer, expected, captured));
        if body["password"].as_str().is_some_and(|password| answer.text.contains(password)) {
            differences.push("the answer repeats the password".to_owned());
        }
    }
    let as_expected = differences.is_empty() && answers.len() == expected.len();
    differences.extend(answers.into_iter().map(|answer| answer.text));
    if as_expected { Ok(()) } else { Err(differences.join("\n")) }
}

fn call(request: &Value, headers: &Value, body: &Value) -> Result<Call, String> {
    let method = request["method"].as_str().and_then(|method| method.parse::<Method>().ok());
    let path = request["path"].as_str().filter(|path| !path.contains("${"));
    let mut call = Call::new(method.ok_or("what is the method?")?, path.ok_or("what is the path?")?);
    for (name, value) in headers.as_object().into_iter().flatten() {
        if !body.is_null() || name != "Content-Type" {
            call = call.header(name, value.as_str().ok_or(format!("{name} must be a text"))?);
        }
    }
    Ok(if body.is_null() { call } else { call.bytes(body.to_string().into_bytes()) })
}

/// In what an answer differs from the expected one, and from what every answer is like.
fn check(answer: &Answer, expected: &Value, captured: &mut Captured) -> Vec<String> {
    let status = answer.status.as_u16();
    let headers = answer.headers.keys().map(|name| (name.to_string(), answer.header(name.as_str()).into()));
    let mut got = json!({"status": status, "headers": headers.collect::<Map<_, _>>()});
    if let Ok(body) = serde_json::from_str(&answer.text) {
        got["body"] = body;
    }
    let name = expected["capture"].as_str();
    let mut own = merge(expected.clone(), &json!({"capture": null}));
    own["status"] = expected["status"].clone();
    let mut expected = vec![own];
    if !answer.text.is_empty() {
        expected.push(json!({"body": "$present", "headers": {"content-type": "application/scim+json"}}));
    }
    if status >= 400 {
        let schema = "urn:ietf:params:scim:api:messages:2.0:Error";
        expected.push(json!({"body": {"schemas": [schema], "status": status.to_string(), "detail": "$has:"}}));
    }
    let differences = expected.iter().flat_map(|expected| compare("", expected, Some(&got), captured)).collect();
    if let Some(name) = name {
        captured.insert(name.to_owned(), got["body"].take());
    }
    differences
}

fn compare(at: &str, expected: &Value, got: Option<&Value>, captured: &mut Captured) -> Vec<String> {
    let expected = if expected.is_string() { &fill(expected, captured) } else { expected };
    let as_expected = match (expected, got) {
        (Value::Object(members), Some(Value::Object(got))) => {
            let differences =
                members.iter().map(|(name, value)| compare(&format!("{at}/{name}"), value, got.get(name), captured));
            return differences.flatten().collect();
        }
        (Value::Array(_), Some(Value::Array(got))) if elements(expected).len() == got.len() => {
            let pairs = elements(expected).into_iter().zip(got).enumerate();
            let differences =
                pairs.map(|(index, (value, got))| compare(&format!("{at}/{index}"), &value, Some(got), captured));
            return differences.flatten().collect();
        }
        (Value::String(text), got) => match (text.split_once(':').unwrap_or((text, "")), got) {
            (("$absent", ""), got) => got.is_none(),
            (("$present", ""), got) => got.is_some(),
            (("$has", part), Some(got)) => got.as_str().is_some_and(|got| got.contains(part)),
            (("$same", name), Some(got)) => captured.get(name) == Some(got),
            (("$differs", name), Some(got)) => captured.get(name).is_some_and(|value| value != got),
            (("$capture", name), Some(got)) => {
                captured.insert(name.to_owned(), got.clone());
                true
            }
            _ => Some(expected) == got,
        },
        (expected, got) => Some(expected) == got,
    };
    let got = got.map_or("nothing".to_owned(), Value::to_string);
    if as_expected { vec![] } else { vec![format!("{at}: expected {expected}, got {got}")] }
}

/// The elements of an array, with those that `$for` stands for.
fn elements(array: &Value) -> Vec<Value> {
    let expanded = array.as_array().into_iter().flatten().flat_map(|element| {
        let Some((first, last)) = element["$for"][0].as_u64().zip(element["$for"][1].as_u64()) else {
            return vec![element.clone()];
        };
        let element = merge(element.clone(), &json!({"$for": null}));
        (first..=last).map(|n| fill(&element, &Captured::from([("n".to_owned(), n.into())]))).collect()
    });
    expanded.collect()
}

/// Puts captured values in the place of their names.
fn fill(value: &Value, captured: &Captured) -> Value {
    let filled = captured.iter().fold(value.to_string(), |text, (name, value)| {
        let value = value.to_string();
        let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(&value);
        text.replace(&format!("${{{name}}}"), inner)
    });
    serde_json::from_str(&filled).expect("what was captured is a text or a number")
}

/// A value with changes merged into it (RFC 7396), if there are any.
fn merge(value: Value, changes: &Value) -> Value {
    let Value::Object(changes) = changes else { return if changes.is_null() { value } else { changes.clone() } };
    let mut members = value.as_object().cloned().unwrap_or_default();
    for (name, change) in changes {
        let old = members.remove(name).unwrap_or_default();
        if !change.is_null() {
            members.insert(name.clone(), merge(old, change));
        }
    }
    members.into()
}

/// Refuses other members, so that a slip of the pen cannot switch off a check.
fn only(value: &Value, names: &[&str]) -> Result<(), String> {
    let other = value.as_object().and_then(|members| members.keys().find(|name| !names.contains(&name.as_str())));
    other.map_or(Ok(()), |name| Err(format!("`{name}` is not one of {names:?}")))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of transcripts can be read");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("its entries can be read").path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
