//! A proxy between the service and what it calls, in which a test decides what becomes of a call.

mod flights;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use self::flights::{Flight, Flights};

/// A call on its way.
pub struct Passing {
    /// The operation, such as `Query`.
    pub operation: String,
    /// What it asks for.
    pub body: Value,
    /// How it stands to the transactions under way.
    pub overlap: Overlap,
}

/// How a write stands to the transactions that are under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// It writes none of their items.
    None,
    /// It writes items of theirs: their positions in it.
    Items(Vec<usize>),
    /// It is one of them, sent once more.
    Itself,
    /// It has been carried out already, and is sent once more.
    Done,
}

/// What becomes of a call.
pub enum Fate {
    /// It arrives.
    Pass,
    /// It arrives later, even if nobody waits for its answer any more.
    Delay(Duration),
    /// It is answered with this, and never arrives.
    Refuse(StatusCode, Value),
    /// It never arrives, and its connection ends.
    DropBefore,
    /// It arrives, and its connection ends without the answer.
    DropAfter,
    /// This arrives in its place.
    Alter(Value),
}

/// Decides what becomes of each call.
pub type Rule = Arc<dyn Fn(&Passing) -> Fate + Send + Sync>;

/// Starts a proxy in front of an address of this machine, for as long as the test's runtime lives; gives its own,
/// with another port.
pub async fn start(behind: &str, rule: Rule) -> String {
    let behind: Uri = behind.parse().expect("the address behind the proxy is a URI");
    let host: Ipv4Addr = behind.host().and_then(|host| host.parse().ok()).unwrap_or(Ipv4Addr::LOCALHOST);
    let listener = TcpListener::bind((host, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("a listener has an address");
    let client = Client::builder(TokioExecutor::new()).build_http();
    let proxy = Arc::new(Proxy { client, behind, rule, flights: Flights::default() });
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(Arc::clone(&proxy), stream));
        }
    });
    format!("http://{address}")
}

async fn serve(proxy: Arc<Proxy>, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| Arc::clone(&proxy).pass(request));
    // Connections end in the middle: that is what they are there for.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

struct Proxy {
    client: Client<HttpConnector, Body>,
    behind: Uri,
    rule: Rule,
    flights: Flights,
}

/// An answer that does not come.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped")]
struct Dropped;

impl Proxy {
    async fn pass(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Dropped> {
        let (parts, body) = request.into_parts();
        let mut bytes = body.collect().await.map_err(|_| Dropped)?.to_bytes();
        let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        let (fate, flight) = self.flights.start(operation, body, |passing| (self.rule)(passing));
        let (mut delay, mut is_told) = (Duration::ZERO, true);
        match fate {
            Fate::Pass => {}
            Fate::Delay(time) => delay = time,
            Fate::Refuse(status, error) => return Ok(answer(status, error.to_string())),
            Fate::DropBefore => return Err(Dropped),
            Fate::DropAfter => is_told = false,
            Fate::Alter(body) => bytes = body.to_string().into(),
        }
        // In a task of its own: what is on its way arrives, although nobody may wait for it any more.
        let arrives = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            self.forward(parts, bytes, flight).await
        });
        let answer = arrives.await.map_err(|_| Dropped)?;
        if is_told { Ok(answer) } else { Err(Dropped) }
    }

    async fn forward(&self, mut parts: Parts, body: Bytes, mut flight: Flight) -> Response<Body> {
        parts.uri = self.behind.clone();
        parts.headers.remove(CONTENT_LENGTH);
        match self.client.request(Request::from_parts(parts, Body::from(body))).await {
            Ok(answer) => {
                flight.land(answer.status().is_success());
                answer.map(Body::new)
            }
            Err(error) => answer(StatusCode::BAD_GATEWAY, error.to_string()),
        }
    }
}

fn answer(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    response
}
