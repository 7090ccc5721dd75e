//! The embedded DynamoDB engine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;

use dynoxide::Database;
use serde_json::json;
use store::Endpoint;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// The name of the table in every local engine.
pub const TABLE: &str = "klue-scim-local";

/// A running engine; it stops when dropped.
pub struct Engine {
    /// Where it listens.
    pub url: String,
    /// The data itself, past the protocol.
    pub database: Database,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// The engine could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the database engine cannot be started: {0}")]
pub struct EngineError(String);

impl Engine {
    /// Starts an engine whose data is gone when it stops.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn in_memory() -> Result<Self, EngineError> {
        Self::serve(Database::memory().map_err(failed)?, Ipv4Addr::LOCALHOST)
    }

    /// Starts an engine on a file, which is made where there is none; it listens on an address of this machine.
    ///
    /// # Errors
    /// [`EngineError`], for a file that is not a database of the engine too.
    pub fn on_disk(file: &Path, address: Ipv4Addr) -> Result<Self, EngineError> {
        let database = Database::new(&file.to_string_lossy()).map_err(failed)?;
        // Ten times the writes: what was answered survives the end of the process, not of the power.
        database.enable_bulk_loading().map_err(failed)?;
        Self::serve(database, address)
    }

    /// How a store reaches the engine.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::local(&self.url)
    }

    fn serve(database: Database, address: Ipv4Addr) -> Result<Self, EngineError> {
        create_table(&database)?;
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = std::sync::mpsc::channel();
        let served = database.clone();
        // A runtime of its own: the engine's work blocks the thread it runs on.
        let thread = thread::spawn(move || {
            let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let runtime = runtime.expect("a runtime starts");
            runtime.block_on(async {
                let listener = TcpListener::bind((address, 0)).await;
                let _ = ready.send(listener.as_ref().map_err(ToString::to_string).map(TcpListener::local_addr));
                if let Ok(listener) = listener {
                    let shutdown = async { drop(stopped.await) };
                    let _ = dynoxide::server::serve_with_shutdown(listener, served, shutdown).await;
                }
            });
            // A client's idle connection must not hold up the end.
            runtime.shutdown_background();
        });
        let address: SocketAddr = match started.recv() {
            Ok(Ok(Ok(address))) => address,
            Ok(Ok(Err(error))) => return Err(failed(error)),
            Ok(Err(error)) => return Err(EngineError(format!("{address}: {error}"))),
            Err(error) => return Err(failed(error)),
        };
        Ok(Self { url: format!("http://{address}"), database, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.stop.take());
        drop(self.thread.take());
    }
}

/// The table as template.yaml has it; one that was made before its index gets the index.
fn create_table(database: &Database) -> Result<(), EngineError> {
    let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let keys =
        |hash: &str| json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]);
    let attributes = json!([attribute("pk"), attribute("sk"), attribute("timeline")]);
    let timeline =
        json!({"IndexName": "timeline", "KeySchema": keys("timeline"), "Projection": {"ProjectionType": "ALL"}});
    match database.get_table_metadata(TABLE).map_err(failed)? {
        None => {
            let request = json!({
                "TableName": TABLE,
                "KeySchema": keys("pk"),
                "AttributeDefinitions": attributes,
                "GlobalSecondaryIndexes": [timeline],
                "BillingMode": "PAY_PER_REQUEST",
            });
            database.create_table(serde_json::from_value(request).map_err(failed)?).map_err(failed).map(drop)
        }
        Some(table) if table.gsi_definitions.as_deref().is_some_and(|indexes| indexes.contains("timeline")) => Ok(()),
        Some(_) => {
            let request = json!({
                "TableName": TABLE,
                "AttributeDefinitions": attributes,
                "GlobalSecondaryIndexUpdates": [{"Create": timeline}],
            });
            database.update_table(serde_json::from_value(request).map_err(failed)?).map_err(failed).map(drop)
        }
    }
}

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError(error.to_string())
}
