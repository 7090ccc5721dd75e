//! What the functions ask of AWS while they are tested: the rights that they need.
//!
//! Each test process writes what it sees for the first time into a file of its own; `make test` then has the check of
//! permissions read them all.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use directory::{SentCall, Usage};
use serde_json::Value;

/// A right that a function used, as IAM knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// The name of the function.
    pub function: String,
    /// Such as `dynamodb:Query`, or `dynamodb:Query timeline` for a query of the index.
    pub action: String,
    /// The partition key, with a word in the place of each part that varies; empty for other services.
    pub leading_key: String,
}

/// What this process has seen, and where it writes that.
static FILE: OnceLock<Mutex<(BTreeSet<Access>, File)>> = OnceLock::new();

/// Has this process note what it sees from now on.
pub fn start() {
    FILE.get_or_init(|| {
        fs::create_dir_all(folder()).expect("the folder is made");
        let path = folder().join(std::process::id().to_string());
        let file = OpenOptions::new().create(true).append(true).open(path).expect("the file is made");
        Mutex::new((BTreeSet::new(), file))
    });
}

/// The folder with what was seen.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/access")
}

/// Everything that was seen since the folder was made.
pub fn seen() -> BTreeSet<Access> {
    let files = fs::read_dir(folder()).into_iter().flatten().flatten();
    let texts = files.map(|file| fs::read_to_string(file.path()).expect("what was seen is text"));
    let read = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        Access { function: part(), action: part(), leading_key: part() }
    };
    texts.flat_map(|text| text.lines().map(read).collect::<Vec<_>>()).collect()
}

/// Runs what a function does without a request, and notes what it asked for.
pub async fn noting<T>(function: &str, doing: impl Future<Output = T>) -> T {
    let usage = Usage::recorded();
    let done = usage.clone().scope(doing).await;
    note(function, &usage.take_sent());
    done
}

/// Notes what a function asked for.
pub fn note(function: &str, sent: &[SentCall]) {
    sent.iter().for_each(|call| note_call(function, call));
}

/// Notes a call of a function.
pub fn note_call(function: &str, call: &SentCall) {
    if FILE.get().is_none() {
        return;
    }
    for (action, leading_key) in rights(call) {
        save(Access { function: function.to_owned(), action, leading_key });
    }
}

fn save(access: Access) {
    let Some(file) = FILE.get() else { return };
    let (known, file) = &mut *file.lock().unwrap_or_else(PoisonError::into_inner);
    if known.insert(access.clone()) {
        let Access { function, action, leading_key } = access;
        writeln!(file, "{function}\t{action}\t{leading_key}").expect("what is seen is written down");
    }
}

/// The actions that a call needs, each with the partition key that it needs them on.
fn rights(call: &SentCall) -> Vec<(String, String)> {
    let (service, operation) = call.target.split_once('.').unwrap_or_default();
    if service == "secretsmanager" {
        return vec![(format!("secretsmanager:{operation}"), String::new())];
    }
    let body: Value = serde_json::from_slice(&call.body).expect("DynamoDB is asked in JSON");
    let right = |action: &str, key: &Value| (format!("dynamodb:{action}"), general(key["S"].as_str().unwrap_or("?")));
    match operation {
        "BatchGetItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            let keys = tables.flat_map(|(_, table)| table["Keys"].as_array().into_iter().flatten());
            keys.map(|key| right(operation, &key["pk"])).collect()
        }
        "BatchWriteItem" => {
            let tables = body["RequestItems"].as_object().into_iter().flatten();
            let writes = tables.flat_map(|(_, writes)| writes.as_array().into_iter().flatten());
            writes.map(|write| right(operation, &write["PutRequest"]["Item"]["pk"])).collect()
        }
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten();
            let parts = items.flat_map(|item| item.as_object().into_iter().flatten());
            parts.map(|(part, it)| right(action_of(part), &key_of(it)["pk"])).collect()
        }
        "Query" if body["IndexName"].is_string() => {
            vec![right(
                &format!("Query {}", body["IndexName"].as_str().unwrap_or_default()),
                &body["ExpressionAttributeValues"][":pk"],
            )]
        }
        "Query" => vec![right(operation, &body["ExpressionAttributeValues"][":pk"])],
        _ => vec![right(operation, &key_of(&body)["pk"])],
    }
}

/// The right that a part of a transaction needs.
fn action_of(part: &str) -> &'static str {
    match part {
        "Put" => "PutItem",
        "Update" => "UpdateItem",
        "Delete" => "DeleteItem",
        "ConditionCheck" => "ConditionCheckItem",
        _ => panic!("a transaction has no part '{part}'"),
    }
}

fn key_of(call: &Value) -> &Value {
    if call["Key"].is_object() { &call["Key"] } else { &call["Item"] }
}

/// A partition key as the table in ARCHITECTURE.md has it: `I#<instance>#USERS#0` is `I#*#USERS#*`.
fn general(key: &str) -> String {
    let mut parts: Vec<_> = key.split('#').collect();
    for index in [1, 3] {
        if let Some(part) = parts.get_mut(index) {
            *part = "*";
        }
    }
    parts.join("#")
}
