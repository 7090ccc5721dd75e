//! Where the services are: the only place that reads the environment.

use std::ops::RangeInclusive;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use directory::Error;
use jiff::SignedDuration;

use crate::key::Key;
use crate::meter::Meter;
use crate::peppers::PepperSource;
use crate::table::Table;
use crate::{Store, system_clock};

/// What of Lambda's 10 s for its init phase is spent on services that do not answer.
const WARM_UP: Duration = Duration::from_secs(3);
/// A call that takes longer is tried again.
const ATTEMPT: Duration = Duration::from_secs(2);
/// The longest that one call may take with its repetitions: two of them and all tries against other
/// writers are over before the function's own time is.
const OPERATION: Duration = Duration::from_secs(5);
const ATTEMPTS: u32 = 4;
/// The longest wait between two of them, so that all are over before the operation's time is and the
/// client is told what the last one was: too busy, or not there.
const PAUSE: Duration = Duration::from_secs(1);
/// For how many days entries of the activity log are kept unless said otherwise.
pub(crate) const ACTIVITY_DAYS: i64 = 90;
const POSSIBLE_ACTIVITY_DAYS: RangeInclusive<i64> = 1..=3650;

/// How to reach AWS, or what stands in for it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The address of DynamoDB; AWS's own where there is none.
    pub url: Option<String>,
    /// The AWS region.
    pub region: String,
    /// What requests are signed with.
    pub credentials: Credentials,
}

impl Endpoint {
    /// An engine on this machine, which takes any credentials.
    pub fn local(url: &str) -> Self {
        let credentials = Credentials::new("local", "local", None, None, "local");
        Self { url: Some(url.to_owned()), region: "us-east-1".to_owned(), credentials }
    }

    /// DynamoDB in a region, or at another address, as an operator reaches it.
    ///
    /// # Errors
    /// [`StartError`] naming the credentials that the environment lacks.
    pub fn of_operator(url: Option<String>, region: String) -> Result<Self, StartError> {
        Self::with_credentials(url, region, "credentials, which `aws configure export-credentials --format env` prints")
    }

    fn with_credentials(url: Option<String>, region: String, fix: &'static str) -> Result<Self, StartError> {
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID", fix)?,
            required("AWS_SECRET_ACCESS_KEY", fix)?,
            variable("AWS_SESSION_TOKEN"),
            None,
            "environment",
        );
        Ok(Self { url, region, credentials })
    }
}

/// A setting that stops the service before it starts.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting that must be there is not.
    #[error("the environment variable {name} is not set: {fix}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What to set it to.
        fix: &'static str,
    },

    /// A setting has a value that it cannot have.
    #[error("the environment variable {name} is '{value}': {fix}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What it is set to.
        value: String,
        /// What to set it to.
        fix: &'static str,
    },
}

impl Store {
    /// A store as the deployed functions use it.
    ///
    /// Reads the pepper and opens the first connection to DynamoDB meanwhile. A service that does
    /// not answer is no reason to stop: the first request tries again.
    ///
    /// # Errors
    /// [`StartError`] naming the setting.
    pub async fn from_environment() -> Result<Self, StartError> {
        let secret = required("PEPPER_SECRET", "the name or ARN of the pepper's secret, which template.yaml sets")?;
        let secrets = secrets_manager(&endpoint("SECRETS_MANAGER_ENDPOINT")?);
        let peppers = PepperSource::secret(aws_sdk_secretsmanager::Client::from_conf(secrets), secret);
        let store = Self::with_peppers(peppers)?;
        tokio::join!(warm_up(store.peppers.get()), store.connect());
        Ok(store)
    }

    /// As [`Store::from_environment`], for a function that verifies and makes no keys: it needs no right
    /// to read the pepper.
    ///
    /// # Errors
    /// [`StartError`] naming the setting.
    pub async fn without_keys() -> Result<Self, StartError> {
        let store = Self::with_peppers(PepperSource::none())?;
        store.connect().await;
        Ok(store)
    }

    fn with_peppers(peppers: PepperSource) -> Result<Self, StartError> {
        let table = required("TABLE_NAME", "the name of the DynamoDB table, which template.yaml sets")?;
        let dynamodb = dynamodb(&endpoint("DYNAMODB_ENDPOINT")?);
        Ok(Self {
            table: Table::new(aws_sdk_dynamodb::Client::from_conf(dynamodb), &table),
            peppers: peppers.into(),
            clock: system_clock(),
            activity_kept: days(activity_days()?),
        })
    }

    async fn connect(&self) {
        // An item that is never there: what counts is the open connection.
        warm_up(self.table.get(&Key { pk: "WARM-UP".into(), sk: "WARM-UP".into() })).await;
    }
}

async fn warm_up<T>(call: impl Future<Output = Result<T, Error>>) {
    if let Ok(Err(error)) = tokio::time::timeout(WARM_UP, call).await {
        tracing::warn!(cause = error.with_causes(), "A service did not answer during the start.");
    }
}

/// A service at the address in a variable, if there is one.
fn endpoint(variable_name: &str) -> Result<Endpoint, StartError> {
    let region = required("AWS_REGION", "the AWS region, which Lambda sets")?;
    Endpoint::with_credentials(variable(variable_name), region, "credentials, which Lambda sets")
}

pub(crate) fn dynamodb(endpoint: &Endpoint) -> aws_sdk_dynamodb::Config {
    let mut config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(endpoint.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(endpoint.credentials.clone()))
        .http_client(http_client(endpoint))
        .retry_config(retries())
        .timeout_config(timeouts())
        .interceptor(Meter);
    config.set_endpoint_url(endpoint.url.clone());
    config.build()
}

fn secrets_manager(endpoint: &Endpoint) -> aws_sdk_secretsmanager::Config {
    let mut config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(endpoint.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(endpoint.credentials.clone()))
        .http_client(http_client(endpoint))
        .retry_config(retries())
        .timeout_config(timeouts());
    config.set_endpoint_url(endpoint.url.clone());
    config.build()
}

fn http_client(endpoint: &Endpoint) -> SharedHttpClient {
    // A local engine needs no certificates, and to load those of the machine takes a millisecond.
    match &endpoint.url {
        Some(url) if url.starts_with("http://") => Builder::new().build_http(),
        _ => Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https(),
    }
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS).with_max_backoff(PAUSE)
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).operation_timeout(OPERATION).build()
}

/// So many days, for a number that [`activity_days`] lets through.
pub(crate) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn activity_days() -> Result<i64, StartError> {
    const NAME: &str = "ACTIVITY_DAYS";
    let Some(value) = variable(NAME) else { return Ok(ACTIVITY_DAYS) };
    let days = value.parse().ok().filter(|days| POSSIBLE_ACTIVITY_DAYS.contains(days));
    let fix = "the days for which the activity log is kept, a whole number from 1 to 3650";
    days.ok_or(StartError::Invalid { name: NAME, value, fix })
}

fn required(name: &'static str, fix: &'static str) -> Result<String, StartError> {
    variable(name).ok_or(StartError::Missing { name, fix })
}

/// A variable's value; SAM passes settings that are not there as empty ones.
fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
