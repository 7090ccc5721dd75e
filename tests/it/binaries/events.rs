//! `tests/events`: an HTTP API event for every route, and what operators send to the functions without one.
//!
//! They are made from `tests/sam/requests.json` and the route table, and go through `make sam-test` and
//! `make test-binaries`. A text like `${USER}` in them is filled in there, with a key or with what an answer had.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use http::Method;
use serde_json::Value;
use tests::events::Call;
use tests::routes::{Function, ROUTES};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/events");

/// What is sent, by the name of the event, and the route's key or the function that it goes to.
fn events() -> BTreeMap<String, (String, Value)> {
    let requests: Vec<Value> =
        serde_json::from_str(include_str!("../../sam/requests.json")).expect("the requests are JSON");
    let events: BTreeMap<_, _> = requests.iter().map(event).collect();
    assert_eq!(events.len(), requests.len(), "expected a name of its own for each request");
    events
}

fn event(step: &Value) -> (String, (String, Value)) {
    let name = step["event"].as_str().expect("an event has a name").to_owned();
    let Some(method) = step["request"]["method"].as_str() else {
        return (name.clone(), (name, step["invoke"].clone()));
    };
    let method: Method = method.parse().expect("a method");
    let mut call = Call::new(method, step["request"]["path"].as_str().expect("a request has a path"));
    if let Some(key) = step["key"].as_str() {
        call = call.key(&format!("${{{key}}}"));
    }
    if let Some(body) = step["request"].get("body") {
        let text = body.to_string();
        assert!(!text.contains("${"), "{name}: what is filled into a body would change its length");
        call = call.body(&text, false);
    }
    let (function, event) = (call.function().name(), call.event());
    assert!(name.starts_with(function), "{name} goes to {function}, by whose name it should start");
    (name, (event["routeKey"].as_str().unwrap_or_default().to_owned(), event))
}

#[test]
fn every_route_and_every_function_without_one_has_an_event() {
    let mut expected: BTreeSet<_> = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    expected.extend(["$default", "create_instance", "sign_in"].map(str::to_owned));

    assert_eq!(events().into_values().map(|(target, _)| target).collect::<BTreeSet<_>>(), expected);
    assert!(events().contains_key(Function::Unsupported.name()), "the event of $default");
}

#[test]
fn the_files_are_what_the_route_table_makes_of_the_requests() {
    let mut old = Vec::new();
    for (name, (_, event)) in events() {
        let path = Path::new(FOLDER).join(format!("{name}.json"));
        let text = format!("{event:#}\n");
        if fs::read_to_string(&path).unwrap_or_default() != text {
            fs::write(&path, text).expect("the event is written");
            old.push(name);
        }
    }
    assert!(old.is_empty(), "tests/events has been written anew, look at the change and commit it: {old:?}");

    let files = fs::read_dir(FOLDER).expect("there are events");
    let files = files.map(|file| file.expect("an entry is read").file_name().to_string_lossy().into_owned());
    let expected = events().into_keys().map(|name| format!("{name}.json")).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), expected, "remove what has no request");
}

#[test]
fn no_file_has_a_key() {
    for entry in fs::read_dir(FOLDER).expect("there are events") {
        let path = entry.expect("an entry is read").path();
        let text = fs::read_to_string(&path).expect("an event is text");
        assert!(!text.contains("klue_"), "{} has a key", path.display());
        let event: Value = serde_json::from_str(&text).expect("an event is JSON");
        let key = event.pointer("/headers/authorization").and_then(Value::as_str);
        let placeholders = [None, Some("Bearer ${SCIM_API_KEY}"), Some("Bearer ${ADMIN_API_KEY}")];
        assert!(placeholders.contains(&key), "{}: {key:?}", path.display());
    }
}
