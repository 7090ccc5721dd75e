//! Every line that the service logs while it is tested: each is read, and may tell only what it must.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use directory::{InstanceId, KEY_PREFIX, KeyId};
use serde_json::Value;

use crate::routes::ROUTES;

/// What the line of a request has; anything else in it is told by nobody.
const MEMBERS: [&str; 19] = [
    "_aws",
    "level",
    "message",
    "requestId",
    "traceId",
    "instance",
    "keyId",
    "route",
    "status",
    "durationMs",
    "calls",
    "cause",
    "Stage",
    "RoundTrips",
    "RequestUnits",
    "FailedAuthentications",
    "GroupRequests",
    "KeysNearExpiry",
    "TransactionConflicts",
];
/// What the other lines have; `operation` and `status` are of the engine in the same process.
const OTHER_MEMBERS: [&str; 7] = ["timestamp", "level", "message", "cause", "place", "operation", "status"];
/// Names and the password of the people in the tests; an e-mail is known by its `@`.
const PERSONAL: [&str; 5] = ["@", "Example", "Lovelace", "Turing", "correct-horse"];
/// What stands in bodies only.
const OF_BODIES: [&str; 4] = ["urn:ietf:params", "userName", "givenName", "\\\"Operations\\\""];

/// As many of the newest lines are kept for tests that look at their own.
const KEPT: usize = 20_000;

static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());
static NEWEST: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Has the service in this process send its log here.
pub fn start() {
    lambda::init_log("test", || Box::new(Lines));
}

/// Fails the test that calls it where any line so far tells too much.
///
/// # Panics
/// With those lines.
pub fn assert_discreet() {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(found.is_empty() || std::thread::panicking(), "the log tells too much:\n{}", found.join("\n"));
}

/// Reads a line, for [`assert_discreet`].
pub fn read(line: &str) {
    if let Err(problem) = check(line) {
        FOUND.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{problem}: {line}"));
    }
}

/// The newest lines that have a text, such as the id of an instance; the newest last.
pub fn lines_with(text: &str) -> Vec<Value> {
    let newest = NEWEST.lock().unwrap_or_else(PoisonError::into_inner);
    newest.iter().filter(|line| line.contains(text)).filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Whether a line tells no more than it may.
///
/// # Errors
/// What is wrong with it.
pub fn check(line: &str) -> Result<(), String> {
    let Ok(Value::Object(members)) = serde_json::from_str(line) else {
        return Err("it is no JSON object".to_owned());
    };
    for word in PERSONAL.iter().chain(&OF_BODIES) {
        if line.contains(word) {
            return Err(format!("it has '{word}'"));
        }
    }
    if line.contains(KEY_PREFIX) {
        return Err("it has what looks like an API key".to_owned());
    }
    let allowed = if members.contains_key("_aws") { &MEMBERS[..] } else { &OTHER_MEMBERS[..] };
    if let Some(name) = members.keys().find(|name| !allowed.contains(&name.as_str())) {
        return Err(format!("it has a member '{name}'"));
    }
    if !members.contains_key("_aws") {
        return Ok(());
    }
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let route = text("route").unwrap_or_default();
    let is_route = |route: &str| {
        let (method, path) = route.split_once(' ').unwrap_or_default();
        ROUTES.iter().any(|known| known.method.as_str() == method && known.path == path)
    };
    if !["$default", "invocation"].contains(&route) && !is_route(route) {
        return Err("its route is none".to_owned());
    }
    if text("message") != Some(&format!("{route} {}", members["status"])) {
        return Err("its message is not route and status".to_owned());
    }
    if text("instance").is_some_and(|id| id.parse::<InstanceId>().is_err()) {
        return Err("its instance is none".to_owned());
    }
    if text("keyId").is_some_and(|id| id.parse::<KeyId>().is_err()) {
        return Err("its keyId is none".to_owned());
    }
    Ok(())
}

/// Reads what is written to it, line by line.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut newest = NEWEST.lock().unwrap_or_else(PoisonError::into_inner);
        for line in String::from_utf8_lossy(bytes).lines() {
            read(line);
            newest.push_back(line.to_owned());
        }
        let surplus = newest.len().saturating_sub(KEPT);
        newest.drain(..surplus);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
