//! An HTTP API in front of the binaries: it makes the event of a call and picks the function.

use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

use data_encoding::BASE64;
use http::Method;
use serde_json::{Map, Value, json};
use tests::access;
use tests::app::new_pepper_secret;
use tests::engine::{Engine, TABLE};
use tests::routes::{Function, ROUTES, Route};
use tests::runtime_api::{Launch, Process};
use tests::secrets::{SECRET, SecretsManager};

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

    /// The settings of template.yaml, with what stands in for AWS.
    pub(super) fn launch(&self, function: &str) -> Launch {
        let launch = Launch::of(function);
        if ["console", "discovery", "unsupported"].contains(&function) {
            return launch;
        }
        let launch = launch.set("TABLE_NAME", TABLE).set("DYNAMODB_ENDPOINT", &self.engine.url);
        if function == "sign_in" {
            return launch;
        }
        launch.set("PEPPER_SECRET", SECRET).set("SECRETS_MANAGER_ENDPOINT", &self.secrets.url)
    }

    async fn running(&mut self, function: &'static str) -> &Process {
        if !self.running.contains_key(function) {
            let process = self.launch(function).start().await;
            self.running.insert(function, process);
        }
        &self.running[function]
    }
}

/// By which address a call comes in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Front {
    domain: &'static str,
    stage: &'static str,
    /// What stands in the path before the service's own part.
    prefix: &'static str,
    scheme: &'static str,
    port: &'static str,
}

impl Front {
    const GATEWAY: &'static str = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";
    /// The stage that template.yaml makes.
    pub(super) const DEFAULT_STAGE: Self =
        Self { domain: Self::GATEWAY, stage: "$default", prefix: "", scheme: "https", port: "443" };
    pub(super) const NAMED_STAGE: Self = Self { stage: "dev", prefix: "/dev", ..Self::DEFAULT_STAGE };
    /// A domain of Klue's with a mapping of a path to the API.
    pub(super) const CUSTOM_DOMAIN: Self = Self { domain: "api.klue.example", prefix: "/klue", ..Self::DEFAULT_STAGE };
    /// `sam local start-api`.
    pub(super) const SAM_LOCAL: Self =
        Self { domain: "localhost", scheme: "http", port: "3000", ..Self::DEFAULT_STAGE };
}

/// A request by a client.
#[derive(Clone, Debug)]
pub(super) struct Call {
    method: Method,
    path: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Option<(String, bool)>,
    front: Front,
}

impl Call {
    /// A request by the default stage, without key and body.
    pub(super) fn new(method: Method, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: BTreeMap::new(),
            body: None,
            front: Front::DEFAULT_STAGE,
        }
    }

    pub(super) fn key(mut self, key: &str) -> Self {
        self.headers.insert("authorization".to_owned(), format!("Bearer {key}"));
        self
    }

    pub(super) fn json(self, body: &Value) -> Self {
        self.body(&body.to_string(), false)
    }

    /// A body that the gateway has encoded, as it does with media types that it takes for binary.
    pub(super) fn base64(self, body: &[u8]) -> Self {
        self.body(&BASE64.encode(body), true)
    }

    pub(super) fn body(mut self, body: &str, is_base64: bool) -> Self {
        self.headers.insert("content-type".to_owned(), "application/scim+json".to_owned());
        self.body = Some((body.to_owned(), is_base64));
        self
    }

    pub(super) fn through(mut self, front: Front) -> Self {
        self.front = front;
        self
    }

    /// The function that answers.
    pub(super) fn function(&self) -> Function {
        self.route().map_or(Function::Unsupported, |(route, _)| route.function)
    }

    /// The route, and the part of its path that is not fixed: its name and what it is here.
    fn route(&self) -> Option<(&'static Route, Option<(&'static str, &str)>)> {
        ROUTES.iter().filter(|route| route.method == self.method).find_map(|route| {
            let variable = match route.path.split_once('{').zip(route.path.split_once('}')) {
                None => (route.path == self.path).then_some(None),
                Some(((before, name), (_, after))) => {
                    let value = self.path.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
                    let name = name.split('}').next().unwrap_or_default();
                    value.filter(|value| !value.contains('/')).map(|value| Some((name, value)))
                }
            };
            variable.map(|variable| (route, variable))
        })
    }

    /// The event, payload format 2.0.
    pub(super) fn event(&self) -> Value {
        let Front { domain, stage, prefix, scheme, port } = self.front;
        let route = self.route();
        let route_key = route.map_or("$default".to_owned(), |(route, _)| format!("{} {}", route.method, route.path));
        let raw_path = format!("{prefix}{}", self.path);
        let mut headers = self.headers.clone();
        for (name, value) in [
            ("accept", "application/scim+json"),
            ("host", domain),
            ("user-agent", "identity-provider/1.0"),
            ("x-amzn-trace-id", "Root=1-6743378f-0123456789abcdef01234567"),
            ("x-forwarded-for", "203.0.113.7"),
            ("x-forwarded-port", port),
            ("x-forwarded-proto", scheme),
        ] {
            headers.insert(name.to_owned(), value.to_owned());
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": route_key,
            "rawPath": raw_path,
            "rawQueryString": self.query,
            "headers": headers,
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "a1b2c3d4e5",
                "domainName": domain,
                "domainPrefix": domain.split('.').next(),
                "http": {
                    "method": self.method.as_str(),
                    "path": raw_path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "identity-provider/1.0",
                },
                "requestId": "CAbCdEfGhIjKlMn=",
                "routeKey": route_key,
                "stage": stage,
                "time": "24/Nov/2026:14:25:03 +0000",
                "timeEpoch": 1_795_530_303_000_i64,
            },
            "isBase64Encoded": self.body.as_ref().is_some_and(|(_, is_base64)| *is_base64),
        });
        // The gateway leaves out what there is none of.
        if let Some((_, Some((name, value)))) = route {
            event["pathParameters"] = json!({name: value});
        }
        if let Some((body, _)) = &self.body {
            event["headers"]["content-length"] = json!(body.len().to_string());
            event["body"] = json!(body);
        }
        if !self.query.is_empty() {
            let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
            event["queryStringParameters"] =
                pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>().into();
        }
        event
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
