//! New API keys in the place of old ones.

use futures_util::future::join_all;
use http::Method;
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};

use crate::people::{admin, without_times};

const PATH: &str = "/admin/v1/api-keys";

async fn create(app: &App, scope: &str, expires: &str) -> Answer {
    let body = json!({"description": "Okta", "scope": scope, "expires": expires});
    admin(app, Method::POST, PATH, Some(body)).await.expect(201)
}

async fn rotate(app: &App, id: &str, grace: &str) -> Answer {
    let body = json!({"expires": "90 days", "grace": grace});
    admin(app, Method::POST, &format!("{PATH}/{id}/rotate"), Some(body)).await
}

async fn list_users(app: &App, key: &str) -> Answer {
    app.call(Call::new(Method::GET, "/scim/v2/Users").key(key)).await
}

async fn listed(app: &App, id: &str) -> Value {
    let list = admin(app, Method::GET, PATH, None).await.expect(200).json();
    list["keys"].as_array().into_iter().flatten().find(|key| key["id"] == id).cloned().expect("the key is listed")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[tokio::test]
async fn both_keys_work_until_the_grace_is_over() {
    let app = App::start().await;
    let old = create(&app, "scim", "never").await;

    let new = rotate(&app, &old.text_at("/id"), "24 hours").await.expect(201);

    assert_eq!(new.text_at("/scope"), "scim");
    assert_eq!(new.text_at("/description"), "Okta");
    assert_eq!(new.text_at("/replaces/id"), old.text_at("/id"));
    let end = time(&new.text_at("/created")) + SignedDuration::from_hours(24);
    assert_eq!(time(&new.text_at("/replaces/expires")), end);
    assert_eq!(new.header("cache-control"), "no-store");
    app.advance(SignedDuration::from_hours(23));
    list_users(&app, &old.text_at("/key")).await.expect(200);
    list_users(&app, &new.text_at("/key")).await.expect(200);

    app.advance(SignedDuration::from_hours(1));

    let refused = list_users(&app, &old.text_at("/key")).await.expect(401);
    assert_snapshot!(without_times(&refused.text_at("/detail")), @"This API key expired at [time]. Create a new one in Klue under Integrations → Manage API Keys and paste it into Okta.");
    list_users(&app, &new.text_at("/key")).await.expect(200);
}

#[tokio::test]
async fn without_a_grace_the_old_key_ends_at_once() {
    let app = App::start().await;
    let old = create(&app, "scim", "never").await;

    let new = rotate(&app, &old.text_at("/id"), "0 hours").await.expect(201);

    let refused = list_users(&app, &old.text_at("/key")).await.expect(401);
    assert_snapshot!(without_times(&refused.text_at("/detail")), @"This API key was revoked at [time]. Create a new one in Klue under Integrations → Manage API Keys and paste it into Okta.");
    list_users(&app, &new.text_at("/key")).await.expect(200);
    assert_eq!(new.text_at("/replaces/expires"), new.text_at("/created"));
}

#[tokio::test]
async fn an_old_key_never_lives_longer_for_its_rotation() {
    let app = App::start().await;
    let old = create(&app, "scim", "30 days").await;
    app.advance(SignedDuration::from_hours(24 * 29));

    let new = rotate(&app, &old.text_at("/id"), "7 days").await.expect(201);

    assert_eq!(new.text_at("/replaces/expires"), old.text_at("/expires"));
}

#[tokio::test]
async fn a_rotation_is_told_in_the_list_and_in_the_log() {
    let app = App::start().await;
    let old = create(&app, "scim", "never").await.text_at("/id");
    let body = json!({"description": "Entra", "expires": "never", "grace": "7 days"});

    let new = admin(&app, Method::POST, &format!("{PATH}/{old}/rotate"), Some(body)).await.expect(201);

    assert_eq!(new.text_at("/description"), "Entra");
    let key = listed(&app, &old).await;
    assert_eq!((&key["state"], &key["replacedBy"]), (&json!("active"), &new.json()["id"]));
    let entry = app.items().into_iter().find(|item| item["kind"]["S"] == "keyRotated").expect("an entry");
    let told = entry["changes"].to_string().replace(&old, "[old]").replace(&new.text_at("/id"), "[new]");
    assert_snapshot!(told, @r#"{"L":[{"M":{"attribute":{"S":"apiKey"},"new":{"S":"Entra"},"old":{"S":"Okta"}}},{"M":{"attribute":{"S":"apiKeyId"},"new":{"S":"[new]"},"old":{"S":"[old]"}}}]}"#);
    assert_eq!(entry["by"]["S"], app.tenant.admin_key[16..25]);
}

#[tokio::test]
async fn the_old_key_counts_until_its_grace_is_over() {
    let app = App::start().await;
    let mut last = String::new();
    for _ in 0..3 {
        last = create(&app, "scim", "never").await.text_at("/id");
    }
    let fifth = rotate(&app, &last, "1 hour").await.expect(201).text_at("/id");

    assert_snapshot!(rotate(&app, &fifth, "1 hour").await.expect(409).text_at("/detail"), @"This instance already has 5 active keys with the scope 'scim'. Revoke one that is no longer used.");
    let sixth = rotate(&app, &fifth, "0 hours").await.expect(201).text_at("/id");

    app.advance(SignedDuration::from_hours(1));
    rotate(&app, &sixth, "1 hour").await.expect(201);
}

#[tokio::test]
async fn a_key_that_has_ended_or_been_replaced_cannot_be_rotated() {
    let app = App::start().await;
    let expired = create(&app, "scim", "30 days").await.text_at("/id");
    app.advance(SignedDuration::from_hours(24 * 30));
    let revoked = create(&app, "scim", "never").await.text_at("/id");
    admin(&app, Method::DELETE, &format!("{PATH}/{revoked}"), None).await.expect(204);
    let replaced = create(&app, "scim", "never").await.text_at("/id");
    let other = rotate(&app, &replaced, "7 days").await.expect(201).text_at("/id");
    let before = app.data();

    let mut told = String::new();
    for id in [&expired, &revoked, &replaced] {
        let detail = rotate(&app, id, "0 hours").await.expect(409).text_at("/detail");
        told += &format!("{}\n", without_times(&detail).replace(&other, "[other]"));
    }
    rotate(&app, "nobody", "1 hour").await.expect(404);

    assert_snapshot!(told, @"
    This API key expired at [time] and cannot be rotated. Create a new one.
    This API key was revoked at [time] and cannot be rotated. Create a new one.
    This API key has already been replaced by the key with the id '[other]'. Rotate that one, or create a new one.
    ");
    assert_eq!(app.data(), before);
}

#[tokio::test]
async fn an_admin_can_rotate_the_last_admin_key_by_itself() {
    let app = App::start().await;
    let own = app.tenant.admin_key[16..25].to_owned();

    let new = rotate(&app, &own, "0 hours").await.expect(201);

    let list = |key: &str| Call::new(Method::GET, PATH).key(key);
    app.call(list(&app.tenant.admin_key)).await.expect(401);
    app.call(list(&new.text_at("/key"))).await.expect(200);
    let revoke = Call::new(Method::DELETE, &format!("{PATH}/{}", new.text_at("/id"))).key(&new.text_at("/key"));
    app.call(revoke).await.expect(409);
}

#[tokio::test]
async fn a_key_in_its_grace_does_not_count_as_the_last_admin_key() {
    let app = App::start().await;
    let own = app.tenant.admin_key[16..25].to_owned();

    let new = rotate(&app, &own, "1 hour").await.expect(201).text_at("/id");

    admin(&app, Method::DELETE, &format!("{PATH}/{new}"), None).await.expect(409);
    admin(&app, Method::DELETE, &format!("{PATH}/{own}"), None).await.expect(204);
}

#[tokio::test]
async fn of_racing_rotations_of_one_key_one_wins() {
    for grace in ["0 hours", "7 days"] {
        let app = App::start().await;
        let old = create(&app, "scim", "never").await.text_at("/id");

        let answers = join_all((0..4).map(|_| rotate(&app, &old, grace))).await;

        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 1, "{grace}: {answers:?}");
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(lost.status, 409, "{grace}: {lost}");
            assert!(lost.text_at("/detail").starts_with("This API key "), "{grace}: {lost}");
        }
        list_users(&app, &made[0].text_at("/key")).await.expect(200);
        let count = app.data().iter().filter(|item| item["sk"]["S"].to_string().starts_with("\"KEY#")).count();
        assert_eq!(count, 4, "{grace}");
    }
}

#[tokio::test]
async fn a_rotation_and_a_revocation_come_one_after_the_other() {
    let app = App::start().await;
    let old = create(&app, "scim", "never").await;
    let id = old.text_at("/id");
    let path = format!("{PATH}/{id}");

    let (rotated, revoked) = tokio::join!(rotate(&app, &id, "7 days"), admin(&app, Method::DELETE, &path, None));

    revoked.expect(204);
    assert!([201, 409].contains(&rotated.status.as_u16()), "{rotated}");
    list_users(&app, &old.text_at("/key")).await.expect(401);
}

#[tokio::test]
async fn a_rotation_that_is_not_understood_is_explained() {
    let app = App::start().await;
    let old = create(&app, "scim", "never").await.text_at("/id");
    let before = app.data();
    let mut told = String::new();

    for body in [
        json!({}),
        json!({"expires": "never"}),
        json!({"grace": "1 hour"}),
        json!({"expires": "never", "grace": "2 hours"}),
        json!({"expires": "soon", "grace": "1 hour"}),
        json!({"expires": "2020-01-01", "grace": "1 hour"}),
        json!({"expires": "never", "grace": "1 hour", "description": ""}),
        json!({"expires": "never", "grace": "1 hour", "description": "x".repeat(257)}),
    ] {
        let answer = admin(&app, Method::POST, &format!("{PATH}/{old}/rotate"), Some(body)).await.expect(400);
        told += &format!("{}\n", answer.text_at("/detail"));
    }

    assert_snapshot!(told, @"
    grace is required: '0 hours', '1 hour', '24 hours' or '7 days'.
    grace is required: '0 hours', '1 hour', '24 hours' or '7 days'.
    expires is required: '30 days', '90 days', '1 year', 'never', or a date such as 2027-06-30.
    grace '2 hours' is not understood: use '0 hours', '1 hour', '24 hours' or '7 days'.
    expires 'soon' is not understood: use '30 days', '90 days', '1 year', 'never', or a date such as 2027-06-30.
    expires 2020-01-02T00:00:00Z is in the past.
    description is required: a few words on what the key is for.
    description is longer than 256 bytes.
    ");
    assert_eq!(app.data(), before);
}

#[tokio::test]
async fn a_list_tells_how_a_key_starts_and_which_one_expires_soon() {
    let app = App::start().await;
    let short = create(&app, "scim", "30 days").await;
    let long = create(&app, "scim", "90 days").await;
    let (short_id, long_id) = (short.text_at("/id"), long.text_at("/id"));

    assert_eq!(listed(&app, &short_id).await["prefix"], short.text_at("/key")[..25]);
    let soon = async || {
        (listed(&app, &short_id).await["expiresSoon"].clone(), listed(&app, &long_id).await["expiresSoon"].clone())
    };
    assert_eq!(soon().await, (json!(false), json!(false)));

    app.advance(SignedDuration::from_hours(24 * 10));
    assert_eq!(soon().await, (json!(true), json!(false)));

    app.advance(SignedDuration::from_hours(24 * 20));
    assert_eq!(soon().await, (json!(false), json!(false)), "it has expired");
    assert_eq!(listed(&app, &short_id).await["state"], "expired");
}
