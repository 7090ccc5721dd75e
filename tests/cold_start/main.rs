//! How much CPU a cold start takes: from the start of the process to its first answer, over TLS.
//!
//! `cargo build --release -p get_user`, then `cargo test -p tests --test cold_start`. Not part of a
//! plain `cargo test`, which has no release binary. Reads `/proc`, so it runs on Linux only.
//!
//! aws-lc spends 30 ms of CPU on "jitter entropy" at a process's first handshake, unless it is built
//! without; ring, which the service uses, has none. Nothing else shows such a cost coming back.
//! `tests/cold_start/with_aws_lc.sh` shows that this check does.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use directory::Peppers;
use http::{HeaderMap, HeaderValue, Method, header};
use lambda::EventParts;
use rcgen::CertifiedKey;
use serde_json::{Value, json};
use store::{Store, system_clock};
use tests::app::{Tenant, new_pepper_secret};
use tests::engine::{Engine, TABLE};
use tests::runtime_api::{Launch, release_binary};
use tests::secrets::{SECRET, SecretsManager};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Two to three times what a start takes, and half of what jitter entropy alone does.
const LIMIT_MS: f64 = 15.0;
/// Enough for a median that one disturbed start does not move.
const STARTS: usize = 15;

/// Measures the cold start of `get_user`.
#[derive(Parser)]
struct Arguments {
    /// The binary; the one in target/release if there is none.
    binary: Option<PathBuf>,
    /// Succeed if the start takes too much, to show that this check can fail.
    #[arg(long)]
    must_exceed: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments { binary, must_exceed } = Arguments::parse();
    let binary = binary.unwrap_or_else(|| release_binary("get_user"));

    let mut costs = measure(&binary).await;
    costs.sort_by(f64::total_cmp);
    let (min, median, max) = (costs[0], costs[STARTS / 2], costs[STARTS - 1]);
    println!("CPU of {STARTS} cold starts in ms: min {min:.1}, median {median:.1}, max {max:.1}; limit {LIMIT_MS}");

    match (median > LIMIT_MS, must_exceed) {
        (true, false) => eprintln!("A cold start takes too much CPU: is there jitter entropy at the first handshake?"),
        (false, true) => eprintln!("A cold start was expected to take more than the limit."),
        _ => return ExitCode::SUCCESS,
    }
    ExitCode::FAILURE
}

/// The CPU time of each start, in milliseconds.
async fn measure(binary: &Path) -> Vec<f64> {
    let secret = new_pepper_secret();
    let engine = Engine::in_memory().expect("the engine starts");
    let secrets = SecretsManager::start(Ipv4Addr::LOCALHOST, &secret).await.expect("a port is free");
    let event = event(&engine, &secret).await;

    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate is made");
    let certificate = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cold_start.pem");
    fs::write(&certificate, cert.pem()).expect("the certificate is written");
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("the key is one");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key);
    let tls = TlsAcceptor::from(Arc::new(config.expect("certificate and key fit")));

    let launch = Launch::file(binary)
        .set("TABLE_NAME", TABLE)
        .set("PEPPER_SECRET", SECRET)
        .set("DYNAMODB_ENDPOINT", &behind_tls(&tls, &engine.url).await)
        .set("SECRETS_MANAGER_ENDPOINT", &behind_tls(&tls, &secrets.url).await)
        .set("SSL_CERT_FILE", &certificate.to_string_lossy());
    let mut costs = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let calls = secrets.faults.calls();
        let function = launch.clone().start().await;
        let answer = function.invoke(&event).await.expect("an answer");
        costs.push(cpu_ms(function.id()));
        assert_eq!(answer["statusCode"], 200, "expected the user, got {answer}; {:#?}", function.stop());
        assert_eq!(secrets.faults.calls(), calls + 1, "expected the pepper to be read over TLS");
    }
    costs
}

/// The event of a request for a user who is there.
async fn event(engine: &Engine, secret: &str) -> Value {
    let peppers = Peppers::from_secret(secret).expect("a new pepper is good");
    let store = Store::new(&engine.endpoint(), TABLE, peppers, system_clock());
    let created = store.create_instance("Test", "test").await.expect("an instance is made");
    let authorization = format!("Bearer {}", Tenant::from(&created).scim_key);
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": "ada@example.com", "type": "work"}],
    });
    let value = HeaderValue::from_str(&authorization).expect("a key is a header's value");
    let request = lambda::event(EventParts {
        method: Method::POST,
        path: "/scim/v2/Users".to_owned(),
        headers: HeaderMap::from_iter([(header::AUTHORIZATION, value)]),
        body: user.to_string().into_bytes(),
        ..EventParts::default()
    });
    let user = create_user::handle(&store, &request).await.expect("a user is made").body;
    let id = serde_json::from_str::<Value>(&user).expect("a user is JSON")["id"].clone();
    let path = format!("/scim/v2/Users/{}", id.as_str().unwrap_or_default());
    json!({
        "version": "2.0",
        "routeKey": "GET /scim/v2/Users/{id}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": authorization},
        "pathParameters": {"id": id},
        "requestContext": {
            "domainName": "api.klue.example",
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1"},
            "requestId": "test",
            "routeKey": "GET /scim/v2/Users/{id}",
            "stage": "$default",
        },
        "isBase64Encoded": false,
    })
}

/// Puts TLS in front of a server on this machine and returns the address.
async fn behind_tls(tls: &TlsAcceptor, url: &str) -> String {
    let server = url.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let port = listener.local_addr().expect("a listener has an address").port();
    let tls = tls.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (tls, server) = (tls.clone(), server.clone());
            tokio::spawn(async move {
                let mut client = tls.accept(client).await?;
                let mut server = TcpStream::connect(server).await?;
                tokio::io::copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    format!("https://localhost:{port}")
}

/// What the threads of a process have spent so far; the ticks of `stat` are too coarse for it.
fn cpu_ms(process: u32) -> f64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("the process is there");
    let nanoseconds = threads.map(|thread| {
        let spent = fs::read_to_string(thread.expect("a thread is listed").path().join("schedstat"));
        let spent = spent.expect("the kernel counts what a thread spends");
        spent.split(' ').next().and_then(|spent| spent.parse::<f64>().ok()).expect("the first number is the time spent")
    });
    nanoseconds.sum::<f64>() / 1e6
}
