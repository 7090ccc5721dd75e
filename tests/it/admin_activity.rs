//! The activity log as an admin reads it.

use std::collections::BTreeSet;

use dynoxide::ImportOptions;
use http::Method;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};
use tests::engine::TABLE;

use crate::people::{admin, created, operation, person};

const PATH: &str = "/admin/v1/activity";

async fn read(app: &App, query: &str) -> Answer {
    admin(app, Method::GET, &format!("{PATH}{query}"), None).await
}

fn entries(answer: &Answer) -> Vec<Value> {
    answer.json()["entries"].as_array().cloned().unwrap_or_default()
}

fn kinds(answer: &Answer) -> String {
    let entries = entries(answer);
    entries.iter().map(|entry| entry["kind"].as_str().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Follows the cursors from a query to the end; the ids of what was found, and how many pages it took.
async fn walk(app: &App, query: &str) -> (Vec<String>, usize) {
    let (mut ids, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = read(app, &format!("{query}&cursor={cursor}")).await.expect(200);
        ids.extend(entries(&page).iter().map(|entry| entry["id"].as_str().unwrap_or_default().to_owned()));
        pages += 1;
        cursor = page.text_at("/nextCursor");
        if cursor == "null" {
            return (ids, pages);
        }
        // Whoever is new comes before the page, and moves nothing behind it.
        created(app, person(&format!("meanwhile{}", app.activity().len()))).await;
    }
}

#[tokio::test]
async fn the_log_tells_what_was_done_what_was_refused_and_why() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    app.advance(SignedDuration::from_secs(1));
    app.patch(&user.user_path(), operation("replace", "active", json!(false))).await.expect(200);
    app.advance(SignedDuration::from_secs(1));
    app.patch(&user.user_path(), operation("replace", "active", json!("maybe"))).await.expect(400);

    let log = read(&app, "").await.expect(200);

    assert_eq!(log.header("content-type"), "application/json");
    assert_eq!(kinds(&log), "requestRefused userUpdated userCreated instanceCreated");
    let mut shown = entries(&log);
    for entry in &mut shown {
        for name in ["id", "requestId", "time"] {
            assert!(entry[name].as_str().is_some_and(|text| !text.is_empty()), "expected {name} in {entry}");
            entry[name] = json!("[…]");
        }
    }
    let told = serde_json::to_string_pretty(&[&shown[0], &shown[1], &shown[3]]).expect("entries are JSON");
    let told = told.replace(&user.text_at("/id"), "[user]").replace(&app.tenant.scim_key[16..25], "[key]");
    assert_snapshot!(told, @r#"
    [
      {
        "by": {
          "description": "First SCIM key",
          "keyId": "[key]"
        },
        "changes": [],
        "id": "[…]",
        "kind": "requestRefused",
        "outcome": "refused",
        "refusal": {
          "detail": "Operations[0]: active must be true or false, not a string.",
          "route": "PATCH /scim/v2/Users/{id}",
          "scimType": "invalidValue",
          "status": 400,
          "values": [
            {
              "attribute": "active",
              "value": "maybe"
            }
          ]
        },
        "requestId": "[…]",
        "time": "[…]",
        "user": {
          "id": "[user]"
        }
      },
      {
        "by": {
          "description": "First SCIM key",
          "keyId": "[key]"
        },
        "changes": [
          {
            "attribute": "active",
            "new": "false",
            "old": "true"
          }
        ],
        "id": "[…]",
        "kind": "userUpdated",
        "outcome": "done",
        "requestId": "[…]",
        "time": "[…]",
        "user": {
          "id": "[user]"
        }
      },
      {
        "by": null,
        "changes": [],
        "id": "[…]",
        "kind": "instanceCreated",
        "outcome": "done",
        "requestId": "[…]",
        "time": "[…]"
      }
    ]
    "#);
}

#[tokio::test]
async fn each_filter_leaves_out_the_rest() {
    let app = App::start().await;
    let ada = created(&app, person("ada")).await;
    let bob = created(&app, person("bob")).await;
    app.delete(&ada.user_path()).await.expect(204);
    let today = app.now().to_string()[..10].to_owned();
    app.advance(SignedDuration::from_secs(10));
    let middle = app.now();
    app.advance(SignedDuration::from_secs(10));
    app.put(&bob.user_path(), json!({"active": "maybe"})).await.expect(400);
    let new = json!({"description": "Another", "scope": "scim", "expires": "never"});
    let post = Call::new(Method::POST, "/admin/v1/api-keys").key(&app.tenant.admin_key).json(&new);
    app.call(post).await.expect(201);
    let admin = &app.tenant.admin_key[16..25];

    let mut told = String::new();
    for (name, query) in [
        ("user", format!("user={}", ada.text_at("/id"))),
        ("user, refused", format!("user={}&outcome=refused", bob.text_at("/id"))),
        ("key", format!("key={admin}")),
        ("kind", "kind=userDeleted".into()),
        ("refused", "outcome=refused".into()),
        ("done", "outcome=done&kind=requestRefused".into()),
        ("from", format!("from={middle}")),
        ("to", format!("to={middle}&kind=userCreated")),
        ("today", format!("from={today}&to={today}&kind=userDeleted")),
        ("user, from", format!("user={}&from={middle}", bob.text_at("/id"))),
        ("long ago", "to=2020-01-01".into()),
        ("unknown", "kind=keyCreated&color=red&user=&from=".into()),
    ] {
        let log = read(&app, &format!("?{query}")).await.expect(200);
        assert_eq!(log.json()["nextCursor"], json!(null), "{name}: {log}");
        told += &format!("{name}: {}\n", kinds(&log));
    }
    assert_snapshot!(told, @"
    user: userDeleted userCreated
    user, refused: requestRefused
    key: keyCreated
    kind: userDeleted
    refused: requestRefused
    done: 
    from: keyCreated requestRefused
    to: userCreated userCreated
    today: userDeleted
    user, from: requestRefused
    long ago: 
    unknown: keyCreated
    ");
}

#[tokio::test]
async fn a_parameter_that_is_wrong_is_explained() {
    let app = App::start().await;
    let mut told = String::new();

    for query in [
        "user=ada",
        "key=klue",
        "kind=userRenamed",
        "outcome=maybe",
        "from=yesterday",
        "to=2026-13-01",
        "from=2026-02-02&to=2026-02-01",
        "count=0",
        "count=201",
        "count=many",
        "cursor=AAAA",
        "cursor=%25",
        // A time without the rest of a key that an entry has; a day that is none.
        "cursor=MjAyNi0xMS0yNFQxODowMDowMC4wMDBaI3h4",
        "cursor=MjAyNi0xMy0yNFQxODowMDowMC4wMDBa",
    ] {
        let answer = read(&app, &format!("?{query}")).await.expect(400);
        told += &format!("{query}: {}\n", answer.text_at("/detail"));
    }
    let answer = read(&app, "/export?format=xlsx").await.expect(400);
    told += &answer.text_at("/detail");
    assert_snapshot!(told, @"
    user=ada: user 'ada' is not understood: use the id of a user.
    key=klue: key 'klue' is not understood: use the id of an API key.
    kind=userRenamed: kind 'userRenamed' is not understood: use one of userCreated, userUpdated, userDeleted, userRestored, userSignedUp, keyCreated, keyRevoked, keyRotated, groupCreated, groupUpdated, groupDeleted, instanceCreated, instanceUpdated, requestRefused.
    outcome=maybe: outcome 'maybe' is not understood: use one of done, refused.
    from=yesterday: from 'yesterday' is not understood: use an instant such as 2027-06-30T12:00:00Z or a date such as 2027-06-30.
    to=2026-13-01: to '2026-13-01' is not understood: use an instant such as 2027-06-30T12:00:00Z or a date such as 2027-06-30.
    from=2026-02-02&to=2026-02-01: from is later than to.
    count=0: count '0' is not understood: use a whole number from 1 to 200.
    count=201: count '201' is not understood: use a whole number from 1 to 200.
    count=many: count 'many' is not understood: use a whole number from 1 to 200.
    cursor=AAAA: The cursor is not one of the activity log: take nextCursor of the page before, or leave it out.
    cursor=%25: The cursor is not one of the activity log: take nextCursor of the page before, or leave it out.
    cursor=MjAyNi0xMS0yNFQxODowMDowMC4wMDBaI3h4: The cursor is not one of the activity log: take nextCursor of the page before, or leave it out.
    cursor=MjAyNi0xMy0yNFQxODowMDowMC4wMDBa: The cursor is not one of the activity log: take nextCursor of the page before, or leave it out.
    format 'xlsx' is not understood: use csv or jsonl.
    ");
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_or_doubles_while_entries_arrive() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    for round in 0..6 {
        for (turn, active) in [false, true].into_iter().enumerate() {
            app.patch(&user.user_path(), operation("replace", "active", json!(active))).await.expect(200);
            app.post("/scim/v2/Users", json!({"title": format!("{round} {turn}")})).await.expect(400);
        }
        app.advance(days(round));
    }
    let whole = read(&app, "?count=200").await.expect(200);
    let expected: Vec<_> =
        entries(&whole).iter().map(|entry| entry["id"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(expected.len(), 2 + 6 * 4);
    let of_user = read(&app, &format!("?count=200&user={}", user.text_at("/id"))).await.expect(200);
    assert_eq!(entries(&of_user).len(), 1 + 6 * 2);

    for count in [1, 2, 3, 7, 25, 26, 27] {
        let to = format!("?count={count}&to={}", whole.text_at("/entries/0/time"));
        let (ids, pages) = walk(&app, &to).await;
        assert_eq!(ids, expected, "in pages of {count}");
        assert!(pages <= expected.len() / count + 2, "{pages} pages of {count}");
        app.advance(SignedDuration::from_secs(1));
    }
    for count in [1, 5, 13, 14] {
        let (ids, _) = walk(&app, &format!("?count={count}&user={}", user.text_at("/id"))).await;
        let expected: Vec<_> =
            entries(&of_user).iter().map(|entry| entry["id"].as_str().unwrap_or_default().to_owned()).collect();
        assert_eq!(ids, expected, "in pages of {count}");
    }
    let (refused, _) = walk(&app, "?count=5&outcome=refused").await;
    assert_eq!(refused.iter().collect::<BTreeSet<_>>().len(), 12);
    assert_eq!(refused.len(), 12);
}

#[tokio::test]
async fn a_page_goes_over_days_without_entries_and_ends_where_they_are_kept() {
    let app = App::start().await;
    let ada = created(&app, person("ada")).await;
    app.advance(days(40));
    created(&app, person("bob")).await;
    app.advance(days(40));
    created(&app, person("eve")).await;

    let log = read(&app, "").await.expect(200);
    assert_eq!(kinds(&log), "userCreated userCreated userCreated instanceCreated");

    // DynamoDB may take its time to remove what has expired.
    app.advance(days(15));
    let log = read(&app, "").await.expect(200);
    assert_eq!(kinds(&log), "userCreated userCreated");
    let path = format!("?user={}&from=2000-01-01", ada.text_at("/id"));
    assert_eq!(kinds(&read(&app, &path).await.expect(200)), "");
    app.advance(days(365));
    assert_eq!(kinds(&read(&app, "?from=2000-01-01").await.expect(200)), "");
}

#[tokio::test]
async fn a_page_that_would_read_too_much_says_where_to_go_on() {
    let app = App::start().await;
    created(&app, person("ada")).await;
    let now = app.now();
    let template = app.activity().pop().expect("a creation is logged");
    let entry = |index: i64| {
        let (mut entry, time) = (template.clone(), now - SignedDuration::from_mins(index));
        entry["pk"] = json!({"S": format!("I#{}#ACTIVITY#{}", &app.tenant.scim_key[5..16], &time.to_string()[..10])});
        entry["sk"] = json!({"S": format!("{time:.3}#{index:012x}")});
        entry
    };
    let many = serde_json::from_value(json!((1..=25_000).map(entry).collect::<Vec<_>>())).expect("items");
    app.engine.database.import_items(TABLE, many, ImportOptions::default()).expect("the engine takes them");

    let first = read(&app, "?kind=instanceCreated&from=2000-01-01&count=2").await.expect(200);
    assert_eq!(kinds(&first), "instanceCreated");
    let (found, pages) = walk(&app, "?kind=keyRevoked").await;
    assert!(found.is_empty() && pages > 1, "expected nothing on more than one page, found {found:?} on {pages}");

    let file = read(&app, "/export?format=jsonl").await.expect(200);
    let lines = file.text.lines().count();
    assert!(lines <= 10_000 && file.text.len() <= 4 * 1024 * 1024, "{lines} lines, {} bytes", file.text.len());
    let path = format!("/export?format=jsonl&cursor={}", file.header("next-cursor"));
    let next = read(&app, &path).await.expect(200).text;
    let id = |line: Option<&str>| {
        line.and_then(|line| serde_json::from_str::<Value>(line).ok()).unwrap_or_default()["id"].clone()
    };
    assert_eq!(id(file.text.lines().last()), json!(file.header("next-cursor")));
    let behind = read(&app, &format!("?count=1&cursor={}", file.header("next-cursor"))).await.expect(200);
    assert_eq!(id(next.lines().next()), behind.json()["entries"][0]["id"]);
}

#[tokio::test]
async fn an_export_is_a_file_of_all_that_a_page_would_show() {
    let app = App::start().await;
    for name in ["ada", "bob", "eve"] {
        created(&app, person(name)).await;
        app.post("/scim/v2/Users", person(name)).await.expect(409);
    }

    let lines = read(&app, "/export?format=jsonl&count=1").await.expect(200);
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    assert_eq!(lines.header("content-disposition"), "attachment; filename=\"klue-activity.jsonl\"");
    let lines: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines, entries(&read(&app, "").await.expect(200)));

    let file = read(&app, "/export?outcome=refused").await.expect(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"klue-activity.csv\"");
    assert_eq!(file.header("next-cursor"), "");
    assert!(file.text.ends_with("\r\n") && file.text.matches("\r\n").count() == 4, "{}", file.text);
    let table = table(&file.text);
    assert_snapshot!(table[0].join(","), @"time,kind,outcome,user,keyId,keyDescription,requestId,changes,route,status,scimType,detail,values,id");
    assert_snapshot!(table[1][7..13].join("\n"), @"

    POST /scim/v2/Users
    409
    uniqueness
    A user with the userName 'eve@example.com' already exists in this Klue instance.
    emails[0].primary: true; emails[0].type: work; emails[0].value: eve@example.com; name.familyName: Example; name.givenName: eve; userName: eve@example.com
    ");
}

fn table(file: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_bytes());
    let rows = reader.records().map(|row| row.expect("a row of CSV").iter().map(str::to_owned).collect());
    rows.collect()
}

#[tokio::test]
async fn no_cell_of_an_export_is_a_formula() {
    let app = App::start().await;
    let new = json!({"description": "=HYPERLINK(\"x\")", "scope": "scim", "expires": "never"});
    let post = Call::new(Method::POST, "/admin/v1/api-keys").key(&app.tenant.admin_key).json(&new);
    let key = app.call(post).await.expect(201).text_at("/key");
    for name in ["=cmd", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "a\",\"=b\"\n=c"] {
        app.call(Call::new(Method::POST, "/scim/v2/Users").key(&key).json(&json!({name: "=1+1"}))).await.expect(400);
    }

    let file = read(&app, "/export").await.expect(200);

    let table = table(&file.text);
    assert_eq!(table.len(), 1 + 9, "{}", file.text);
    let dangerous = |cell: &&String| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    assert_eq!(table.iter().flatten().find(dangerous), None);
    assert!(table[1].contains(&"'=HYPERLINK(\"x\")".to_owned()), "{:?}", table[1]);
    assert!(table.iter().any(|row| row[12] == "'=cmd: =1+1"), "{table:?}");
}
