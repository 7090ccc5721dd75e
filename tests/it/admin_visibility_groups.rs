use http::Method;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::app::{Answer, App};

use crate::bulk::{bulk, post, told};
use crate::people::{ENTERPRISE, access, admin, created, employee, operation, person};

pub(crate) const PATH: &str = "/admin/v1/visibility-groups";

/// Makes a group; gives its path.
pub(crate) async fn group(app: &App, name: &str) -> String {
    let made = admin(app, Method::POST, PATH, Some(json!({"name": name}))).await.expect(201);
    format!("{PATH}/{}", made.text_at("/id"))
}

/// Name, members, state and whether it is the default, of each group.
async fn groups(app: &App) -> String {
    let list = admin(app, Method::GET, PATH, None).await.expect(200).json();
    let groups = list["visibilityGroups"].as_array().expect("groups are a list").iter();
    let told = groups.map(|group| {
        let default = if group["isDefault"] == json!(true) { " default" } else { "" };
        format!("{} {} {}{default}", group["name"], group["members"], group["state"])
    });
    told.collect::<Vec<_>>().join("\n")
}

async fn member(app: &App, name: &str, group: &str) -> Answer {
    created(app, employee(name, json!({"visibilityGroup": group}))).await
}

async fn delete(app: &App, path: &str) -> Answer {
    admin(app, Method::DELETE, path, None).await
}

#[tokio::test]
async fn a_group_that_was_made_can_be_given_to_users() {
    let app = App::start().await;
    app.post("/scim/v2/Users", employee("ada", json!({"visibilityGroup": "Sales"}))).await.expect(400);

    let made = admin(&app, Method::POST, PATH, Some(json!({"name": " Sales ", "description": "Sees deals"}))).await;
    let ada = member(&app, "ada", "SALES").await;

    assert_snapshot!(made.expect(201).text, @r#"{"id":"c2FsZXM","name":"Sales","description":"Sees deals","members":0,"state":"open","isDefault":false}"#);
    assert_eq!(access(&ada), "\"consumer\" \"Sales\"", "the group's own spelling is kept");
    assert_snapshot!(groups(&app).await, @r#"
    "Full Access" 0 "open" default
    "Sales" 1 "open"
    "#);
}

#[tokio::test]
async fn a_group_is_described_anew() {
    let app = App::start().await;
    let path = group(&app, "Sales").await;

    let described = admin(&app, Method::PATCH, &path, Some(json!({"description": "Sees deals"}))).await.expect(200);
    assert_eq!(described.text_at("/description"), "Sees deals");
    let cleared = admin(&app, Method::PATCH, &path, Some(json!({"description": null}))).await.expect(200);
    assert_eq!(cleared.text_at("/description"), "");
}

#[tokio::test]
async fn what_makes_no_group_is_refused() {
    let app = App::start().await;
    group(&app, "Sales").await;
    let mut told = String::new();

    for body in [
        json!({}),
        json!({"name": 7}),
        json!({"name": "x".repeat(129)}),
        json!({"name": "sales"}),
        json!({"name": "FULL ACCESS"}),
    ] {
        let answer = admin(&app, Method::POST, PATH, Some(body)).await;
        told += &format!("{} {}\n", answer.status.as_u16(), answer.text_at("/detail"));
    }
    for path in ["!", "bm9ib2R5"] {
        let answer = delete(&app, &format!("{PATH}/{path}")).await;
        told += &format!("{} {}\n", answer.status.as_u16(), answer.text_at("/detail"));
    }
    assert_snapshot!(told, @"
    400 name is required: what users are shown.
    400 name must be a string, not a number.
    400 name is 129 bytes long; the limit is 128.
    409 A visibility group with the name 'sales' already exists in this Klue instance.
    409 A visibility group with the name 'FULL ACCESS' already exists in this Klue instance.
    404 There is no visibility group with the id '!' in this Klue instance.
    404 There is no visibility group with the id 'bm9ib2R5' in this Klue instance.
    ");
}

#[tokio::test]
async fn an_empty_group_is_deleted_and_one_with_members_only_when_they_go_elsewhere() {
    let app = App::start().await;
    let (sales, support) = (group(&app, "Sales").await, group(&app, "Support").await);
    let ada = member(&app, "ada", "Sales").await;
    let bob = member(&app, "bob", "Sales").await;
    app.delete(&bob.user_path()).await.expect(204);

    let refused = delete(&app, &sales).await.expect(409);
    assert_eq!(
        refused.text_at("/detail"),
        "The visibility group 'Sales' has 2 members. Say with reassignTo which group they go to."
    );
    let target = support.rsplit('/').next().unwrap_or_default();
    delete(&app, &format!("{sales}?reassignTo={}", sales.rsplit('/').next().unwrap_or_default())).await.expect(404);
    delete(&app, &format!("{sales}?reassignTo=bm9ib2R5")).await.expect(404);
    assert_eq!(groups(&app).await.lines().nth(1), Some("\"Sales\" 2 \"open\""), "a refusal changes nothing");

    delete(&app, &format!("{sales}?reassignTo={target}")).await.expect(204);

    assert_snapshot!(groups(&app).await, @r#"
    "Full Access" 0 "open" default
    "Support" 2 "open"
    "#);
    let moved = app.get(&ada.user_path()).await;
    assert_eq!(access(&moved), "\"consumer\" \"Support\"");
    assert_eq!(moved.text_at("/meta/version"), "W/\"2\"", "Okta's next import sees a new version");
    let bob = app.get(&bob.user_path()).await;
    assert_eq!((access(&bob), bob.text_at("/active")), ("\"consumer\" \"Support\"".to_owned(), "false".to_owned()));
    let empty = group(&app, "Empty").await;
    delete(&app, &empty).await.expect(204);
    delete(&app, &empty).await.expect(404);
}

#[tokio::test]
async fn the_default_group_and_full_access_stay() {
    let app = App::start().await;
    let sales = group(&app, "Sales").await;
    let id = sales.rsplit('/').next().unwrap_or_default().to_owned();
    let full_access = format!("{PATH}/ZnVsbCBhY2Nlc3M");
    let first = delete(&app, &full_access).await.expect(409).text_at("/detail");

    admin(&app, Method::PATCH, "/admin/v1/instance", Some(json!({"defaultVisibilityGroup": id}))).await.expect(200);
    let second = delete(&app, &sales).await.expect(409).text_at("/detail");
    let third = delete(&app, &full_access).await.expect(409).text_at("/detail");

    assert_snapshot!([first, second, third].join("\n"), @"
    The visibility group 'Full Access' cannot be deleted: it is the default group of this instance; make another one the default first.
    The visibility group 'Sales' cannot be deleted: it is the default group of this instance; make another one the default first.
    The visibility group 'Full Access' cannot be deleted: it always exists.
    ");
    assert_eq!(access(&created(&app, person("ada")).await), "\"consumer\" \"Sales\"");
}

#[tokio::test]
async fn more_members_than_a_transaction_holds_are_moved_too() {
    let app = App::start().await;
    let (sales, support) = (group(&app, "Sales").await, group(&app, "Support").await);
    let extension = |number: u32| {
        if number.is_multiple_of(5) { json!({"klueRole": "admin"}) } else { json!({"visibilityGroup": "Sales"}) }
    };
    let operations: Vec<_> =
        (0..300).map(|number| post(&number.to_string(), employee(&format!("u{number}"), extension(number)))).collect();
    let answer = bulk(&app, &operations).await;
    assert!(told(&answer).lines().all(|line| line == "POST 201"), "{answer}");

    let target = support.rsplit('/').next().unwrap_or_default();
    delete(&app, &format!("{sales}?reassignTo={target}")).await.expect(204);

    assert_snapshot!(groups(&app).await, @r#"
    "Full Access" 0 "open" default
    "Support" 240 "open"
    "#);
    let moved = format!("/scim/v2/Users?count=0&filter={ENTERPRISE}:visibilityGroup+eq+%22support%22");
    assert_eq!(app.get(&moved).await.text_at("/totalResults"), "240");
}

#[tokio::test]
async fn a_deletion_that_is_not_at_its_end_says_how_to_go_on() {
    let app = App::start().await;
    let sales = group(&app, "Sales").await;
    member(&app, "ada", "Sales").await;
    let from_row = |row: &str| format!("{sales}?reassignTo=ZnVsbCBhY2Nlc3M&continue={row}");

    let later = delete(&app, &from_row("2")).await.expect(202);

    assert_eq!(later.json(), json!({"remaining": 1, "continue": 1}));
    assert_eq!(groups(&app).await.lines().nth(1), Some("\"Sales\" 1 \"closing\""));
    delete(&app, &from_row("x")).await.expect(400);
    delete(&app, &from_row(&later.text_at("/continue"))).await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_left_in_a_group_that_is_deleted_while_users_are_put_into_it() {
    let app = App::start().await;
    for round in 0..6 {
        let name = format!("Sales{round}");
        let path = group(&app, &name).await;
        let put = |user: String| {
            let (app, name) = (&app, &name);
            async move {
                app.post("/scim/v2/Users", employee(&user, json!({"visibilityGroup": name}))).await.status.as_u16()
            }
        };
        let (one, other) = (format!("a{round}"), format!("b{round}"));

        let to_full_access = format!("{path}?reassignTo=ZnVsbCBhY2Nlc3M");
        let (deleted, one, other) = tokio::join!(delete(&app, &to_full_access), put(one), put(other));

        deleted.expect(204);
        assert!([one, other].iter().all(|status| [201, 400].contains(status)), "{one} {other}");
        let left = format!("/scim/v2/Users?count=0&filter={ENTERPRISE}:visibilityGroup+eq+%22{name}%22");
        assert_eq!(app.get(&left).await.text_at("/totalResults"), "0", "in {name}");
    }
    let total = app.get("/scim/v2/Users?count=0").await.text_at("/totalResults");
    assert_eq!(groups(&app).await, format!("\"Full Access\" {total} \"open\" default"));
}

#[tokio::test]
async fn a_group_that_is_being_deleted_takes_nobody() {
    let app = App::start().await;
    let sales = group(&app, "Sales").await;
    let ada = member(&app, "ada", "Sales").await;
    let close: Value = json!({
        "TableName": app.engine.table,
        "Key": {"pk": {"S": format!("I#{}", &app.tenant.scim_key[5..16])}, "sk": {"S": "GROUP#sales"}},
        "UpdateExpression": "SET #state = :closing",
        "ExpressionAttributeNames": {"#state": "state"},
        "ExpressionAttributeValues": {":closing": {"S": "closing"}},
    });
    app.engine.call("UpdateItem", &close).expect("the group is closing");

    app.post("/scim/v2/Users", employee("bob", json!({"visibilityGroup": "Sales"}))).await.expect(400);
    app.patch(&ada.user_path(), operation("replace", "name.givenName", json!("Augusta"))).await.expect(200);
    delete(&app, &format!("{sales}?reassignTo=ZnVsbCBhY2Nlc3M")).await.expect(204);

    assert_eq!(access(&app.get(&ada.user_path()).await), "\"consumer\" \"Full Access\"");
}
