//! The service as the tests call it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use data_encoding::HEXLOWER;
use directory::{Peppers, SentCall, Usage, UserId};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::{Audit, Clock, CreatedInstance, Endpoint, Store, system_clock};
use tower::ServiceExt;

use crate::access;
use crate::engine::Engine;
use crate::faults::Faults;
use crate::log;
use crate::service::router;

/// A service of its own, with an engine of its own and one instance.
pub struct App {
    /// The engine under the store.
    pub engine: Engine,
    /// The store.
    pub store: Store,
    /// The first instance.
    pub tenant: Tenant,
    router: Router,
    ahead: Arc<AtomicI64>,
}

impl Drop for App {
    fn drop(&mut self) {
        log::assert_discreet();
    }
}

/// An instance and its keys.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// A key of scope `scim`.
    pub scim_key: String,
    /// A key of scope `admin`.
    pub admin_key: String,
}

impl From<&CreatedInstance> for Tenant {
    fn from(created: &CreatedInstance) -> Self {
        Self {
            scim_key: created.scim_key.text.expose().to_owned(),
            admin_key: created.admin_key.text.expose().to_owned(),
        }
    }
}

impl App {
    /// Starts a service on an engine in memory, or the one that the environment names.
    pub async fn start() -> Self {
        let engine = Engine::of_tests().expect("the engine starts");
        let endpoint = engine.endpoint();
        Self::on(engine, &endpoint).await
    }

    /// Starts a service with faults between it and its engine, as soon as a script is played.
    pub async fn with_faults(faults: &Faults) -> Self {
        let engine = Engine::of_tests().expect("the engine starts");
        let endpoint = Endpoint::local(&faults.in_front_of(&engine.url).await);
        Self::on(engine, &endpoint).await
    }

    /// Starts a service that reaches an engine by an endpoint of the test's choice.
    pub async fn on(engine: Engine, endpoint: &Endpoint) -> Self {
        log::start();
        access::start();
        Self::new(engine, endpoint, &new_pepper_secret()).await
    }

    /// Starts a service with a pepper that others know too, and whose log nobody reads: for benchmarks.
    pub async fn unwatched(engine: Engine, pepper_secret: &str) -> Self {
        let endpoint = engine.endpoint();
        Self::new(engine, &endpoint, pepper_secret).await
    }

    async fn new(engine: Engine, endpoint: &Endpoint, pepper_secret: &str) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let peppers = Peppers::from_secret(pepper_secret).expect("a new pepper is good");
        let store = Store::new(endpoint, &engine.table, peppers, clock(&ahead));
        let created = access::noting("create_instance", store.create_instance("Test", "test")).await;
        let tenant = Tenant::from(&created.expect("an instance is made"));
        Self { router: router(&store), engine, store, tenant, ahead }
    }

    /// Makes another instance.
    pub async fn another_tenant(&self) -> Tenant {
        Tenant::from(&self.store.create_instance("Another", "test").await.expect("an instance is made"))
    }

    /// Lets time pass for the service.
    pub fn advance(&self, time: SignedDuration) {
        self.ahead.fetch_add(time.as_secs(), Ordering::Relaxed);
    }

    /// The time by the service's clock.
    pub fn now(&self) -> Timestamp {
        self.store.now()
    }

    /// Every item of the table, as DynamoDB's JSON, in the order of their keys.
    pub fn items(&self) -> Vec<Value> {
        let (mut items, mut request) = (Vec::new(), json!({"TableName": self.engine.table}));
        loop {
            let answer = self.engine.call("Scan", &request).expect("the engine scans");
            items.extend(answer["Items"].as_array().cloned().unwrap_or_default());
            if answer["LastEvaluatedKey"].is_null() {
                break;
            }
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"].clone();
        }
        items.sort_by_key(|item| (item["pk"].to_string(), item["sk"].to_string()));
        items
    }

    /// What the directory holds: every item but the entries of the activity log.
    pub fn data(&self) -> Vec<Value> {
        self.items().into_iter().filter(|item| !is_activity(item)).collect()
    }

    /// The entries of the activity log, oldest first.
    pub fn activity(&self) -> Vec<Value> {
        self.items().into_iter().filter(is_activity).collect()
    }

    /// What an audit finds: nothing, whatever has happened.
    pub async fn inconsistencies(&self) -> Vec<String> {
        let audit = Audit::new(&self.engine.endpoint(), &self.engine.table, 90, clock(&self.ahead));
        let report = audit.run(|_, _| {}).await.expect("the engine answers");
        report.inconsistencies.iter().map(ToString::to_string).collect()
    }

    /// Sends a GET with the SCIM key; so for each method below.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// Sends a POST.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a PUT.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Sends a PATCH.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Sends a DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call(Call::new(method, path).key(&self.tenant.scim_key).json_if(body)).await
    }

    /// Sends a request that the test has put together.
    pub async fn call(&self, call: Call) -> Answer {
        let mut request = Request::new(Body::from(call.body));
        *request.method_mut() = call.method;
        *request.uri_mut() = call.path.parse().expect("a path is a URI");
        *request.headers_mut() = call.headers;
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body in memory is whole").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.into()).expect("an answer is UTF-8"),
            usage: parts.extensions.get::<Usage>().cloned().unwrap_or_default(),
            sent: parts.extensions.get::<Vec<SentCall>>().cloned().unwrap_or_default(),
        }
    }
}

fn is_activity(item: &Value) -> bool {
    item["pk"]["S"].as_str().is_some_and(|pk| pk.contains("#ACTIVITY#"))
}

/// A pepper for a service without Secrets Manager.
pub fn new_pepper_secret() -> String {
    let mut random = [0; 32];
    getrandom::fill(&mut random).expect("the system has random bytes");
    json!({"current": "v1", "v1": HEXLOWER.encode(&random)}).to_string()
}

fn clock(ahead: &Arc<AtomicI64>) -> Clock {
    let (ahead, system) = (Arc::clone(ahead), system_clock());
    Arc::new(move || system() + SignedDuration::from_secs(ahead.load(Ordering::Relaxed)))
}

/// A request to be sent.
#[derive(Clone, Debug)]
pub struct Call {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call {
    /// A request without key and body.
    pub fn new(method: Method, path: &str) -> Self {
        let headers = HeaderMap::from_iter([(http::header::HOST, HeaderValue::from_static("klue.test"))]);
        Self { method, path: path.to_owned(), headers, body: Vec::new() }
    }

    /// With an API key, as `Bearer`.
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        self
    }

    /// With a header that is no text.
    pub fn header_bytes(mut self, name: &'static str, value: &[u8]) -> Self {
        self.headers.insert(name, HeaderValue::from_bytes(value).expect("a header value"));
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/scim+json; charset=utf-8").bytes(body.to_string().into_bytes())
    }

    /// With a body that is what the test says.
    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    fn json_if(self, body: Option<Value>) -> Self {
        match body {
            Some(body) => self.json(&body),
            None => self,
        }
    }
}

/// An answer, printed as status, telling headers and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    /// What the request cost.
    pub usage: Usage,
    /// What DynamoDB was asked.
    pub sent: Vec<SentCall>,
}

impl Answer {
    /// The body as JSON; null where there is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A member of the body by its JSON pointer, as text.
    pub fn text_at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The path of the user in the body.
    pub fn user_path(&self) -> String {
        format!("/scim/v2/Users/{}", self.text_at("/id"))
    }

    /// The calls to DynamoDB in the order of their words, with the length of each text in its place: what an onlooker
    /// without our keys could tell apart.
    pub fn shape_of_calls(&self) -> Vec<String> {
        let shape = |call: &SentCall| {
            let mut body = serde_json::from_slice(&call.body).expect("DynamoDB is asked in JSON");
            measure(&mut body);
            format!("{} {body}", call.target)
        };
        let mut shapes: Vec<_> = self.sent.iter().map(shape).collect();
        // Those that are sent together come in no order.
        shapes.sort();
        shapes
    }

    /// The answer, if it has the status that the test goes on from.
    ///
    /// # Panics
    /// With the whole answer, if it has not.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "expected {status}, got {self}");
        self
    }
}

fn measure(value: &mut Value) {
    match value {
        Value::String(text) => *value = text.len().into(),
        Value::Array(elements) => elements.iter_mut().for_each(measure),
        Value::Object(members) => members.values_mut().for_each(measure),
        _ => {}
    }
}

/// Puts words in the place of what differs from run to run, if it has the form that it must have.
fn redact(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(redact),
        Value::Object(members) => {
            let id = members.get("id").and_then(Value::as_str).map(str::to_owned);
            for (name, member) in members.iter_mut() {
                match (name.as_str(), member.as_str()) {
                    ("id", Some(text)) if text.parse::<UserId>().is_ok() => *member = "[id]".into(),
                    ("created" | "lastModified", Some(text)) if is_millisecond_time(text) => *member = "[time]".into(),
                    _ => redact(member),
                }
            }
            if let (Some(id), Some(Value::String(location))) = (id, value.pointer_mut("/meta/location")) {
                *location = location.replace(&id, "[id]");
            }
        }
        _ => {}
    }
}

fn is_millisecond_time(text: &str) -> bool {
    text.parse::<Timestamp>().is_ok_and(|time| scim::format_date_time(time) == text)
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match serde_json::from_str::<Value>(&self.text) {
            Ok(mut body) => {
                redact(&mut body);
                write!(f, "\n{body:#}")
            }
            Err(_) if self.text.is_empty() => Ok(()),
            Err(_) => write!(f, "\n{}", self.text),
        }
    }
}
