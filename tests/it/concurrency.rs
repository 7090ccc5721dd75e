//! Requests that race.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::json;
use tests::app::App;

use crate::people::{ENTERPRISE, access, created, operation, person};

#[tokio::test]
async fn of_racing_creations_of_one_user_one_wins() {
    let app = App::start().await;

    let answers = join_all((0..32).map(|_| app.post("/scim/v2/Users", person("ada")))).await;

    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(
        (count(201), count(409)),
        (1, 31),
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.text_at("/scimType") == "uniqueness"));
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
}

#[tokio::test]
async fn racing_creations_of_different_users_all_succeed_in_dense_rows() {
    let app = App::start().await;
    let names: Vec<_> = (0..32).map(|index| format!("u{index}")).collect();

    let answers = join_all(names.iter().map(|name| app.post("/scim/v2/Users", person(name)))).await;

    let mut rows = BTreeSet::new();
    for answer in answers {
        let id: directory::UserId = answer.expect(201).text_at("/id").parse().expect("an id is ours");
        rows.insert(id.row());
    }
    assert_eq!(rows, (1..=32).collect());
    let list = app.get("/scim/v2/Users").await.expect(200);
    assert_eq!((list.text_at("/totalResults"), list.text_at("/itemsPerPage")), ("32".into(), "32".into()));
    let group =
        app.items().into_iter().find(|item| item["sk"]["S"] == "GROUP#full access").expect("the group is there");
    assert_eq!(group["members"]["N"], "32", "members are counted exactly");
}

#[tokio::test]
async fn racing_changes_of_one_user_all_take_effect_or_are_told() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let path = user.user_path();

    let patches = (0..32).map(|index| app.patch(&path, operation("replace", "externalId", json!(index.to_string()))));
    let answers = join_all(patches).await;

    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(answers.iter().all(|answer| [200, 429].contains(&answer.status.as_u16())));
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.header("retry-after").parse::<u32>().is_ok()));
    let version = app.get(&path).await.text_at("/meta/version");
    assert_eq!(version, format!("W/\"{}\"", done + 1), "each change made one version");
    let external_ids =
        app.items().into_iter().filter(|item| item["pk"]["S"].as_str().is_some_and(|pk| pk.ends_with("#EXTERNAL")));
    assert_eq!(external_ids.count(), 1, "only the last externalId is indexed");
}

#[tokio::test]
async fn the_same_put_twice_at_once_succeeds_twice() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let path = user.user_path();
    let body = json!({"name": {"givenName": "Augusta"}});

    let (one, other) = tokio::join!(app.put(&path, body.clone()), app.put(&path, body.clone()));

    one.expect(200);
    other.expect(200);
    assert_eq!(app.get(&path).await.text_at("/meta/version"), "W/\"2\"", "one of them changed nothing");
}

#[tokio::test]
async fn the_same_put_that_raises_a_role_succeeds_as_often_as_it_is_sent() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let path = user.user_path();
    let mut body = user.json();
    body[ENTERPRISE]["klueRole"] = json!("curator");

    let (one, other) = tokio::join!(app.put(&path, body.clone()), app.put(&path, body.clone()));
    one.expect(200);
    other.expect(200);
    let again = app.put(&path, body).await.expect(200);

    assert_eq!(access(&again), r#""curator" null"#);
    assert_eq!(again.text_at("/meta/version"), "W/\"2\"", "all but the first changed nothing");
}

#[tokio::test]
async fn of_two_users_who_take_one_name_at_once_one_gets_it() {
    let app = App::start().await;
    let (ada, bob) = (created(&app, person("ada")).await, created(&app, person("bob")).await);
    let rename = json!({"userName": "eve@example.com"});
    let (ada, bob) = (ada.user_path(), bob.user_path());

    let (one, other) = tokio::join!(app.put(&ada, rename.clone()), app.put(&bob, rename.clone()));

    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_deletion_and_a_restore_at_once_leave_one_whole_user() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let path = user.user_path();

    for _ in 0..8 {
        let (_, posted) = tokio::join!(app.delete(&path), app.post("/scim/v2/Users", person("ada")));
        assert!([201, 409].contains(&posted.status.as_u16()), "{posted}");
        assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
    }
}
