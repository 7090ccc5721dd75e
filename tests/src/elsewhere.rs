//! A DynamoDB engine that runs elsewhere, asked without the SDK.

use std::thread;

use axum::body::Body;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::runtime::Builder;

/// Engines look at the name in it, and verify nothing.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, \
                             SignedHeaders=host;x-amz-date, Signature=0";

/// Calls an operation and waits, whatever runtime the caller is in.
///
/// # Errors
/// In words: what the engine refused, or why it could not be reached.
pub fn call(url: &str, operation: &str, request: &Value) -> Result<Value, String> {
    thread::scope(|scope| {
        let call = scope.spawn(|| {
            let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
            runtime.block_on(send(url, operation, request))
        });
        call.join().map_err(|_| "the call panicked".to_owned())?
    })
}

async fn send(url: &str, operation: &str, request: &Value) -> Result<Value, String> {
    let request = Request::post(url)
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("x-amz-date", "20260101T000000Z")
        .header("authorization", AUTHORIZATION)
        .body(Body::from(request.to_string()));
    let request = request.map_err(|error| error.to_string())?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.request(request).await.map_err(|error| format!("{url} cannot be reached: {error}"))?;
    let status = answer.status();
    let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    match status {
        StatusCode::OK => serde_json::from_slice(&body).map_err(|error| error.to_string()),
        _ => Err(format!("{operation}: {status} {}", String::from_utf8_lossy(&body))),
    }
}
