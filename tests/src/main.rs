//! `make run`: the service on localhost, with its data in a folder.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use store::{Store, system_clock};
use tests::engine::{Engine, TABLE};
use tests::folder::Folder;
use tests::secrets::{SECRET, SecretsManager};
use tests::service::router;
use tests::terminal::Terminal;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Serves Klue SCIM on localhost.
#[derive(Parser)]
#[command(name = "klue-scim")]
struct Arguments {
    /// The port to listen on.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The folder for data and keys; made where there is none.
    #[arg(long, default_value = ".data")]
    data: PathBuf,
    /// An address of this machine on which deployed functions find the same data and pepper; connection.env has
    /// their settings.
    #[arg(long)]
    backends: Option<Ipv4Addr>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("klue-scim: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let port = arguments.port;
    // A signal that comes while the service starts ends it cleanly too.
    let stopped = stopped()?;
    // First of all, so that a service that runs already is not disturbed.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener =
        listener.map_err(|error| format!("port {port} cannot be used: {error}; choose another with PORT=…"))?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();

    let folder = Folder::open(&arguments.data)?;
    let address = arguments.backends.unwrap_or(Ipv4Addr::LOCALHOST);
    let engine = Engine::on_disk(&folder.database(), address).map_err(|error| error.to_string())?;
    let (peppers, secret) = folder.peppers()?;
    let store = Store::new(&engine.endpoint(), TABLE, peppers, system_clock());
    let tenant = folder.tenant(&store).await?;
    let base_url = format!("http://localhost:{port}/scim/v2");
    let console_url = format!("http://localhost:{port}/admin");
    let mut connection = vec![
        ("SCIM_BASE_URL", base_url.as_str()),
        ("CONSOLE_URL", console_url.as_str()),
        ("SCIM_API_KEY", tenant.scim_key.as_str()),
        ("ADMIN_API_KEY", tenant.admin_key.as_str()),
    ];
    // It stops when dropped.
    let secrets;
    if arguments.backends.is_some() {
        secrets = SecretsManager::start(address, &secret).await.map_err(|error| format!("{address}: {error}"))?;
        connection.extend([
            ("TABLE_NAME", TABLE),
            ("PEPPER_SECRET", SECRET),
            ("DYNAMODB_ENDPOINT", engine.url.as_str()),
            ("SECRETS_MANAGER_ENDPOINT", secrets.url.as_str()),
        ]);
    }
    folder.write_connection(&connection)?;
    lambda::init_log("local", || Box::new(Terminal));
    println!("{}", welcome(&base_url, &console_url, &tenant.scim_key, &folder.connection().display().to_string()));

    let (asked, heard) = oneshot::channel::<()>();
    let stop = async {
        stopped.await;
        drop(asked);
    };
    let served = axum::serve(listener, router(&store)).with_graceful_shutdown(stop).into_future();
    // A client that never ends its request must not hold up the end.
    let patience = async {
        let _ = heard.await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = served => ended.map_err(|error| error.to_string()),
        () = patience => Ok(()),
    }
}

/// How long requests under way may take when the service is asked to stop.
const PATIENCE: Duration = Duration::from_secs(3);

/// Ends on Ctrl-C and on SIGTERM.
fn stopped() -> Result<impl Future<Output = ()>, String> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// What a newcomer needs: where the service is, the key, and commands to paste.
fn welcome(base_url: &str, console_url: &str, key: &str, connection: &str) -> String {
    format!(
        r#"Klue SCIM is ready. Stop it with Ctrl-C.

  SCIM base URL  {base_url}
  API key        {key}
  Console        {console_url} (sign in with the admin key)
  For scripts    {connection} (also has the admin key)

Create a user:

  curl -s {base_url}/Users -H 'Authorization: Bearer {key}' -H 'Content-Type: application/scim+json' -d '{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada@example.com","name":{{"givenName":"Ada","familyName":"Lovelace"}},"emails":[{{"value":"ada@example.com","type":"work","primary":true}}]}}'

Find the user:

  curl -s -G {base_url}/Users -H 'Authorization: Bearer {key}' --data-urlencode 'filter=userName eq "ada@example.com"'

Deactivate the user:

  ID=$(curl -s -G {base_url}/Users -H 'Authorization: Bearer {key}' --data-urlencode 'filter=userName eq "ada@example.com"' | sed 's/.*"id":"\([0-9a-f-]*\)".*/\1/')
  curl -s -X PATCH {base_url}/Users/$ID -H 'Authorization: Bearer {key}' -H 'Content-Type: application/scim+json' -d '{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"replace","value":{{"active":false}}}}]}}'
"#
    )
}
