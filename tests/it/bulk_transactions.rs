//! How the operations of a bulk request share transactions.

use serde_json::json;
use tests::app::App;
use tests::faults::Faults;

use crate::bulk::{bulk, patch, post, told};
use crate::people::{ENTERPRISE, created, names, operation, person};

async fn total(app: &App) -> String {
    app.get("/scim/v2/Users?count=0").await.text_at("/totalResults")
}

#[tokio::test]
async fn a_thousand_creations_are_a_few_transactions() {
    let app = App::start().await;
    app.get("/scim/v2/Users").await.expect(200);
    let mut operations: Vec<_> = (0..1000)
        .map(|number| {
            let mut body = person(&format!("u{number}"));
            body["externalId"] = json!(format!("00u{number}"));
            post(&number.to_string(), body)
        })
        .collect();
    operations[500] = operations[499].clone();
    operations[500]["bulkId"] = json!("500");

    let answer = bulk(&app, &operations).await;

    let failed: Vec<_> = told(&answer)
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with("POST 201"))
        .map(|(index, _)| index)
        .collect();
    assert_eq!(failed, [500]);
    assert_eq!(total(&app).await, "999");
    // The key, what is planned on, and 19 users of 5 items with counter and group a transaction.
    assert!(answer.usage.round_trips() <= 56, "{} round trips", answer.usage.round_trips());
    let items = app.items();
    let count =
        |part: &str| items.iter().filter(|item| item["pk"]["S"].as_str().is_some_and(|pk| pk.contains(part))).count();
    assert_eq!((count("#USERS#"), count("#USERNAME"), count("#EMAIL"), count("#EXTERNAL")), (999, 999, 999, 999));
    assert_eq!(items.iter().filter(|item| item["kind"]["S"] == "userCreated").count(), 999);
    let group = items.iter().find(|item| item["sk"]["S"] == "GROUP#full access").expect("there is the default group");
    assert_eq!(group["members"]["N"], "999");
}

#[tokio::test]
async fn a_thousand_changes_are_a_few_transactions() {
    let app = App::start().await;
    let creations: Vec<_> = (0..1000).map(|number| post(&number.to_string(), person(&format!("u{number}")))).collect();
    let answer = bulk(&app, &creations).await.json();
    let ids = answer["Operations"].as_array().expect("entries").iter();
    let paths = ids.map(|entry| {
        entry["location"]
            .as_str()
            .and_then(|location| location.split("/scim/v2").nth(1))
            .expect("a location")
            .to_owned()
    });
    let role = format!("{ENTERPRISE}:klueRole");
    let changes: Vec<_> = paths.map(|path| patch(&path, operation("replace", &role, json!("curator")))).collect();

    let answer = bulk(&app, &changes).await;

    assert!(told(&answer).lines().all(|line| line == "PATCH 200"), "{answer}");
    assert!(answer.usage.round_trips() <= 24, "{} round trips", answer.usage.round_trips());
    let group = app.items().into_iter().find(|item| item["sk"]["S"] == "GROUP#full access").expect("the default group");
    assert_eq!(group["members"]["N"], "0");
}

#[tokio::test]
async fn a_member_that_is_refused_is_taken_out_and_the_rest_written() {
    let app = App::start().await;
    for number in [7, 8, 30] {
        let mut body = person(&format!("other{number}"));
        body["emails"][0]["value"] = json!(format!("u{number}@example.com"));
        created(&app, body).await;
    }
    let operations: Vec<_> = (0..40).map(|number| post(&number.to_string(), person(&format!("u{number}")))).collect();

    let answer = bulk(&app, &operations).await;

    let statuses: Vec<_> = told(&answer).lines().map(|line| line[5..8].to_owned()).collect();
    let expected: Vec<_> = (0..40).map(|number| if [7, 8, 30].contains(&number) { "409" } else { "201" }).collect();
    assert_eq!(statuses, expected);
    assert_eq!(
        answer.text_at("/Operations/7/response/detail"),
        "A user with the e-mail 'u7@example.com' already exists in this Klue instance."
    );
    assert_eq!(total(&app).await, "40");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bulk_requests_and_others_at_once_leave_no_hole() {
    let app = App::start().await;
    let creations = |prefix: &str| -> Vec<_> {
        (0..60).map(|number| post(&number.to_string(), person(&format!("{prefix}{number}")))).collect()
    };
    let (one, other) = (creations("a"), creations("b"));
    let singles = async {
        for number in 0..20 {
            created(&app, person(&format!("c{number}"))).await;
        }
    };

    let (one, other, ()) = tokio::join!(bulk(&app, &one), bulk(&app, &other), singles);

    for answer in [one, other] {
        assert!(told(&answer).lines().all(|line| line == "POST 201"), "{answer}");
    }
    let all = app.get("/scim/v2/Users?count=1000").await.expect(200);
    assert_eq!((all.text_at("/totalResults"), names(&all).len()), ("140".to_owned(), 140));
}

#[tokio::test]
async fn what_is_not_reached_in_time_is_503_in_its_entry() {
    let faults = Faults::default();
    let app = App::with_faults(&faults).await;
    faults.play("TransactWriteItems * delay 1800ms");
    let operations: Vec<_> = (0..300).map(|number| post(&number.to_string(), person(&format!("u{number}")))).collect();

    let answer = bulk(&app, &operations).await;

    let told = told(&answer);
    let done = told.lines().take_while(|line| *line == "POST 201").count();
    assert!((100..300).contains(&done), "{told}");
    let late =
        "POST 503  The time for one request was over before this operation; nothing of it was done. Send it again.";
    assert!(told.lines().skip(done).all(|line| line == late), "{told}");
    assert_eq!(total(&app).await, done.to_string());
}
