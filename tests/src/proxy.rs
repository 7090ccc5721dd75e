//! A proxy between a store and its engine, in which a test decides what becomes of a call.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use store::Endpoint;
use tokio::net::TcpListener;

/// As much as DynamoDB takes.
const MAX_BODY: usize = 16 * 1024 * 1024;

/// A call on its way to DynamoDB.
pub struct Passing {
    /// The operation, such as `Query`.
    pub operation: String,
    /// What it asks for.
    pub body: Value,
}

/// What becomes of a call.
pub enum Fate {
    /// It reaches the engine.
    Pass,
    /// It reaches the engine later.
    Delay(Duration),
    /// It is answered with this, and never reaches the engine.
    Refuse(StatusCode, Value),
}

/// Decides what becomes of each call.
pub type Rule = Arc<dyn Fn(&Passing) -> Fate + Send + Sync>;

/// Starts a proxy in front of an engine, for as long as the test's runtime lives.
pub async fn start(engine_url: &str, rule: Rule) -> Endpoint {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a loopback port is free");
    let address = listener.local_addr().expect("a listener has an address");
    let client = Client::builder(TokioExecutor::new()).build_http();
    let engine_url: Uri = engine_url.parse().expect("the engine's address is a URI");
    let forward = move |request: Request<Body>| pass(client.clone(), engine_url.clone(), Arc::clone(&rule), request);
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(forward)).await });
    Endpoint::local(&format!("http://{address}"))
}

async fn pass(client: Client<HttpConnector, Body>, engine: Uri, rule: Rule, request: Request<Body>) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
    let passing =
        Passing { operation: operation(&parts.headers), body: serde_json::from_slice(&body).unwrap_or_default() };
    match rule(&passing) {
        Fate::Pass => {}
        Fate::Delay(time) => tokio::time::sleep(time).await,
        Fate::Refuse(status, error) => return answer(status, error.to_string()),
    }
    parts.uri = engine;
    match client.request(Request::from_parts(parts, Body::from(body))).await {
        Ok(answer) => answer.map(Body::new),
        Err(error) => answer(StatusCode::BAD_GATEWAY, error.to_string()),
    }
}

fn answer(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    response
}

fn operation(headers: &HeaderMap) -> String {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default().to_owned()
}
