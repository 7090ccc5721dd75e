//! The folder in which `make run` keeps data and secrets, for their owner only.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use directory::Peppers;
use store::Store;

use crate::app::{Tenant, new_pepper_secret};

const PEPPER: &str = "pepper.json";
const CONNECTION: &str = "connection.env";

/// The file that holds the data of a folder.
pub fn database_in(folder: &Path) -> PathBuf {
    folder.join("klue.db")
}

/// The data folder of a local service.
pub struct Folder(PathBuf);

impl Folder {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// In words for whoever started the service; so for each method here.
    pub fn open(path: &Path) -> Result<Self, String> {
        let folder = Self(path.to_owned());
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        // The engine gives its other files the mode of this one.
        let owned = made.and_then(|()| owner_only().append(true).open(folder.database()));
        owned.map_err(|error| format!("the folder {} cannot be used: {error}", path.display()))?;
        Ok(folder)
    }

    /// The file that holds the data.
    pub fn database(&self) -> PathBuf {
        database_in(&self.0)
    }

    /// The file that tells scripts how to reach the service.
    pub fn connection(&self) -> PathBuf {
        self.0.join(CONNECTION)
    }

    /// The pepper of the folder, and the secret that holds it; new ones on the first start.
    pub fn peppers(&self) -> Result<(Peppers, String), String> {
        let secret = match self.read(PEPPER)? {
            Some(secret) => secret,
            None => {
                let secret = new_pepper_secret();
                self.write(PEPPER, &secret)?;
                secret
            }
        };
        match Peppers::from_secret(&secret) {
            Ok(peppers) => Ok((peppers, secret)),
            Err(error) => Err(format!("{}: {error}", self.0.join(PEPPER).display())),
        }
    }

    /// The keys of the demo instance; on the first start the instance is made.
    pub async fn tenant(&self, store: &Store) -> Result<Tenant, String> {
        if let Some(connection) = self.read(CONNECTION)? {
            let value = |name: &str| {
                let line = connection.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
                line.map(str::to_owned).ok_or_else(|| format!("{} has no {name}", self.connection().display()))
            };
            return Ok(Tenant { scim_key: value("SCIM_API_KEY")?, admin_key: value("ADMIN_API_KEY")? });
        }
        let created = store.create_instance("Demo", "make run").await;
        created
            .map(|created| Tenant::from(&created))
            .map_err(|error| format!("the demo instance cannot be made: {error}"))
    }

    /// Writes down how to reach the service, as values by their names.
    pub fn write_connection(&self, values: &[(&str, &str)]) -> Result<(), String> {
        let lines: String = values.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        self.write(CONNECTION, &lines)
    }

    fn read(&self, name: &str) -> Result<Option<String>, String> {
        let path = self.0.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
        }
    }

    /// Writes a file as a whole or not at all, readable by its owner only.
    fn write(&self, name: &str, text: &str) -> Result<(), String> {
        let (path, draft) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let written = owner_only().write(true).truncate(true).open(&draft);
        let written = written.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        let written = written.and_then(|()| fs::rename(&draft, &path));
        written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }
}

/// Opens a file, or makes one that nobody else can read.
fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).mode(0o600);
    options
}
