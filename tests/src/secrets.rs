//! A stand-in for Secrets Manager: the one call that the service makes, and the one secret.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use directory::SentCall;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::access;
use crate::faults::Faults;

/// The name of the secret that holds the pepper.
pub const SECRET: &str = "klue-scim/local/pepper";

/// A running stand-in; it stops when dropped.
pub struct SecretsManager {
    /// Where it listens.
    pub url: String,
    /// What goes wrong on the way to it.
    pub faults: Faults,
    secret: Arc<Mutex<String>>,
    server: tokio::task::JoinHandle<()>,
}

impl SecretsManager {
    /// Starts on a free port of an address of this machine, served by the tokio runtime of the caller.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub async fn start(address: Ipv4Addr, secret: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((address, 0)).await?;
        let own = listener.local_addr()?;
        let secret = Arc::new(Mutex::new(secret.to_owned()));
        let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&secret));
        let server = tokio::spawn(async { drop(axum::serve(listener, router).await) });
        let faults = Faults::default();
        let url = faults.in_front_of(&format!("http://{own}")).await;
        Ok(Self { url, faults, secret, server })
    }

    /// Gives the secret a new value.
    pub fn set(&self, secret: &str) {
        secret.clone_into(&mut lock(&self.secret));
    }
}

impl Drop for SecretsManager {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(secret): State<Arc<Mutex<String>>>, headers: HeaderMap, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let target = header("x-amz-target");
    if target != "secretsmanager.GetSecretValue" {
        return failure("UnknownOperationException");
    }
    let caller = header("authorization").split_once("Credential=").and_then(|(_, rest)| rest.split('/').next());
    access::note_call(caller.unwrap_or_default(), &SentCall { target: target.to_owned(), body: body.to_vec() });
    if asked["SecretId"] != SECRET {
        return failure("ResourceNotFoundException");
    }
    let arn = format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:{SECRET}-AbCdEf");
    let secret = lock(&secret).clone();
    let found = json!({"ARN": arn, "Name": SECRET, "SecretString": secret, "VersionStages": ["AWSCURRENT"]});
    respond(StatusCode::OK, &found)
}

fn failure(code: &str) -> Response {
    respond(StatusCode::BAD_REQUEST, &json!({"__type": code, "Message": "The stand-in refuses."}))
}

fn respond(status: StatusCode, body: &Value) -> Response {
    (status, [("content-type", "application/x-amz-json-1.1")], body.to_string()).into_response()
}

fn lock(secret: &Mutex<String>) -> MutexGuard<'_, String> {
    secret.lock().unwrap_or_else(PoisonError::into_inner)
}
