//! `make run`, as a newcomer starts it.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use dynoxide::Database;
use serde_json::json;
use tests::engine::{Engine, TABLE};
use tests::secrets::SECRET;

const PROGRAM: &str = env!("CARGO_BIN_EXE_klue-scim");

/// A folder that goes away with the test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("klue-scim-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    pub(crate) fn connection(&self) -> String {
        fs::read_to_string(self.0.join("connection.env")).unwrap_or_default()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Below the ports that the system gives to other tests meanwhile.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 500).unwrap_or_default() * 20;
    let mut ports = std::iter::repeat_with(|| first + NEXT.fetch_add(1, Ordering::Relaxed));
    ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("a loopback port is free")
}

pub(crate) fn start(folder: &Path, port: u16) -> Child {
    let mut command = Command::new(PROGRAM);
    command.args(["--port", &port.to_string(), "--data"]).arg(folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// Waits for the first answer: the port is taken before the service is ready.
pub(crate) fn wait_until_ready(port: u16) {
    let answers = || {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        stream.write_all(b"GET /scim/v2/Schemas HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        stream.read(&mut [0; 12])
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    while !answers().is_ok_and(|bytes| bytes > 0) {
        assert!(Instant::now() < deadline, "the service does not answer on port {port}");
        sleep(Duration::from_millis(20));
    }
}

/// Ends a service by a signal; gives what it printed.
fn stop(mut service: Child, signal: &str) -> String {
    let status = Command::new("kill").args([signal, &service.id().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "the signal is sent");
    let ended = service.wait().expect("the service ends");
    assert!(ended.success(), "{signal} ends the service cleanly, not with {ended}");
    let mut printed = String::new();
    service.stdout.take().expect("output is kept").read_to_string(&mut printed).expect("output is text");
    printed
}

/// Runs a printed command as a newcomer pastes it.
fn paste(commands: &str) -> String {
    let output = Command::new("bash").args(["-c", commands]).output().expect("there is a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The commands under a heading.
fn commands<'a>(printed: &'a str, heading: &str) -> String {
    let lines: Vec<&'a str> =
        printed.lines().skip_while(|line| *line != heading).skip(2).take_while(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn the_printed_commands_work_and_a_second_start_finds_the_same() {
    let folder = Folder::new("commands");
    let port = free_port();
    let service = start(&folder.0, port);
    wait_until_ready(port);
    let first = folder.connection();
    assert!(stop(service, "-INT").contains("Klue SCIM is ready"));

    let service = start(&folder.0, port);
    wait_until_ready(port);
    assert_eq!(folder.connection(), first);
    let key = first.lines().find_map(|line| line.strip_prefix("SCIM_API_KEY=")).expect("the key is in the file");
    let base_url = format!("http://localhost:{port}/scim/v2");
    assert!(first.contains(&format!("SCIM_BASE_URL={base_url}\n")) && first.contains("\nADMIN_API_KEY=klue_"));
    let console = format!("http://localhost:{port}/admin");
    assert!(first.contains(&format!("\nCONSOLE_URL={console}\n")));

    // What was printed can be read only when the service has ended: start once more for it.
    let printed = stop(service, "-TERM");
    assert!(printed.contains(key) && printed.contains(&base_url) && printed.contains(&console));
    let service = start(&folder.0, port);
    wait_until_ready(port);
    let created = paste(&commands(&printed, "Create a user:"));
    assert!(created.contains("\"userName\":\"ada@example.com\""), "created: {created}");
    let found = paste(&commands(&printed, "Find the user:"));
    assert!(found.contains("\"totalResults\":1"), "found: {found}");
    let deactivated = paste(&commands(&printed, "Deactivate the user:"));
    assert!(deactivated.contains("\"active\":false"), "deactivated: {deactivated}");
    let log = stop(service, "-TERM");
    assert!(log.lines().any(|line| line.starts_with("POST /scim/v2/Users 201  (")), "expected requests in {log}");
}

#[test]
fn the_secrets_are_in_the_folder_for_its_owner_only() {
    let folder = Folder::new("secrets");
    let port = free_port();
    let service = start(&folder.0, port);
    wait_until_ready(port);

    let mode = |path: &Path| fs::metadata(path).map(|found| found.permissions().mode() & 0o777).unwrap_or_default();
    assert_eq!(mode(&folder.0), 0o700);
    assert_eq!(mode(&folder.0.join("connection.env")), 0o600);
    assert_eq!(mode(&folder.0.join("pepper.json")), 0o600);
    for file in ["klue.db", "klue.db-wal", "klue.db-shm"] {
        assert_eq!(mode(&folder.0.join(file)), 0o600, "for {file}");
    }
    stop(service, "-TERM");
}

#[tokio::test]
async fn a_folder_from_before_the_index_gets_the_index() {
    let folder = Folder::new("index");
    fs::create_dir_all(&folder.0).expect("a folder is made");
    let file = folder.0.join("klue.db");
    let (timeline, sk) = ("I#a#USER#b", "2026-11-24T12:00:00.000Z#000000000000");
    {
        let database = Database::new(&file.to_string_lossy()).expect("the engine makes a file");
        let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
        let table = json!({
            "TableName": TABLE,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [attribute("pk"), attribute("sk")],
            "BillingMode": "PAY_PER_REQUEST",
        });
        database.create_table(serde_json::from_value(table).expect("a request")).expect("a table is made");
        let item = json!({"pk": {"S": "I#a#ACTIVITY#2026-11-24"}, "sk": {"S": sk}, "timeline": {"S": timeline}});
        let put = json!({"TableName": TABLE, "Item": item});
        database.put_item(serde_json::from_value(put).expect("a request")).expect("an item is written");
    }

    for start in 1..=2 {
        let engine = Engine::on_disk(&file, Ipv4Addr::LOCALHOST).expect("the engine starts");
        let query = json!({
            "TableName": TABLE,
            "IndexName": "timeline",
            "KeyConditionExpression": "timeline = :timeline",
            "ExpressionAttributeValues": {":timeline": {"S": timeline}},
        });
        let found = engine.database.query(serde_json::from_value(query).expect("a request")).expect("an index");
        let found = serde_json::to_value(found).expect("an answer is JSON");
        assert_eq!(found["Items"][0]["sk"]["S"], sk, "at start {start}: {found}");
    }
}

#[test]
fn a_taken_port_is_a_one_line_error() {
    let folder = Folder::new("port");
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port is free");
    let port = taken.local_addr().expect("a listener has an address").port();

    let output = start(&folder.0, port).wait_with_output().expect("the program ends");

    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains(&format!("port {port}")) && told.contains("PORT="), "{told}");
    assert!(!folder.0.exists(), "nothing is made");
}

#[test]
fn a_folder_that_is_no_folder_is_a_one_line_error() {
    let folder = Folder::new("file");
    fs::write(&folder.0, "x").expect("a file is written");

    let output = start(&folder.0, free_port()).wait_with_output().expect("the program ends");

    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.success(), told.lines().count()), (false, 1), "{told}");
    fs::remove_file(&folder.0).expect("the file is removed");
}

#[test]
fn backends_have_their_settings_in_the_connection() {
    let folder = Folder::new("backends");
    let port = free_port();
    let mut command = Command::new(PROGRAM);
    command.args(["--port", &port.to_string(), "--backends", "127.0.0.1", "--data"]).arg(&folder.0);
    let service = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    wait_until_ready(port);

    let connection = folder.connection();
    let value = |name: &str| {
        let found = connection.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("expected {name}")).to_owned()
    };
    assert_eq!((value("TABLE_NAME").as_str(), value("PEPPER_SECRET").as_str()), (TABLE, SECRET));
    for endpoint in ["DYNAMODB_ENDPOINT", "SECRETS_MANAGER_ENDPOINT"] {
        let url = value(endpoint);
        let address = url.strip_prefix("http://127.0.0.1:").expect("it is the address that was asked for");
        let port = address.parse().expect("a port");
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap_or_else(|error| panic!("{endpoint}: {error}"));
    }
    stop(service, "-TERM");
}

#[test]
fn backends_at_an_address_of_another_machine_are_a_one_line_error() {
    let folder = Folder::new("elsewhere");
    let mut command = Command::new(PROGRAM);
    command.args(["--port", "0", "--backends", "203.0.113.1", "--data"]).arg(&folder.0);

    let output = command.output().expect("the program ends");

    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.success(), told.lines().count()), (false, 1), "{told}");
    assert!(told.contains("203.0.113.1"), "{told}");
}
