//! The pepper, read from Secrets Manager and kept.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use directory::{Error, Peppers};
use tokio::sync::Mutex;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// Seconds after which a client may try again: when the secret may be read again.
const RETRY_AFTER: u32 = 10;
/// Once it is known, the secret is read again at most this often, whatever keys are presented.
const REREAD_INTERVAL: Duration = Duration::from_secs(10);
/// Where the pepper comes from, and what is known of it.
pub(crate) struct PepperSource {
    secret: Option<Secret>,
    known: RwLock<Option<Arc<Peppers>>>,
    /// When the secret was last asked for; held while it is read, so that it is read once.
    asked: Mutex<Option<Instant>>,
}

struct Secret {
    client: Client,
    id: String,
}

impl PepperSource {
    pub(crate) fn fixed(peppers: Peppers) -> Self {
        Self { secret: None, known: RwLock::new(Some(peppers.into())), asked: Mutex::default() }
    }

    pub(crate) fn secret(client: Client, id: String) -> Self {
        Self { secret: Some(Secret { client, id }), known: RwLock::default(), asked: Mutex::default() }
    }

    /// For a function that has to do with no key.
    pub(crate) fn none() -> Self {
        Self { secret: None, known: RwLock::default(), asked: Mutex::default() }
    }

    /// The pepper as last read; reads it when there is none yet.
    pub(crate) async fn get(&self) -> Result<Arc<Peppers>, Error> {
        match self.known() {
            Some(peppers) => Ok(peppers),
            None => self.latest().await,
        }
    }

    /// Reads the secret again for a version that is not known.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where that fails, or the version is still unknown: the key may be good.
    pub(crate) async fn get_with(&self, version: &str) -> Result<Arc<Peppers>, Error> {
        let peppers = self.latest().await?;
        match peppers.version(version) {
            Some(_) => Ok(peppers),
            None => Err(unavailable(format!("the pepper secret has no version {version}"))),
        }
    }

    /// The pepper as it is in the secret now, or was a few seconds ago.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the secret cannot be read.
    pub(crate) async fn latest(&self) -> Result<Arc<Peppers>, Error> {
        let mut asked = self.asked.lock().await;
        if let Some(secret) = &self.secret
            && (self.known().is_none() || asked.is_none_or(|asked| asked.elapsed() >= REREAD_INTERVAL))
        {
            *asked = Some(Instant::now());
            let peppers = secret.read().await?;
            *self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(peppers.into());
        }
        self.known().ok_or_else(|| unavailable("the pepper secret has never been read"))
    }

    fn known(&self) -> Option<Arc<Peppers>> {
        self.known.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

impl Secret {
    async fn read(&self) -> Result<Peppers, Error> {
        let answer = self.client.get_secret_value().secret_id(&self.id).send().await.map_err(unavailable)?;
        let text = Zeroizing::new(answer.secret_string.unwrap_or_default());
        Peppers::from_secret(&text).map_err(unavailable)
    }
}

fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Unavailable { retry_after: RETRY_AFTER, source: source.into() }
}
