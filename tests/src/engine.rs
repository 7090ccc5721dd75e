//! The DynamoDB engine under a local service: embedded, or for tests one that runs elsewhere.

use std::env;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread;

use dynoxide::Database;
use serde_json::{Value, json};
use store::Endpoint;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::elsewhere;

/// The name of the table in every embedded engine.
pub const TABLE: &str = "klue-scim-local";

/// A running engine; it stops when dropped.
pub struct Engine {
    /// Where it listens.
    pub url: String,
    /// The name of the table.
    pub table: String,
    /// The data itself, past the protocol. Of an engine elsewhere there is none: who asks for the table is refused.
    pub database: Database,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

/// The engine could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the database engine cannot be started: {0}")]
pub struct EngineError(String);

impl Engine {
    /// The engine that tests want: the one at `DYNAMODB_ENDPOINT`, with a table of its own, or one in memory where
    /// that is unset or empty.
    ///
    /// # Errors
    /// [`EngineError`].
    #[expect(clippy::disallowed_methods, reason = "of the tests, this is the one place that reads it")]
    pub fn of_tests() -> Result<Self, EngineError> {
        match env::var("DYNAMODB_ENDPOINT").ok().filter(|url| !url.is_empty()) {
            Some(url) => Self::elsewhere(url),
            None => Self::in_memory(),
        }
    }

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

    /// Starts an engine on a file that another one has made, and leaves the file as it is.
    ///
    /// # Errors
    /// [`EngineError`], where there is no such file, or no table in it.
    pub fn on_existing(file: &Path) -> Result<Self, EngineError> {
        if !file.is_file() {
            return Err(EngineError(format!("there is no file {}", file.display())));
        }
        let database = Database::new(&file.to_string_lossy()).map_err(failed)?;
        match database.get_table_metadata(TABLE).map_err(failed)? {
            Some(_) => Self::serve_table(database, Ipv4Addr::LOCALHOST),
            None => Err(EngineError(format!("{} has no table {TABLE}", file.display()))),
        }
    }

    /// How a store reaches the engine.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::local(&self.url)
    }

    /// Calls an operation of DynamoDB by its protocol, and waits for the answer.
    ///
    /// # Errors
    /// [`EngineError`], for what the engine refuses too.
    pub fn call(&self, operation: &str, request: &Value) -> Result<Value, EngineError> {
        elsewhere::call(&self.url, operation, request).map_err(EngineError)
    }

    /// A table of its own in an engine that runs already; it goes when this is dropped.
    ///
    /// # Errors
    /// [`EngineError`].
    pub fn elsewhere(url: String) -> Result<Self, EngineError> {
        let table = format!("klue-scim-{}", Uuid::now_v7());
        let engine = Self { url, table, database: Database::memory().map_err(failed)?, stop: None, thread: None };
        engine.call("CreateTable", &description(&engine.table))?;
        Ok(engine)
    }

    fn serve(database: Database, address: Ipv4Addr) -> Result<Self, EngineError> {
        create_table(&database)?;
        Self::serve_table(database, address)
    }

    fn serve_table(database: Database, address: Ipv4Addr) -> Result<Self, EngineError> {
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
        let (url, table) = (format!("http://{address}"), TABLE.to_owned());
        Ok(Self { url, table, database, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if self.thread.is_none() {
            // Elsewhere: the table goes, the engine stays.
            let _ = self.call("DeleteTable", &json!({"TableName": self.table}));
        }
        drop(self.stop.take());
        drop(self.thread.take());
    }
}

/// What makes the table as template.yaml has it.
fn description(table: &str) -> Value {
    let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    json!({
        "TableName": table,
        "KeySchema": keys("pk"),
        "AttributeDefinitions": [attribute("pk"), attribute("sk"), attribute("timeline")],
        "GlobalSecondaryIndexes": [timeline()],
        "BillingMode": "PAY_PER_REQUEST",
    })
}

fn keys(hash: &str) -> Value {
    json!([{"AttributeName": hash, "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}])
}

fn timeline() -> Value {
    json!({"IndexName": "timeline", "KeySchema": keys("timeline"), "Projection": {"ProjectionType": "ALL"}})
}

/// Makes the table; one that was made before its index gets the index.
fn create_table(database: &Database) -> Result<(), EngineError> {
    match database.get_table_metadata(TABLE).map_err(failed)? {
        None => {
            let request = serde_json::from_value(description(TABLE)).map_err(failed)?;
            database.create_table(request).map_err(failed).map(drop)
        }
        Some(table) if table.gsi_definitions.as_deref().is_some_and(|indexes| indexes.contains("timeline")) => Ok(()),
        Some(_) => {
            let request = json!({
                "TableName": TABLE,
                "AttributeDefinitions": description(TABLE)["AttributeDefinitions"],
                "GlobalSecondaryIndexUpdates": [{"Create": timeline()}],
            });
            database.update_table(serde_json::from_value(request).map_err(failed)?).map_err(failed).map(drop)
        }
    }
}

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError(error.to_string())
}
