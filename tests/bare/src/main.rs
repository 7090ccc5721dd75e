//! The least that a function does which makes the same calls: what the service's own work is measured against.
//!
//! It starts as the service does: client, pepper, first connection. An event names its calls in DynamoDB's own JSON, in
//! stages; those of a stage go out together. The answer has the items that were read, attribute by attribute.

mod calls;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures_util::future::try_join_all;
use lambda_http::{Error, Request, Response, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let credentials = Credentials::new(
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
        Some(variable("AWS_SESSION_TOKEN")),
        None,
        "environment",
    );
    let credentials = SharedCredentialsProvider::new(credentials);
    let region = Region::new(variable("AWS_REGION"));
    let secrets = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region.clone())
        .credentials_provider(credentials.clone())
        .http_client(http_client(&variable("SECRETS_MANAGER_ENDPOINT")))
        .endpoint_url(variable("SECRETS_MANAGER_ENDPOINT"))
        .build();
    let dynamodb = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(credentials)
        .http_client(http_client(&variable("DYNAMODB_ENDPOINT")))
        .endpoint_url(variable("DYNAMODB_ENDPOINT"))
        .build();
    let dynamodb = aws_sdk_dynamodb::Client::from_conf(dynamodb);
    let secrets = aws_sdk_secretsmanager::Client::from_conf(secrets);
    let key = json!({"pk": {"S": "WARM-UP"}, "sk": {"S": "WARM-UP"}});
    let first = json!({"GetItem": {"TableName": variable("TABLE_NAME"), "Key": key, "ConsistentRead": true}});
    let pepper = secrets.get_secret_value().secret_id(variable("PEPPER_SECRET")).send();
    let (pepper, first) = tokio::join!(pepper, calls::make(&dynamodb, &first));
    pepper?;
    first?;
    run(service_fn(async |request: Request| answer(&dynamodb, request).await)).await
}

async fn answer(dynamodb: &aws_sdk_dynamodb::Client, request: Request) -> Result<Response<String>, Error> {
    let stages: Vec<Vec<Value>> = serde_json::from_slice(request.body())?;
    let mut read = Vec::new();
    for stage in &stages {
        let answers = try_join_all(stage.iter().map(|call| calls::make(dynamodb, call))).await?;
        read.extend(answers.into_iter().flatten());
    }
    let body = json!({"items": read.iter().map(calls::plain).collect::<Vec<_>>()});
    Ok(Response::builder().header("content-type", "application/json").body(body.to_string())?)
}

fn http_client(url: &str) -> SharedHttpClient {
    match url.starts_with("http://") {
        true => Builder::new().build_http(),
        false => {
            Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a function's settings are its environment")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
