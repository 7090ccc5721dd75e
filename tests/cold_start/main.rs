//! How much CPU a cold start takes: from the start of the process to its first answer, over TLS.
//!
//! `cargo build --release -p get_user`, then `cargo test -p tests --test cold_start`. Not part of a
//! plain `cargo test`, which has no release binary. Reads `/proc`, so it runs on Linux only.
//!
//! aws-lc spends 30 ms of CPU on "jitter entropy" at a process's first handshake, unless it is built
//! without; ring, which the service uses, has none. Nothing else shows such a cost coming back.
//! `tests/cold_start/with_aws_lc.sh` shows that this check does.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use http::Method;
use serde_json::{Value, json};
use tests::app::{App, new_pepper_secret};
use tests::engine::Engine;
use tests::events::Call;
use tests::runtime_api::{Launch, release_binary};
use tests::secrets::SecretsManager;
use tests::tls::Tls;

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
    let app = App::unwatched(Engine::in_memory().expect("the engine starts"), &secret).await;
    let secrets = SecretsManager::start(Ipv4Addr::LOCALHOST, &secret).await.expect("a port is free");
    let event = event(&app).await;

    let tls = Tls::default();
    let (dynamodb, pepper) = (tls.in_front_of(&app.engine.url).await, tls.in_front_of(&secrets.url).await);
    let launch = Launch::file(binary).in_stage(&dynamodb, &pepper);
    let launch = launch.set("SSL_CERT_FILE", &tls.certificate.to_string_lossy());
    let mut costs = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let calls = secrets.faults.calls();
        let function = launch.clone().start().await;
        let answer = function.invoke(&event).await.expect("an answer");
        costs.push(function.cpu().as_secs_f64() * 1e3);
        assert_eq!(answer["statusCode"], 200, "expected the user, got {answer}; {:#?}", function.stop());
        assert_eq!(secrets.faults.calls(), calls + 1, "expected the pepper to be read over TLS");
    }
    costs
}

/// The event of a request for a user who is there.
async fn event(app: &App) -> Value {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": "ada@example.com", "type": "work"}],
    });
    let user = app.post("/scim/v2/Users", user).await.expect(201);
    Call::new(Method::GET, &user.user_path()).key(&app.tenant.scim_key).event()
}
