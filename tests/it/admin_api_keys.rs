use http::Method;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;
use tests::access;
use tests::app::{Answer, App, Call};

use crate::people::admin;

const PATH: &str = "/admin/v1/api-keys";

async fn create(app: &App, scope: &str, expires: &str) -> Answer {
    admin(app, Method::POST, PATH, Some(json!({"description": "Okta", "scope": scope, "expires": expires}))).await
}

async fn revoke(app: &App, id: &str) -> Answer {
    admin(app, Method::DELETE, &format!("{PATH}/{id}"), None).await
}

#[tokio::test]
async fn a_new_key_works_and_is_shown_this_once() {
    let app = App::start().await;

    let issued = create(&app, "scim", "90 days").await.expect(201);
    let key = issued.text_at("/key");

    assert_eq!(key.len(), 74);
    assert!(key.starts_with("klue_") && key[5..].chars().all(char::is_alphanumeric), "a key is one word");
    let list = admin(&app, Method::GET, PATH, None).await.expect(200);
    assert!(
        !list.text.contains(&key) && !format!("{:?}", app.items()).contains(&key),
        "a key is shown once and never stored"
    );
    assert_eq!(list.json()["keys"].as_array().map(Vec::len), Some(3));
    app.call(Call::new(Method::GET, "/scim/v2/Users").key(&key)).await.expect(200);
}

#[tokio::test]
async fn keys_are_listed_with_what_is_known_of_them() {
    let app = App::start().await;
    let issued = create(&app, "scim", "30 days").await.expect(201);
    revoke(&app, &issued.text_at("/id")).await.expect(204);
    let expiring = create(&app, "scim", "30 days").await.expect(201);
    app.call(Call::new(Method::GET, "/scim/v2/Users").key(&expiring.text_at("/key"))).await.expect(200);
    app.advance(SignedDuration::from_hours(24 * 31));

    let list = admin(&app, Method::GET, PATH, None).await.expect(200).json();

    let keys = list["keys"].as_array().expect("keys are a list");
    let mut told: Vec<_> = keys
        .iter()
        .map(|key| {
            let known = |name: &str| !key[name].is_null();
            let (scope, state) = (&key["scope"], &key["state"]);
            format!(
                "{scope} {state} expires {} revoked {} used {} by {}",
                known("expires"),
                known("revoked"),
                known("lastUsed"),
                known("createdBy")
            )
        })
        .collect();
    // The first two keys were made at the same time.
    told[..2].sort();
    assert_snapshot!(told.join("\n"), @r#"
    "admin" "active" expires false revoked false used true by false
    "scim" "active" expires false revoked false used false by false
    "scim" "revoked" expires true revoked true used false by true
    "scim" "expired" expires true revoked false used true by true
    "#);
}

#[tokio::test]
async fn an_expiry_is_a_period_a_date_or_never() {
    let app = App::start().await;
    let day = |date: &str| date[..10].to_owned();
    let in_days = |days: i64| day(&(app.now() + SignedDuration::from_hours(24 * days)).to_string());

    for (expires, expected) in [
        ("30 days", in_days(30)),
        ("90 days", in_days(90)),
        ("1 year", in_days(365)),
        ("2999-12-31", "3000-01-01".into()),
    ] {
        let issued = create(&app, "scim", expires).await;
        assert_eq!(day(&issued.text_at("/expires")), expected, "for {expires}: {issued}");
        revoke(&app, &issued.text_at("/id")).await.expect(204);
    }
    assert_eq!(create(&app, "scim", "never").await.expect(201).json()["expires"], json!(null));
}

#[tokio::test]
async fn a_key_that_cannot_be_made_is_explained() {
    let app = App::start().await;
    let before = app.data().len();
    let mut told = String::new();

    for body in [
        json!({}),
        json!({"description": "x", "scope": "root", "expires": "never"}),
        json!({"description": " ", "scope": "scim", "expires": "never"}),
        json!({"description": "x", "scope": "scim"}),
        json!({"description": "x", "scope": "scim", "expires": "soon"}),
        json!({"description": "x", "scope": "scim", "expires": "2020-01-01"}),
        json!({"description": "x".repeat(257), "scope": "scim", "expires": "never"}),
    ] {
        let answer = admin(&app, Method::POST, PATH, Some(body)).await.expect(400);
        told += &format!("{}\n", answer.text_at("/detail"));
    }
    assert_snapshot!(told, @"
    description is required: a few words on what the key is for.
    scope 'root' does not exist; the scopes are: scim, admin.
    description is required: a few words on what the key is for.
    expires is required: '30 days', '90 days', '1 year', 'never', or a date such as 2027-06-30.
    expires 'soon' is not understood: use '30 days', '90 days', '1 year', 'never', or a date such as 2027-06-30.
    expires 2020-01-02T00:00:00Z is in the past.
    description is longer than 256 bytes.
    ");
    assert_eq!(app.data().len(), before);
}

#[tokio::test]
async fn five_keys_of_a_scope_can_be_active() {
    let app = App::start().await;
    let mut last = String::new();
    for _ in 0..4 {
        last = create(&app, "scim", "never").await.expect(201).text_at("/id");
    }

    assert_snapshot!(create(&app, "scim", "never").await, @r#"
    409 Conflict
    {
      "detail": "This instance already has 5 active keys with the scope 'scim'. Revoke one that is no longer used.",
      "status": 409,
      "title": "Conflict",
      "type": "about:blank"
    }
    "#);
    create(&app, "admin", "never").await.expect(201);
    revoke(&app, &last).await.expect(204);
    create(&app, "scim", "never").await.expect(201);
}

#[tokio::test]
async fn racing_creations_do_not_exceed_the_limit() {
    let app = App::start().await;

    let answers = futures_util::future::join_all((0..12).map(|_| create(&app, "scim", "never"))).await;

    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 4, "one key was there before");
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status.as_u16())));
}

#[tokio::test]
async fn a_revoked_key_stops_at_once_and_stays_revoked() {
    let app = App::start().await;
    let issued = create(&app, "scim", "never").await.expect(201);
    let list = || Call::new(Method::GET, "/scim/v2/Users").key(&issued.json()["key"].to_string().replace('"', ""));
    app.call(list()).await.expect(200);

    revoke(&app, &issued.text_at("/id")).await.expect(204);

    app.call(list()).await.expect(401);
    let before = app.items();
    revoke(&app, &issued.text_at("/id")).await.expect(204);
    assert_eq!(app.items(), before, "to revoke again writes nothing");
    revoke(&app, "nobody").await.expect(404);
}

#[tokio::test]
async fn the_last_active_admin_key_cannot_be_revoked() {
    let app = App::start().await;
    let own = app.tenant.admin_key[16..25].to_owned();

    assert_snapshot!(revoke(&app, &own).await, @r#"
    409 Conflict
    {
      "detail": "This is the last active admin key of the instance. Create another one before you revoke it.",
      "status": 409,
      "title": "Conflict",
      "type": "about:blank"
    }
    "#);

    create(&app, "admin", "never").await.expect(201);
    revoke(&app, &own).await.expect(204);
}

#[tokio::test]
async fn no_item_of_the_table_has_a_key() {
    let app = App::start().await;
    let made = create(&app, "scim", "never").await.expect(201);
    let rotation = json!({"expires": "never", "grace": "1 hour"});
    let rotate = Call::new(Method::POST, &format!("{PATH}/{}/rotate", made.text_at("/id"))).key(&app.tenant.admin_key);
    let rotated = app.call(rotate.json(&rotation)).await.expect(201);
    let keys =
        [made.text_at("/key"), rotated.text_at("/key"), app.tenant.admin_key.clone(), app.tenant.scim_key.clone()];
    for key in &keys {
        app.call(Call::new(Method::GET, "/scim/v2/Users").key(key)).await;
    }

    let stored = json!(app.items()).to_string();

    for key in &keys {
        // Who has half of a secret has to guess 128 bits.
        let (prefix, secret) = key.split_at(25);
        assert!(stored.contains(&prefix[16..]), "expected the key {prefix}… in {stored}");
        assert!(!stored.contains(&secret[..21]) && !stored.contains(&secret[21..]), "{prefix}… is in {stored}");
    }
}

#[tokio::test]
async fn an_operator_can_always_issue_an_admin_key() {
    let app = App::start().await;
    for _ in 0..4 {
        create(&app, "admin", "never").await.expect(201);
    }
    create(&app, "admin", "never").await.expect(409);
    let instance = &app.tenant.admin_key[5..16];

    let event = json!({"instance": instance});
    let created = create_instance::handle(&app.store, &event, "r1");
    let created = access::noting("create_instance", created).await.expect("a key is issued");

    let list = Call::new(Method::GET, PATH).key(created.admin_key.0.expose());
    app.call(list).await.expect(200);
    assert!(created.scim_key.is_none());
}

#[tokio::test]
async fn an_operator_who_asks_wrongly_is_told_how() {
    let app = App::start().await;
    let mut told = String::new();

    for event in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "x".repeat(129)}),
        json!({"name": "Acme\u{7}"}),
        json!({"name": 7}),
        json!({"name": "a", "instance": "b"}),
        json!({"instance": "b"}),
        json!({"instance": "abcdefghijk"}),
    ] {
        let refused = access::noting("create_instance", create_instance::handle(&app.store, &event, "r1")).await;
        let refused = refused.expect_err("there is nothing to make");
        told += &format!("{}: {refused}\n", event.to_string().replace(&"x".repeat(129), "…"));
    }
    assert_snapshot!(told, @r#"
    {}: Send {"name": "…"} to make an instance, or {"instance": "…"} to issue a new admin key for one.
    {"name":""}: name must not be empty.
    {"name":"…"}: name is 129 bytes long; the limit is 128.
    {"name":"Acme\u0007"}: name contains a control character.
    {"name":7}: name must be a string, not a number.
    {"instance":"b","name":"a"}: Send {"name": "…"} to make an instance, or {"instance": "…"} to issue a new admin key for one.
    {"instance":"b"}: There is no Klue instance 'b'.
    {"instance":"abcdefghijk"}: There is no Klue instance 'abcdefghijk'.
    "#);
    let longest = json!({"name": "x".repeat(128)});
    let made = access::noting("create_instance", create_instance::handle(&app.store, &longest, "r1")).await;
    assert_eq!(made.expect("an instance is made").name, longest["name"]);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_in_a_problem_document() {
    let app = App::start().await;
    let post = || Call::new(Method::POST, PATH).key(&app.tenant.admin_key);

    assert_snapshot!(app.call(post().header("content-type", "application/json").bytes(b"{".to_vec())).await, @r#"
    400 Bad Request
    {
      "detail": "The body is not valid JSON: EOF while parsing an object at line 1 column 1.",
      "status": 400,
      "title": "Bad Request",
      "type": "about:blank"
    }
    "#);
    assert_snapshot!(app.call(post().header("content-type", "text/plain").bytes(b"{}".to_vec())).await, @r#"
    415 Unsupported Media Type
    {
      "detail": "The content type 'text/plain' is not supported: send application/scim+json or application/json.",
      "status": 415,
      "title": "Unsupported Media Type",
      "type": "about:blank"
    }
    "#);
    app.call(post().header("content-type", "application/json").bytes(b"[\xff]".to_vec())).await.expect(400);
    app.call(post().json(&json!([]))).await.expect(400);
}
