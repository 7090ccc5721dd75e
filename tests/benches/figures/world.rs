//! What functions are measured in: an instance with users, and what stands in for AWS behind TLS.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::Method;
use serde_json::json;
use tests::app::{App, new_pepper_secret};
use tests::engine::Engine;
use tests::runtime_api::Launch;
use tests::secrets::SecretsManager;
use tests::tls::Tls;

use crate::folder::Folder;
use crate::operations::Asked;
use crate::people::{creation, name};

/// As many users as the operations need: the longest page has a thousand, and nobody is deactivated twice.
const USERS: usize = 2_000;

/// An instance with users, and a folder for copies of its table.
pub(crate) struct World {
    /// The service in this process.
    pub(crate) app: App,
    /// The ids of the users, in the order of their rows.
    pub(crate) users: Vec<String>,
    folder: Folder,
    secrets: SecretsManager,
    tls: Tls,
    copies: AtomicUsize,
}

/// A copy of the table behind TLS, for functions of which no other must notice the writes.
pub(crate) struct Stage<'a> {
    world: &'a World,
    dynamodb: String,
    secrets_manager: String,
    _engine: Engine,
}

impl World {
    /// Makes the instance and its users.
    pub(crate) async fn new() -> Self {
        let folder = Folder::new("world");
        let engine = Engine::on_disk(&folder.file("world.db"), Ipv4Addr::LOCALHOST).expect("the engine starts");
        let pepper = new_pepper_secret();
        let app = App::unwatched(engine, &pepper).await;
        let mut users = Vec::new();
        for start in (0..USERS).step_by(1_000) {
            let operations: Vec<_> = (start..start + 1_000).map(|number| creation(&name(number))).collect();
            let answer = app.post("/scim/v2/Bulk", json!({"Operations": operations})).await.expect(200).json();
            let entries = answer["Operations"].as_array().into_iter().flatten();
            let ids = entries.filter_map(|entry| entry["location"].as_str()?.rsplit('/').next().map(str::to_owned));
            users.extend(ids);
        }
        assert_eq!(users.len(), USERS, "each user is made");
        let secrets = SecretsManager::start(Ipv4Addr::LOCALHOST, &pepper).await.expect("a port is free");
        Self { app, users, folder, secrets, tls: Tls::default(), copies: AtomicUsize::new(0) }
    }

    /// A copy of the table as it is now, with keys that have just been used.
    pub(crate) async fn stage(&self) -> Stage<'_> {
        for asked in [Asked::scim(Method::GET, "/Users?count=0"), Asked::admin("/v1/instance")] {
            asked.of(&self.app).await.expect(200);
        }
        let file = self.folder.file(&format!("copy{}.db", self.copies.fetch_add(1, Ordering::Relaxed)));
        self.app.engine.database.vacuum_into(&file.to_string_lossy()).expect("the table is copied");
        let engine = Engine::on_disk(&file, Ipv4Addr::LOCALHOST).expect("the engine starts");
        Stage {
            world: self,
            dynamodb: self.tls.in_front_of(&engine.url).await,
            secrets_manager: self.tls.in_front_of(&self.secrets.url).await,
            _engine: engine,
        }
    }
}

impl Stage<'_> {
    /// A function that runs on this copy.
    pub(crate) fn launch(&self, binary: &Path) -> Launch {
        let launch = Launch::file(binary).in_stage(&self.dynamodb, &self.secrets_manager);
        launch.set("SSL_CERT_FILE", &self.world.tls.certificate.to_string_lossy())
    }
}
