//! Okta's import: all users, page by page.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use tests::app::{Answer, App};
use tests::faults::{Fault, Faults};

use crate::people::{ENTERPRISE, created, person};

async fn page(app: &App, start: u64, count: u64) -> Answer {
    app.get(&format!("/scim/v2/Users?startIndex={start}&count={count}")).await.expect(200)
}

fn ids(page: &Answer) -> Vec<String> {
    let body = page.json();
    let users = body["Resources"].as_array().expect("a list has Resources");
    users.iter().map(|user| user["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Reads all pages as Okta does; gives the ids and the last total.
async fn import(app: &App, count: u64) -> (Vec<String>, u64) {
    let (mut all, mut total, mut start) = (Vec::new(), u64::MAX, 1);
    while start <= total {
        let page = page(app, start, count).await;
        let seen = page.json()["totalResults"].as_u64().expect("totalResults is an integer");
        assert!(total == u64::MAX || seen >= total, "the total shrank from {total} to {seen}");
        total = seen;
        let found = ids(&page);
        let expected = count.min((total + 1).saturating_sub(start));
        assert_eq!(found.len() as u64, expected, "the page at {start} of {total} is not full");
        assert_eq!(page.json()["itemsPerPage"], json!(found.len()));
        all.extend(found);
        start += count;
    }
    (all, total)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_beside_creations_has_each_user_once() {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    // Some reads are held up, so that what is read beside them is older or newer.
    faults.play("Query 50% delay 40ms\nBatchGetItem 33% delay 20ms");
    let mut first = Vec::new();
    for index in 0..1000 {
        first.push(created(&app, person(&format!("u{index}"))).await.text_at("/id"));
    }

    let create = async {
        for index in 1000..1120 {
            created(&app, person(&format!("u{index}"))).await;
        }
    };
    let imports = async {
        let by_hundred = import(&app, 100).await;
        (by_hundred, import(&app, 1000).await)
    };
    let ((), ((by_hundred, _), (by_thousand, _))) = tokio::join!(create, imports);

    for found in [by_hundred, by_thousand] {
        assert_eq!(found[..1000], first[..], "the first users come first, in the order of creation");
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "nobody comes twice");
    }
    let (after, total) = import(&app, 100).await;
    assert_eq!((after.len(), total), (1120, 1120));
    assert!(faults.made(Fault::Delay(Duration::from_millis(40))) > 10);
}

#[tokio::test]
async fn a_thousand_users_of_maximal_size_fit_one_page() {
    let app = App::start().await;
    // Each character has to be escaped in JSON, and takes two bytes then.
    let longest = |start: &str, bytes: usize| format!("{start}{}", "\"".repeat(bytes - start.len()));
    for index in 0..1000 {
        let start = format!("{index:04}");
        let body = json!({
            "userName": longest(&start, 384),
            "externalId": longest(&start, 256),
            "name": {"givenName": longest(&start, 128), "familyName": longest(&start, 128)},
            "emails": [{"value": longest(&start, 320)}],
            ENTERPRISE: {"employeeId": longest(&start, 128)},
        });
        created(&app, body).await;
    }

    let page = page(&app, 1, 1000).await;

    assert_eq!(ids(&page).len(), 1000);
    let mut reply = lambda::Reply::empty(page.status);
    (reply.headers, reply.body) = (page.headers.clone(), page.text.clone());
    let answer = serde_json::to_vec(&reply.into_event()).expect("an answer is JSON");
    assert!(answer.len() <= 6 * 1024 * 1024, "{} bytes do not fit Lambda's answer", answer.len());
    let body = page.json();
    let largest = body["Resources"].as_array().into_iter().flatten().map(|user| user.to_string().len()).max();
    assert!(largest.is_some_and(|bytes| bytes <= 5 * 1024), "a user takes {largest:?} bytes of JSON");
    assert!(page.usage.round_trips() <= 3, "{} round trips", page.usage.round_trips());
}
