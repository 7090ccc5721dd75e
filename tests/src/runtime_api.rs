//! Lambda's Runtime API, under which the binary of a function runs as it does when deployed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as PathPart, State};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

use crate::engine::TABLE;
use crate::secrets::SECRET;

/// What Lambda gives a function to get ready.
const INIT: Duration = Duration::from_secs(10);
/// What template.yaml gives a function to answer.
const TIMEOUT: Duration = Duration::from_secs(25);
/// As much as Lambda takes for an answer.
const MAX_ANSWER: usize = 6 * 1024 * 1024;
/// How often a process is looked at while somebody waits for it.
const LOOK: Duration = Duration::from_millis(20);
const REGION: &str = "eu-central-1";

/// Finds the binary of a function in the profile of the test that runs.
///
/// For a test cargo builds the binaries of its own package only, so `cargo build --workspace` has
/// to come first; `make test` does that.
///
/// # Panics
/// If there is no binary, or one that is older than its sources.
pub fn binary(name: &str) -> PathBuf {
    checked(profile_folder().join(name), "cargo build --workspace")
}

/// As [`binary`], in the release profile whatever the test's own is.
///
/// # Panics
/// As [`binary`]; `cargo build --release` builds it.
pub fn release_binary(name: &str) -> PathBuf {
    checked(profile_folder().with_file_name("release").join(name), "cargo build --release")
}

/// Where the test is: in `target/<profile>/deps`.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a process knows its binary");
    test.ancestors().nth(2).expect("cargo puts a test two folders deep").to_owned()
}

fn checked(binary: PathBuf, build: &str) -> PathBuf {
    let shown = binary.display();
    let built = binary.metadata().and_then(|file| file.modified());
    let Ok(built) = built else { panic!("{shown} is missing: `{build}` builds it") };
    // Cargo lists there, for each binary, the sources that went into it.
    let sources = fs::read_to_string(binary.with_extension("d")).unwrap_or_default();
    let sources = sources.split_once(": ").map_or("", |(_, sources)| sources).replace("\\ ", "\0");
    for source in sources.split_whitespace().map(|source| source.replace('\0', " ")) {
        let changed = Path::new(&source).metadata().and_then(|file| file.modified());
        let is_newer = changed.map_or(true, |changed| changed > built);
        assert!(!is_newer, "{shown} is older than {source}: `{build}` builds it anew");
    }
    binary
}

/// A function that is to be started.
#[derive(Clone, Debug)]
pub struct Launch {
    binary: PathBuf,
    settings: BTreeMap<String, String>,
}

impl Launch {
    /// A function by its name; see [`binary`].
    pub fn of(name: &str) -> Self {
        Self::file(&binary(name))
    }

    /// A binary, with the settings that Lambda makes by itself and none else.
    pub fn file(binary: &Path) -> Self {
        let name = binary.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let launch = Self { binary: binary.to_owned(), settings: BTreeMap::new() };
        launch
            .set("AWS_LAMBDA_FUNCTION_NAME", &name)
            .set("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .set("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .set("AWS_LAMBDA_LOG_GROUP_NAME", &format!("/klue-scim/test/{name}"))
            .set("AWS_LAMBDA_LOG_STREAM_NAME", "test")
            .set("AWS_REGION", REGION)
            // By which the services know whose call it is.
            .set("AWS_ACCESS_KEY_ID", &name)
            .set("AWS_SECRET_ACCESS_KEY", "test")
            .set("AWS_SESSION_TOKEN", "test")
    }

    /// With the settings of template.yaml that the function reads, and what stands in for AWS.
    pub fn in_stage(self, dynamodb: &str, secrets_manager: &str) -> Self {
        match self.settings["AWS_LAMBDA_FUNCTION_NAME"].as_str() {
            "console" | "discovery" | "unsupported" => self,
            "sign_in" => self.set("TABLE_NAME", TABLE).set("DYNAMODB_ENDPOINT", dynamodb),
            _ => self
                .set("TABLE_NAME", TABLE)
                .set("DYNAMODB_ENDPOINT", dynamodb)
                .set("PEPPER_SECRET", SECRET)
                .set("SECRETS_MANAGER_ENDPOINT", secrets_manager),
        }
    }

    /// With an environment variable.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Without an environment variable.
    pub fn unset(mut self, name: &str) -> Self {
        self.settings.remove(name);
        self
    }

    /// Starts the process; the Runtime API is served by the tokio runtime of the caller.
    pub async fn start(self) -> Process {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let (events, to_come) = mpsc::unbounded_channel();
        let (polled, ready) = watch::channel(false);
        let api = Arc::new(Api { to_come: to_come.into(), polled, pending: Mutex::default() });
        let server = tokio::spawn(async { drop(axum::serve(listener, router(api)).await) });

        let mut child = Command::new(&self.binary)
            .env_clear()
            .envs(self.settings)
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", self.binary.display()));
        let log = Arc::new(Mutex::new(Vec::new()));
        let readers = vec![
            collect(child.stdout.take().expect("it is piped"), &log),
            collect(child.stderr.take().expect("it is piped"), &log),
        ];
        Process { child: child.into(), events, ready, log, readers, server, invocations: AtomicU64::new(0) }
    }
}

/// A function that runs, one invocation at a time; ended and waited for when dropped.
pub struct Process {
    child: Mutex<Child>,
    events: mpsc::UnboundedSender<Invocation>,
    ready: watch::Receiver<bool>,
    log: Arc<Mutex<Vec<String>>>,
    readers: Vec<thread::JoinHandle<()>>,
    server: tokio::task::JoinHandle<()>,
    invocations: AtomicU64,
}

/// What a function leaves that has ended by itself.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote, line by line.
    pub log: Vec<String>,
}

impl Process {
    /// The CPU that its threads have taken so far; the ticks of `stat` are too coarse for it.
    pub fn cpu(&self) -> Duration {
        let threads = fs::read_dir(self.proc("task")).expect("the process is there");
        let spent = |thread: PathBuf| {
            let text = fs::read_to_string(thread.join("schedstat")).expect("the kernel counts what a thread spends");
            text.split(' ').next().and_then(|spent| spent.parse().ok()).expect("the first number is the time spent")
        };
        threads.map(|thread| Duration::from_nanos(spent(thread.expect("a thread is listed").path()))).sum()
    }

    /// The most memory that it has had so far, in bytes: what Lambda reports as used.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(self.proc("status")).expect("the process is there");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        peak.and_then(|kibibytes| kibibytes.trim().parse::<u64>().ok()).expect("the kernel counts memory") * 1024
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(lock(&self.child).id().to_string()).join(name)
    }

    /// Waits until the function asks for its first event: the end of its init phase.
    ///
    /// # Panics
    /// If it ends instead, or takes longer than Lambda allows.
    pub async fn ready(&self) {
        let mut ready = self.ready.clone();
        self.while_it_runs(INIT, async move { drop(ready.wait_for(|ready| *ready).await) }).await;
    }

    /// Hands an event to the function and waits for its answer; an `Err` is a function error.
    ///
    /// # Panics
    /// If the function ends instead, or takes longer than its timeout.
    pub async fn invoke(&self, event: &Value) -> Result<Value, Value> {
        let count = self.invocations.fetch_add(1, Ordering::Relaxed) + 1;
        let id = format!("00000000-0000-4000-8000-{count:012}");
        let (answer, answered) = oneshot::channel();
        let sent = self.events.send(Invocation { id, event: event.to_string(), answer });
        sent.unwrap_or_else(|_| panic!("the Runtime API has stopped"));
        let answer = self.while_it_runs(INIT + TIMEOUT, answered).await;
        answer.unwrap_or_else(|_| panic!("the Runtime API has stopped"))
    }

    /// Waits until the function ends by itself.
    ///
    /// # Panics
    /// If it does not within what Lambda gives it to get ready.
    pub async fn ended(mut self) -> Ended {
        let started = Instant::now();
        let status = loop {
            match lock(&self.child).try_wait().expect("a child can be waited for") {
                Some(status) => break status,
                None => assert!(started.elapsed() < INIT, "expected the function to end by itself"),
            }
            tokio::time::sleep(LOOK).await;
        };
        Ended { status, log: self.whole_log() }
    }

    /// Ends the function and returns what it wrote, line by line.
    pub fn stop(mut self) -> Vec<String> {
        self.end();
        self.whole_log()
    }

    fn end(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        // One that has ended already cannot be killed, and need not be.
        let _ = child.kill();
        let _ = child.wait();
        self.server.abort();
    }

    fn whole_log(&mut self) -> Vec<String> {
        self.readers.drain(..).for_each(|reader| drop(reader.join()));
        std::mem::take(&mut *lock(&self.log))
    }

    async fn while_it_runs<T>(&self, limit: Duration, outcome: impl Future<Output = T>) -> T {
        let started = Instant::now();
        let problem = async {
            loop {
                tokio::time::sleep(LOOK).await;
                match lock(&self.child).try_wait().expect("a child can be waited for") {
                    Some(status) => break format!("the function has ended with {status}"),
                    None if started.elapsed() > limit => break format!("nothing came within {limit:?}"),
                    None => {}
                }
            }
        };
        tokio::select! {
            outcome = outcome => outcome,
            problem = problem => panic!("{problem}; it wrote:\n{}", lock(&self.log).join("\n")),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// An event on its way, and where its answer is awaited.
struct Invocation {
    id: String,
    event: String,
    answer: oneshot::Sender<Result<Value, Value>>,
}

struct Api {
    to_come: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    polled: watch::Sender<bool>,
    pending: Mutex<Option<Invocation>>,
}

fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        // Its text is in the function's log too; what counts is that the process ends.
        .route("/2018-06-01/runtime/init/error", post(async || StatusCode::ACCEPTED))
        .layer(DefaultBodyLimit::max(MAX_ANSWER))
        .with_state(api)
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    api.polled.send_replace(true);
    let Some(invocation) = api.to_come.lock().await.recv().await else {
        return Err(StatusCode::GONE);
    };
    let deadline = store::system_clock()().as_millisecond() + i64::try_from(TIMEOUT.as_millis()).unwrap_or(i64::MAX);
    let headers = AppendHeaders([
        ("content-type", "application/json".to_owned()),
        ("lambda-runtime-aws-request-id", invocation.id.clone()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", format!("arn:aws:lambda:{REGION}:123456789012:function:test")),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0".to_owned()),
    ]);
    let event = invocation.event.clone();
    *lock(&api.pending) = Some(invocation);
    Ok((headers, event))
}

async fn response(State(api): State<Arc<Api>>, PathPart(id): PathPart<String>, body: Bytes) -> StatusCode {
    api.settle(&id, Ok(read(&body)))
}

async fn error(State(api): State<Arc<Api>>, PathPart(id): PathPart<String>, body: Bytes) -> StatusCode {
    api.settle(&id, Err(read(&body)))
}

impl Api {
    fn settle(&self, id: &str, answer: Result<Value, Value>) -> StatusCode {
        match lock(&self.pending).take_if(|pending| pending.id == id) {
            Some(pending) => {
                // Whoever asked may have given up.
                drop(pending.answer.send(answer));
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

/// The answer as JSON; what is none is kept as text, for a test to fail on.
fn read(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
}

fn collect(output: impl Read + Send + 'static, log: &Arc<Mutex<Vec<String>>>) -> thread::JoinHandle<()> {
    let log = Arc::clone(log);
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            crate::log::read(&line);
            lock(&log).push(line);
        }
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
