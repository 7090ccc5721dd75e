//! An HTTP API in front of the binaries: it makes the event of a call and picks the function.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use serde_json::{Value, json};
use tests::access;
use tests::app::new_pepper_secret;
use tests::engine::Engine;
use tests::events::Call;
use tests::runtime_api::{Launch, Process};
use tests::secrets::SecretsManager;

/// The functions of a stage, each started by its first call, and what they need.
pub(super) struct Gateway {
    pub(super) engine: Engine,
    pub(super) secrets: SecretsManager,
    pub(super) admin_key: String,
    pub(super) scim_key: String,
    running: BTreeMap<&'static str, Process>,
}

impl Gateway {
    /// Starts with one instance, made by the binary that operators invoke.
    pub(super) async fn start() -> Self {
        Self::start_with(&new_pepper_secret()).await
    }

    /// As [`Gateway::start`], with a pepper secret of the test's choice.
    pub(super) async fn start_with(secret: &str) -> Self {
        access::start();
        let engine = Engine::in_memory().expect("the engine starts");
        let secrets = SecretsManager::start(Ipv4Addr::LOCALHOST, secret).await.expect("a port is free");
        let (admin_key, scim_key) = (String::new(), String::new());
        let mut gateway = Self { engine, secrets, admin_key, scim_key, running: BTreeMap::new() };
        let created = gateway.invoke("create_instance", &json!({"name": "Test"})).await.expect("an instance is made");
        gateway.admin_key = created["adminKey"].as_str().expect("an admin key").to_owned();
        gateway.scim_key = created["scimKey"].as_str().expect("a SCIM key").to_owned();
        gateway
    }

    /// Invokes a function without a route, as whoever IAM lets in does.
    pub(super) async fn invoke(&mut self, function: &'static str, event: &Value) -> Result<Value, Value> {
        self.running(function).await.invoke(event).await
    }

    /// Sends a call to the function of its route.
    pub(super) async fn send(&mut self, call: Call) -> Answer {
        let answer = self.running(call.function().name()).await.invoke(&call.event()).await;
        Answer(answer.expect("an HTTP function never fails as an invocation"))
    }

    /// The functions that run.
    pub(super) fn running_functions(&self) -> Vec<&'static str> {
        self.running.keys().copied().collect()
    }

    /// Ends a function; the next call starts it anew.
    pub(super) fn stop(&mut self, function: &str) {
        self.running.remove(function);
    }

    /// Ends all functions and returns what they wrote; the next call starts anew.
    pub(super) fn stop_all(&mut self) -> Vec<String> {
        std::mem::take(&mut self.running).into_values().flat_map(Process::stop).collect()
    }

    /// A function that finds the gateway's services.
    pub(super) fn launch(&self, function: &str) -> Launch {
        Launch::of(function).in_stage(&self.engine.url, &self.secrets.url)
    }

    async fn running(&mut self, function: &'static str) -> &Process {
        if !self.running.contains_key(function) {
            let process = self.launch(function).start().await;
            self.running.insert(function, process);
        }
        &self.running[function]
    }
}

/// What a function answers, printed as status and body.
#[derive(Clone, Debug)]
pub(super) struct Answer(Value);

impl Answer {
    pub(super) fn status(&self) -> u64 {
        self.0["statusCode"].as_u64().unwrap_or_default()
    }

    /// The body as JSON; null where there is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(self.0["body"].as_str().unwrap_or_default()).unwrap_or_default()
    }

    /// A member of the body by its JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> String {
        self.json().pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.0["headers"][name].as_str().unwrap_or_default()
    }

    /// The path of the user in the body.
    pub(super) fn user_path(&self) -> String {
        format!("/scim/v2/Users/{}", self.text("/id"))
    }

    /// The answer, if it has the status that the test goes on from.
    #[track_caller]
    pub(super) fn expect(self, status: u64) -> Self {
        assert_eq!(self.status(), status, "expected {status}, got {self}");
        self
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status(), self.json())
    }
}
