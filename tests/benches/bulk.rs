//! Bulk requests where each round trip to DynamoDB takes 10 ms longer than here.
//!
//! Targets: 1,000 creations in 5 s, 1,000 changes in 20 s.

use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use tests::app::{Answer, App};
use tests::faults::Faults;
use tokio::runtime::Runtime;

async fn app() -> App {
    let faults = Faults::default();
    faults.play("* * delay 10ms");
    App::with_faults(&faults).await
}

fn creations() -> Value {
    let operation = |number: u32| {
        let address = format!("u{number}@example.com");
        let data = json!({
            "userName": address,
            "externalId": format!("00u{number}"),
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "emails": [{"value": address, "type": "work", "primary": true}],
        });
        json!({"method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": data})
    };
    json!({"Operations": (0..1000).map(operation).collect::<Vec<_>>()})
}

/// A change of each user that was created: of its userName, so that claims move.
fn changes(created: &Answer) -> Value {
    let created = created.json();
    let operation = |(number, entry): (usize, &Value)| {
        let location = entry["location"].as_str().expect("a user has a location");
        let (_, path) = location.split_once("/scim/v2").expect("a location is below the base URL");
        let change = json!({"op": "replace", "path": "userName", "value": format!("v{number}@example.com")});
        json!({"method": "PATCH", "path": path, "data": {"Operations": [change]}})
    };
    let entries = created["Operations"].as_array().expect("an answer has Operations");
    json!({"Operations": entries.iter().enumerate().map(operation).collect::<Vec<_>>()})
}

async fn bulk(app: &App, request: Value) -> (Answer, Duration) {
    let started = Instant::now();
    let answer = app.post("/scim/v2/Bulk", request).await.expect(200);
    (answer, started.elapsed())
}

fn bulk_requests(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime starts");
    let mut group = criterion.benchmark_group("bulk, 10 ms a round trip");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    group.bench_function("1,000 creations (target 5 s)", |bencher| {
        bencher.iter_custom(|times| {
            (0..times).map(|_| runtime.block_on(async { bulk(&app().await, creations()).await.1 })).sum()
        });
    });
    group.bench_function("1,000 changes (target 20 s)", |bencher| {
        bencher.iter_custom(|times| {
            let change = async || {
                let app = app().await;
                let (created, _) = bulk(&app, creations()).await;
                bulk(&app, changes(&created)).await.1
            };
            (0..times).map(|_| runtime.block_on(change())).sum()
        });
    });
}

criterion_group!(benches, bulk_requests);
criterion_main!(benches);
