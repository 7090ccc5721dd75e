//! Pages by cursor (RFC 9865), and lists in the order of userNames and e-mails.

use jiff::SignedDuration;

use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};

use crate::people::{created, employee, names, operation, person};

/// A service with as many users: u0, u1 and so on, of whom every third is an admin.
async fn app_with(users: u32) -> App {
    let app = App::start().await;
    for number in 0..users {
        let role = if number % 3 == 0 { "admin" } else { "consumer" };
        created(&app, employee(&format!("u{number}"), json!({"klueRole": role}))).await;
    }
    app
}

fn cursor(page: &Answer, name: &str) -> Option<String> {
    page.json()[name].as_str().map(str::to_owned)
}

async fn page(app: &App, query: &str, cursor: &str) -> Answer {
    app.get(&format!("/scim/v2/Users?{query}&cursor={cursor}")).await.expect(200)
}

/// The names on each page, forwards to the end and then back to the start.
async fn walked(app: &App, query: &str) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let mut here = page(app, query, "").await;
    assert_eq!(cursor(&here, "previousCursor"), None, "there is no page before the first");
    let mut forwards = vec![names(&here)];
    while let Some(next) = cursor(&here, "nextCursor") {
        here = page(app, query, &next).await;
        forwards.push(names(&here));
    }
    let mut backwards = vec![names(&here)];
    while let Some(previous) = cursor(&here, "previousCursor") {
        here = page(app, query, &previous).await;
        backwards.push(names(&here));
    }
    backwards.reverse();
    (forwards, backwards)
}

const ADMINS: &str = "filter=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:klueRole+eq+%22admin%22";

#[tokio::test]
async fn pages_follow_each_other_in_both_directions_in_every_order() {
    let app = app_with(7).await;

    for (query, expected) in [
        ("count=3".to_owned(), json!([["u0", "u1", "u2"], ["u3", "u4", "u5"], ["u6"]])),
        ("count=7".to_owned(), json!([["u0", "u1", "u2", "u3", "u4", "u5", "u6"]])),
        (format!("count=2&{ADMINS}"), json!([["u0", "u3"], ["u6"]])),
        ("count=4&filter=userName+sw+%22u%22".to_owned(), json!([["u0", "u1", "u2", "u3"], ["u4", "u5", "u6"]])),
        (
            "count=4&sortBy=userName&sortOrder=descending".to_owned(),
            json!([["u6", "u5", "u4", "u3"], ["u2", "u1", "u0"]]),
        ),
        ("count=5&sortBy=emails.value".to_owned(), json!([["u0", "u1", "u2", "u3", "u4"], ["u5", "u6"]])),
        (format!("count=2&sortBy=userName&sortOrder=descending&{ADMINS}"), json!([["u6", "u3"], ["u0"]])),
        (
            "count=4&sortBy=name.givenName&sortOrder=descending".to_owned(),
            json!([["u6", "u5", "u4", "u3"], ["u2", "u1", "u0"]]),
        ),
        ("count=4&filter=userName+eq+%22nobody%22".to_owned(), json!([[]])),
    ] {
        let (forwards, backwards) = walked(&app, &query).await;
        assert_eq!(json!(forwards), expected, "forwards by {query}");
        assert_eq!(backwards, forwards, "backwards by {query}");
    }
}

#[tokio::test]
async fn a_page_by_cursor_has_cursors_in_place_of_a_start_index() {
    let app = app_with(3).await;
    let first = page(&app, "count=1&attributes=userName", "").await;
    let next = cursor(&first, "nextCursor").expect("there is a second page");

    let second = page(&app, "count=1&attributes=userName", &next).await.json();

    let members: Vec<_> = second.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(members, ["Resources", "itemsPerPage", "nextCursor", "previousCursor", "schemas", "totalResults"]);
    assert_eq!((&second["totalResults"], &second["itemsPerPage"]), (&json!(3), &json!(1)));
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    assert!(next.chars().all(unreserved), "RFC 9865 §2 allows only unreserved characters: {next}");
    assert_eq!(page(&app, "count=0", "").await.text_at("/totalResults"), "3");
}

#[tokio::test]
async fn a_list_goes_on_where_it_was_though_users_come_and_change() {
    let app = app_with(4).await;
    let by_name = page(&app, "count=2&sortBy=userName", "").await;
    let admins = page(&app, &format!("count=1&{ADMINS}"), "").await;
    created(&app, person("a-new-one")).await;
    let first = app.get("/scim/v2/Users?count=1").await;
    let path = format!("/scim/v2/Users/{}", first.text_at("/Resources/0/id"));
    app.patch(
        &path,
        operation("replace", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:klueRole", json!("curator")),
    )
    .await
    .expect(200);

    let next = cursor(&by_name, "nextCursor").expect("a second page");
    assert_eq!(names(&page(&app, "count=2&sortBy=userName", &next).await), ["u2", "u3"]);
    let next = cursor(&admins, "nextCursor").expect("a second page");
    assert_eq!(names(&page(&app, &format!("count=1&{ADMINS}"), &next).await), ["u3"]);
}

#[tokio::test]
async fn a_search_by_post_has_cursors_too() {
    let app = app_with(3).await;
    let search = |cursor: &str| json!({"count": 2, "sortBy": "userName", "cursor": cursor});
    let first = app.post("/scim/v2/Users/.search", search("")).await.expect(200);

    let second = app.post("/scim/v2/.search", search(&cursor(&first, "nextCursor").expect("a second page"))).await;

    assert_eq!(names(&second.expect(200)), ["u2"]);
}

#[tokio::test]
async fn a_cursor_that_cannot_be_used_says_why() {
    let app = app_with(3).await;
    let first = page(&app, "count=1", "").await;
    let next = cursor(&first, "nextCursor").expect("a second page");

    let mut told = String::new();
    for query in [
        "count=1&cursor=abc",
        "count=2&cursor=$",
        "count=1&sortBy=userName&cursor=$",
        "count=1001&cursor=",
        "startIndex=1&cursor=",
    ] {
        let answer = app.get(&format!("/scim/v2/Users?{}", query.replace('$', &next))).await.expect(400);
        told += &format!("{query}: {} {}\n", answer.text_at("/scimType"), answer.text_at("/detail"));
    }
    app.advance(SignedDuration::from_secs(3601));
    let late = app.get(&format!("/scim/v2/Users?count=1&cursor={next}")).await.expect(400);
    told += &format!("late: {} {}", late.text_at("/scimType"), late.text_at("/detail"));
    assert_snapshot!(told, @"
    count=1&cursor=abc: invalidCursor The cursor belongs to no page of this list: take it from the answer before, leave all other parameters as they were, or start again with an empty cursor.
    count=2&cursor=$: invalidCount count is 2, and was 1 on the page that gave the cursor.
    count=1&sortBy=userName&cursor=$: invalidCursor The cursor belongs to no page of this list: take it from the answer before, leave all other parameters as they were, or start again with an empty cursor.
    count=1001&cursor=: invalidCount parameter 'count': 1001 is more than the 1000 that a page can have
    startIndex=1&cursor=: invalidValue parameters 'startIndex' and 'cursor' exclude each other
    late: expiredCursor The cursor is older than 3600 seconds. Start again with an empty cursor: cursor=
    ");
}

#[tokio::test]
async fn a_cursor_is_of_one_instance_and_needs_a_key() {
    let app = app_with(2).await;
    let next = cursor(&page(&app, "count=1", "").await, "nextCursor").expect("a second page");
    let other = app.another_tenant().await;
    let path = format!("/scim/v2/Users?count=1&cursor={next}");

    let answer = app.call(Call::new(Method::GET, &path).key(&other.scim_key)).await.expect(400);
    assert_eq!(answer.text_at("/scimType"), "invalidCursor");
    let answer = app.call(Call::new(Method::GET, "/scim/v2/Users?cursor=abc").key("klue_x")).await;
    answer.expect(401);
}

#[tokio::test]
async fn an_order_by_claims_reads_only_its_page() {
    let app = app_with(130).await;
    let units = |answer: &Answer| answer.usage.capacity();
    let sorted = "count=10&sortBy=userName";

    let first = page(&app, sorted, "").await;
    let next = cursor(&first, "nextCursor").expect("a second page");
    let second = page(&app, sorted, &next).await;

    assert_eq!((second.usage.round_trips(), units(&second) <= 20.0), (2, true), "{} units", units(&second));
    let all = page(&app, "count=1000&sortBy=userName", "").await;
    let mut expected: Vec<_> = (0..130).map(|number| format!("u{number}")).collect();
    expected.sort_by_key(|name| format!("{name}@"));
    assert_eq!(names(&all), expected);
    let late = app.get("/scim/v2/Users?sortBy=userName&sortOrder=descending&startIndex=121&count=20").await.expect(200);
    assert_eq!(names(&late), expected[..10].iter().rev().cloned().collect::<Vec<_>>());
    let beyond = app.get("/scim/v2/Users?sortBy=emails&startIndex=131").await.expect(200).json();
    assert_eq!((&beyond["Resources"], &beyond["totalResults"]), (&Value::Array(vec![]), &json!(130)));
}
