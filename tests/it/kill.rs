//! The local service, killed in the middle of writes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use axum::body::Body;
use futures_util::future::join_all;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tests::log;
use tests::seed::seed;

use crate::local::{Folder, free_port, start, wait_until_ready};
use crate::people::person;

const ROUNDS: u32 = 3;
const CLIENTS: u32 = 6;

/// A service in a process of its own, as its clients reach it.
#[derive(Clone)]
struct Service {
    client: Client<HttpConnector, Body>,
    base_url: String,
    key: String,
}

impl Service {
    fn new(folder: &Folder) -> Self {
        let connection = folder.connection();
        let value = |name: &str| {
            let line = connection.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.expect("the file says how to reach the service").to_owned()
        };
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { client, base_url: value("SCIM_BASE_URL").replace("localhost", "127.0.0.1"), key: value("SCIM_API_KEY") }
    }

    /// Sends a request; none where no answer comes.
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Option<(StatusCode, Value)> {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        let request = request.header(AUTHORIZATION, format!("Bearer {}", self.key));
        let request = request.header(CONTENT_TYPE, "application/scim+json").body(body).expect("a request");
        let answer = self.client.request(request).await.ok()?;
        let status = answer.status();
        let bytes = answer.into_body().collect().await.ok()?.to_bytes();
        Some((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    /// Creates users and changes each, until no answer comes; gives each user as it was told last, by its id.
    async fn write(self, start: String) -> BTreeMap<String, Value> {
        let mut told = BTreeMap::new();
        for number in 0.. {
            let body = person(&format!("{start}-{number}"));
            let Some((status, user)) = self.send(Method::POST, "/Users", Some(body)).await else { break };
            assert_eq!(status, StatusCode::CREATED, "{user}");
            let id = user["id"].as_str().expect("a user has an id").to_owned();
            told.insert(id.clone(), user);
            let change = json!({"userName": format!("{start}-{number}-changed")});
            let Some((status, user)) = self.send(Method::PUT, &format!("/Users/{id}"), Some(change)).await else {
                break;
            };
            assert_eq!(status, StatusCode::OK, "{user}");
            told.insert(id, user);
        }
        told
    }
}

/// Starts the service and waits until it answers; its log is read as it comes, for who writes into a full pipe waits.
fn started(folder: &Folder, port: u16) -> Child {
    let mut process = start(&folder.0, port);
    let output = BufReader::new(process.stdout.take().expect("it is piped"));
    thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        lines.filter(|line| line.starts_with('{')).for_each(|line| log::read(&line));
    });
    wait_until_ready(port);
    process
}

/// What the audit says of a folder.
fn audit(folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klue-scim-audit"));
    let output = command.arg("--data").arg(folder).output().expect("the audit starts");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_is_killed_has_what_it_answered_and_nothing_half() {
    let seed = seed();
    println!("SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = Folder::new("kill");
    let port = free_port();
    let mut told = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut process = started(&folder, port);
        let service = Service::new(&folder);
        let clients = (0..CLIENTS).map(|client| tokio::spawn(service.clone().write(format!("u{round}-{client}"))));
        let clients: Vec<_> = clients.collect();
        tokio::time::sleep(Duration::from_millis(random.u64(700..1200))).await;
        // By SIGKILL.
        process.kill().expect("the service is killed");
        process.wait().expect("the service ends");
        for written in join_all(clients).await {
            told.extend(written.expect("a client only gets good answers"));
        }
        assert_eq!(audit(&folder.0).0, Some(0), "SEED={seed}: {}", audit(&folder.0).1);
    }

    let mut process = started(&folder, port);
    let service = Service::new(&folder);
    assert!(told.len() > 20, "SEED={seed}: only {} users were written", told.len());
    for (id, user) in told {
        let (status, found) = service.send(Method::GET, &format!("/Users/{id}"), None).await.expect("an answer");
        assert_eq!(status, StatusCode::OK, "SEED={seed}: {user} was answered and is gone");
        let version = |user: &Value| user["meta"]["version"].as_str().unwrap_or_default().replace(['W', '/', '"'], "");
        // A last change may be written without its answer.
        assert!(found == user || version(&found) == "2" && version(&user) == "1", "SEED={seed}: {user} became {found}");
    }
    assert_eq!(audit(&folder.0).0, Some(0), "SEED={seed}: while it runs");
    process.kill().expect("the service is killed");
    process.wait().expect("the service ends");
}
