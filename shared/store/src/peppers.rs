//! The pepper, read from Secrets Manager and kept.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use directory::{Error, Peppers};
use tokio::sync::Mutex;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// Once it is known, the secret is read again at most this often, whatever keys are presented.
const REREAD_INTERVAL: Duration = Duration::from_secs(10);
/// Seconds after which a client may try again.
const RETRY_AFTER: u32 = 10;

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

    /// The pepper as last read; reads it when there is none yet.
    pub(crate) async fn get(&self) -> Result<Arc<Peppers>, Error> {
        match self.known() {
            Some(peppers) => Ok(peppers),
            None => self.reread(None).await,
        }
    }

    /// Reads the secret again for a version that is not known.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where that fails, or the version is still unknown: the key may be good.
    pub(crate) async fn get_with(&self, version: &str) -> Result<Arc<Peppers>, Error> {
        self.reread(Some(version)).await
    }

    async fn reread(&self, version: Option<&str>) -> Result<Arc<Peppers>, Error> {
        let mut asked = self.asked.lock().await;
        let fits = |peppers: &Arc<Peppers>| version.is_none_or(|version| peppers.version(version).is_some());
        if let Some(peppers) = self.known().filter(fits) {
            return Ok(peppers);
        }
        if let Some(secret) = &self.secret
            && (self.known().is_none() || asked.is_none_or(|asked| asked.elapsed() >= REREAD_INTERVAL))
        {
            *asked = Some(Instant::now());
            let peppers = secret.read().await?;
            *self.known.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(peppers.into());
        }
        let missing = || format!("the pepper secret has no version {}", version.unwrap_or("at all"));
        self.known().filter(fits).ok_or_else(|| unavailable(missing()))
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
