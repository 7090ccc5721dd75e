//! The SDK alone, with the calls that the service makes of a `GET` by id.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity};
use aws_sdk_dynamodb::{Client, Config};
use futures_util::future::join_all;
use serde_json::Value;
use tests::app::App;

use super::clients::CLIENTS;
use crate::bar;
use crate::sample::Sample;

/// How long the service and the SDK are each measured before it is the other's turn.
pub(crate) const TURN: Duration = Duration::from_secs(2);

type Key = HashMap<String, AttributeValue>;

/// How many users are read a second.
pub(crate) struct Rates {
    pub(crate) service: f64,
    pub(crate) bare: f64,
}

/// Reads users by the service and by the SDK, in so many turns.
pub(crate) async fn beside(app: &Arc<App>, users: &[String], turns: usize) -> Rates {
    let (mut paths, mut batches) = (Vec::new(), Vec::new());
    for path in users {
        let answer = app.get(path).await;
        // Whom a client has deleted is not read.
        if answer.status == 200 {
            paths.push(path.clone());
            batches.push(keys(&answer.sent.last().expect("DynamoDB is asked").body, &app.engine.table));
        }
    }
    let (paths, batches): (Arc<[_]>, Arc<[_]>) = (paths.into(), batches.into());
    let (client, table) = (client(app), app.engine.table.clone());
    let app = Arc::clone(app);
    let by_service = move |number: usize| {
        let (app, paths) = (Arc::clone(&app), Arc::clone(&paths));
        async move { drop(app.get(&paths[number % paths.len()]).await.expect(200)) }
    };
    let by_sdk = move |number: usize| {
        let (client, table, batches) = (client.clone(), table.clone(), Arc::clone(&batches));
        async move { read(&client, &table, batches[number % batches.len()].clone()).await }
    };
    let bar = bar("users by the service and by the SDK alone", 2 * turns);
    let (mut service, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..turns {
        service.push(rate(by_service.clone()).await);
        bar.inc(1);
        bare.push(rate(by_sdk.clone()).await);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Rates { service: Sample::new(service).median(), bare: Sample::new(bare).median() }
}

/// How often a second all clients together do something.
async fn rate<F: Future<Output = ()> + Send + 'static>(once: impl Fn(usize) -> F + Clone + Send + 'static) -> f64 {
    let started = Instant::now();
    let client = |first: usize| {
        let once = once.clone();
        tokio::spawn(async move {
            let mut count = 0;
            while started.elapsed() < TURN {
                once(first + count).await;
                count += 1;
            }
            count
        })
    };
    let counts = join_all((0..CLIENTS).map(client)).await;
    let count: usize = counts.into_iter().map(|count| count.expect("every user is read")).sum();
    count as f64 / started.elapsed().as_secs_f64()
}

/// A client as `store` has it.
fn client(app: &App) -> Client {
    let endpoint = app.engine.endpoint();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(endpoint.region))
        .credentials_provider(endpoint.credentials)
        .endpoint_url(&app.engine.url)
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

/// The keys that a BatchGetItem asks for.
fn keys(body: &[u8], table: &str) -> Vec<Key> {
    let body: Value = serde_json::from_slice(body).expect("DynamoDB is asked in JSON");
    let keys = body["RequestItems"][table]["Keys"].as_array().expect("a GET by id is one BatchGetItem");
    let part = |key: &Value, name: &str| AttributeValue::S(key[name]["S"].as_str().unwrap_or_default().to_owned());
    keys.iter().map(|key| ["pk", "sk"].map(|name| (name.to_owned(), part(key, name))).into()).collect()
}

async fn read(client: &Client, table: &str, keys: Vec<Key>) {
    let wanted = keys.len();
    let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
    let batch = client.batch_get_item().request_items(table, keys.expect("there are keys"));
    let answer =
        batch.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.expect("the engine answers");
    let found = answer.responses.and_then(|mut tables| tables.remove(table)).unwrap_or_default();
    assert_eq!(found.len(), wanted, "the key and the user are there");
}
