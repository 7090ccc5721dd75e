//! The audit, by which an operator learns whether the items of a table agree.

use std::net::Ipv4Addr;
use std::process::{Command, Output};

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Store, system_clock};
use tests::app::App;
use tests::engine::{Engine, TABLE};
use tests::folder;

use crate::local::Folder;
use crate::people::{admin, created, employee, operation, person};

const GROUPS: &str = "/admin/v1/visibility-groups";

/// A service in which all kinds of things have happened.
async fn eventful_app() -> App {
    let app = App::start().await;
    let sales = admin(&app, Method::POST, GROUPS, Some(json!({"name": "Sales"}))).await.expect(201);
    for name in ["ada", "bob", "eve"] {
        let mut body = employee(name, json!({"visibilityGroup": "Sales"}));
        body["externalId"] = json!(format!("00u-{name}"));
        created(&app, body).await;
    }
    let gus = created(&app, person("gus")).await;
    app.patch(&gus.user_path(), operation("replace", "userName", json!("Gustav"))).await.expect(200);
    app.delete(&gus.user_path()).await.expect(204);
    let again = json!({"method": "POST", "path": "/Users", "bulkId": "1", "data": person("hal")});
    app.post("/scim/v2/Bulk", json!({"Operations": [again]})).await.expect(200);
    app.post("/scim/v2/Users", person("ada")).await.expect(409);
    let new = json!({"description": "Okta", "scope": "scim", "expires": "never"});
    let key = admin(&app, Method::POST, "/admin/v1/api-keys", Some(new)).await.expect(201);
    let path = format!("/admin/v1/api-keys/{}", key.text_at("/id"));
    let rotation = json!({"expires": "never", "grace": "1 hour"});
    admin(&app, Method::POST, &format!("{path}/rotate"), Some(rotation)).await.expect(201);
    admin(&app, Method::DELETE, &path, None).await.expect(204);
    admin(&app, Method::POST, GROUPS, Some(json!({"name": "Support"}))).await.expect(201);
    let path = format!("{GROUPS}/{}?reassignTo=c3VwcG9ydA", sales.text_at("/id"));
    admin(&app, Method::DELETE, &path, None).await.expect(204);
    app
}

fn instance(app: &App) -> &str {
    &app.tenant.scim_key[5..16]
}

/// The key of an item of the instance, by what comes behind the instance in its partition key.
fn key(app: &App, partition: &str, sk: &str) -> Value {
    json!({"pk": {"S": format!("I#{}{partition}", instance(app))}, "sk": {"S": sk}})
}

fn delete(app: &App, key: &Value) {
    let request = json!({"TableName": TABLE, "Key": key});
    app.engine.database.delete_item(serde_json::from_value(request).expect("a request")).expect("an item is gone");
}

fn set(app: &App, key: &Value, attribute: &str, value: Value) {
    let request = json!({
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": "SET #a = :a",
        "ExpressionAttributeNames": {"#a": attribute},
        "ExpressionAttributeValues": {":a": value},
    });
    app.engine.database.update_item(serde_json::from_value(request).expect("a request")).expect("an item is changed");
}

/// The key of the log's first entry of a kind.
fn entry(app: &App, kind: &str) -> Value {
    let entries = app.activity();
    let found = entries.iter().find(|entry| entry["kind"]["S"] == kind).expect("there is such an entry");
    json!({"pk": found["pk"], "sk": found["sk"]})
}

#[tokio::test]
async fn a_table_in_which_all_agrees_is_clean() {
    let app = eventful_app().await;
    app.another_tenant().await;

    assert_eq!(app.inconsistencies().await, [""; 0]);
}

#[tokio::test]
async fn a_table_stays_clean_when_entries_of_the_log_have_gone() {
    let app = eventful_app().await;
    for entry in app.activity() {
        delete(&app, &json!({"pk": entry["pk"], "sk": entry["sk"]}));
    }

    assert_ne!(app.inconsistencies().await, [""; 0], "entries are gone before their time");
    app.advance(SignedDuration::from_hours(24 * 90));
    assert_eq!(app.inconsistencies().await, [""; 0]);
}

/// What breaks a table, and what the audit says of it: the key's end, and the problem.
type Break = (&'static str, fn(&App), &'static [(&'static str, &'static str, &'static str)]);

const BREAKS: [Break; 17] = [
    (
        "a claim is gone",
        |app| delete(app, &key(app, "#USERNAME", "ada@example.com")),
        &[("#USERNAME", "ada@example.com", "missing: the user in row 1 has this userName")],
    ),
    (
        "a claim is another user's",
        |app| {
            let others = key(app, "#EMAIL", "bob@example.com");
            let id = app.items().into_iter().find(|item| item["sk"] == others["sk"] && item["pk"] == others["pk"]);
            set(app, &key(app, "#EMAIL", "ada@example.com"), "id", id.expect("a claim")["id"].clone());
        },
        &[
            ("#EMAIL", "ada@example.com", "the claim is of row 1, and the user in row 1 has this email too"),
            ("#EMAIL", "ada@example.com", "a claim of nobody: row 1 has no user of the id"),
        ],
    ),
    (
        "a claim was not moved",
        |app| set(app, &key(app, "#USERS#0", "0000000002"), "userName", json!({"S": "bert@example.com"})),
        &[
            ("#USERNAME", "bert@example.com", "missing: the user in row 2 has this userName"),
            ("#USERNAME", "bob@example.com", "a claim of nobody: the user in row 2 has another userName, or none"),
        ],
    ),
    (
        "an externalId is not the user's",
        |app| set(app, &key(app, "#USERS#0", "0000000004"), "externalId", json!({"S": "x"})),
        &[("#EXTERNAL", "#0000000004", "missing: the user in row 4 has this externalId")],
    ),
    (
        "a user is gone",
        |app| delete(app, &key(app, "#USERS#0", "0000000005")),
        &[
            ("#USERS#0", "0000000005", "missing: rows 5 to 5; userCount is 5"),
            ("#USERNAME", "hal@example.com", "a claim of nobody: row 5 has no user of the id"),
            ("#EMAIL", "hal@example.com", "a claim of nobody: row 5 has no user of the id"),
            ("", "GROUP#full access", "members is 2, and 1 users are in the group"),
            ("#ACTIVITY#", "T", "an entry of nobody: there is no user of the id"),
        ],
    ),
    (
        "the counter is behind",
        |app| set(app, &key(app, "", "INSTANCE"), "userCount", json!({"N": "4"})),
        &[("#USERS#0", "0000000005", "the row is not one of 1 to userCount, which is 4")],
    ),
    (
        "the counter is ahead",
        |app| set(app, &key(app, "", "INSTANCE"), "userCount", json!({"N": "9"})),
        &[("#USERS#0", "0000000006", "missing: rows 6 to 9; userCount is 9")],
    ),
    (
        "members are miscounted",
        |app| set(app, &key(app, "", "GROUP#support"), "members", json!({"N": "7"})),
        &[("", "GROUP#support", "members is 7, and 3 users are in the group")],
    ),
    (
        "a group is gone",
        |app| delete(app, &key(app, "", "GROUP#full access")),
        &[
            ("", "INSTANCE", "the default group 'Full Access' is not there, or not open"),
            ("#USERS#0", "0000000004", "the user's group 'Full Access' does not exist"),
            ("#USERS#0", "0000000005", "the user's group 'Full Access' does not exist"),
        ],
    ),
    (
        "a write is not in the log",
        |app| delete(app, &entry(app, "userDeleted")),
        &[("#USERS#0", "0000000004", "version is 3, and the log has 1 changes of the user")],
    ),
    (
        "a creation is not in the log",
        |app| delete(app, &entry(app, "userCreated")),
        &[("#USERS#0", "0000000001", "the log has 0 entries of the user's creation")],
    ),
    (
        "a version is older than the log",
        |app| set(app, &key(app, "#USERS#0", "0000000004"), "version", json!({"N": "2"})),
        &[("#USERS#0", "0000000004", "version is 2, and the log has 2 changes of the user")],
    ),
    (
        "a change is of another time",
        |app| {
            let later = app.now().as_millisecond() + 1;
            set(app, &key(app, "#USERS#0", "0000000001"), "lastModified", json!({"N": later.to_string()}));
        },
        &[("#USERS#0", "0000000001", "lastModified is ")],
    ),
    (
        "a key set missed a change",
        |app| set(app, &key(app, "#KEYS", "KEYSET"), "version", json!({"N": "2"})),
        &[("#KEYS", "KEYSET", "version is 2, and the log has 3 changes of keys")],
    ),
    (
        "a key is gone",
        |app| delete(app, &key(app, "#KEYS", &format!("KEY#{}", &app.tenant.scim_key[16..25]))),
        &[("#KEYS", "KEYSET", "there are 3 keys, and by the log there should be 4")],
    ),
    (
        "an item cannot be read",
        |app| set(app, &key(app, "#USERS#0", "0000000005"), "role", json!({"S": "pope"})),
        &[("#USERS#0", "0000000005", "the item cannot be read: ")],
    ),
    (
        "an item is not of the service",
        |app| set(app, &key(app, "#NOTES", "1"), "text", json!({"S": "x"})),
        &[("#NOTES", "1", "the service writes no item of such a key")],
    ),
];

#[tokio::test]
async fn each_inconsistency_is_named_with_its_keys_and_left_as_it_is() {
    for (name, breaks, expected) in BREAKS {
        let app = eventful_app().await;
        breaks(&app);
        let before = app.items();

        let found = app.inconsistencies().await;

        for (partition, sk, problem) in expected {
            let start = format!("pk \"I#{}{partition}", instance(&app));
            let is_told = |line: &&String| {
                line.starts_with(&start) && line.contains(sk) && line.contains(&format!(": {problem}"))
            };
            assert!(found.iter().any(|line| is_told(&line)), "when {name}: expected {problem} in {found:#?}");
        }
        assert_eq!(app.items(), before, "when {name}");
    }
}

/// What the program says, in an environment with credentials for a local engine.
fn audit(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klue-scim-audit"));
    let command = command.args(arguments).env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it prints text");
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn the_exit_code_tells_a_clean_table_from_another_and_from_none() {
    let data = Folder::new("audit");
    let folder = folder::Folder::open(&data.0).expect("a folder is made");
    let path = data.0.to_str().expect("a path is text");
    let (code, told, problem) = audit(&["--data", &format!("{path}/nothing")]);
    assert_eq!((code, told.as_str()), (Some(2), ""));
    assert!(problem.contains("there is no file") && problem.lines().count() == 1, "{problem}");

    let engine = Engine::on_disk(&folder.database(), Ipv4Addr::LOCALHOST).expect("the engine starts");
    let (peppers, _) = folder.peppers().expect("a pepper is made");
    let store = Store::new(&engine.endpoint(), TABLE, peppers, system_clock());
    let created = store.create_instance("Demo", "test").await.expect("an instance is made");
    let (code, told, problem) = audit(&["--data", path]);
    assert_eq!((code, problem.as_str()), (Some(0), ""));
    assert_eq!(told, "6 items, 1 instances, 0 users: 0 inconsistencies\n");

    let of_stage = |table: &str| audit(&["--table", table, "--region", "us-east-1", "--endpoint", &engine.url]);
    assert_eq!(of_stage(TABLE), (Some(0), told, String::new()));
    let (code, told, problem) = of_stage("another");
    assert!(code == Some(2) && told.is_empty() && problem.contains("the table another cannot be read"), "{problem}");

    let group = json!({"pk": {"S": format!("I#{}", created.instance.id)}, "sk": {"S": "GROUP#full access"}});
    let delete = json!({"TableName": TABLE, "Key": group});
    engine.database.delete_item(serde_json::from_value(delete).expect("a request")).expect("the group is gone");
    let (code, told, _) = audit(&["--data", path]);
    assert_eq!((code, told.lines().count()), (Some(1), 2), "{told}");

    let (code, _, problem) = audit(&["--activity-days", "0"]);
    assert!(code == Some(2) && problem.contains("--activity-days"), "{problem}");
}
