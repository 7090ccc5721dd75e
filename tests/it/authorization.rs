use directory::PresentedKey;
use http::Method;
use insta::assert_snapshot;
use jiff::SignedDuration;
use serde_json::json;
use tests::app::{Answer, App, Call};
use tests::routes::{ROUTES, Route};

use crate::people::{created, person};

fn call(route: &Route) -> Call {
    let path = route.path.replace("{id}", "4f1b1a0e-3f47-8a5e-9c0a-2b8f00000001");
    // No JSON: whatever else is wrong with a request, the key comes first.
    Call::new(route.method.clone(), &path).header("content-type", "text/plain").bytes(b"{".to_vec())
}

fn is_admin(route: &Route) -> bool {
    route.path.starts_with("/admin/")
}

async fn new_key(app: &App, body: serde_json::Value) -> Answer {
    let call = Call::new(Method::POST, "/admin/v1/api-keys").key(&app.tenant.admin_key).json(&body);
    app.call(call).await.expect(201)
}

#[test]
fn the_public_routes_are_these() {
    let public: Vec<_> = ROUTES.iter().filter(|route| route.function.is_public()).map(|route| route.path).collect();

    assert_snapshot!(public.join("\n"), @"
    /scim/v2/ServiceProviderConfig
    /scim/v2/ResourceTypes
    /scim/v2/ResourceTypes/{id}
    /scim/v2/Schemas
    /scim/v2/Schemas/{id}
    /admin
    /admin/assets/{name}
    ");
}

#[tokio::test]
async fn every_other_route_needs_a_key_that_is_good() {
    let app = App::start().await;
    let expiring = json!({"description": "x", "scope": "scim", "expires": "30 days"});
    let expired = new_key(&app, expiring.clone()).await.text_at("/key");
    let revoked = new_key(&app, expiring).await;
    let path = format!("/admin/v1/api-keys/{}", revoked.text_at("/id"));
    app.call(Call::new(Method::DELETE, &path).key(&app.tenant.admin_key)).await.expect(204);
    app.advance(SignedDuration::from_hours(24 * 31));
    let mut wrong = app.tenant.scim_key.clone();
    let last = if wrong.ends_with('0') { "1" } else { "0" };
    wrong.replace_range(wrong.len() - 1.., last);
    let other = App::start().await.tenant.scim_key.clone();
    let before = app.items();

    let keys = [
        ("no key", ""),
        ("a word", "Bearer hello"),
        ("only the scheme", "Bearer "),
        ("Basic", "Basic a2x1ZTprbHVl"),
        ("a wrong checksum", &format!("Bearer {wrong}")),
        ("an unknown key", &format!("Bearer {other}")),
        ("an expired key", &format!("Bearer {expired}")),
        ("a revoked key", &format!("Bearer {}", revoked.text_at("/key"))),
    ];
    let mut details = String::new();
    for (what, value) in keys {
        let mut told = None;
        for route in ROUTES.iter().filter(|route| !route.function.is_public()) {
            let call = if value.is_empty() { call(route) } else { call(route).header("authorization", value) };
            let answer = app.call(call).await;
            assert_eq!(answer.status, 401, "{} {} with {what}: {answer}", route.method, route.path);
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"klue-scim\"");
            let media_type = if is_admin(route) { "application/problem+json" } else { "application/scim+json" };
            assert_eq!(answer.header("content-type"), media_type);
            told = Some(answer.text_at("/detail"));
        }
        details += &format!("{what}: {}\n", told.unwrap_or_default());
    }
    assert_snapshot!(crate::people::without_times(&details), @"
    no key: The request has no API key. Send it as 'Authorization: Bearer <API key>'; a key is made in Klue under Integrations → Manage API Keys.
    a word: This is not a Klue API key: it was cut off or changed when it was copied. Paste the whole key, which starts with 'klue_'.
    only the scheme: The request has no API key. Send it as 'Authorization: Bearer <API key>'; a key is made in Klue under Integrations → Manage API Keys.
    Basic: This is not a Klue API key: it was cut off or changed when it was copied. Paste the whole key, which starts with 'klue_'.
    a wrong checksum: This is not a Klue API key: it was cut off or changed when it was copied. Paste the whole key, which starts with 'klue_'.
    an unknown key: This API key is not known. Create one in Klue under Integrations → Manage API Keys and paste it into Okta.
    an expired key: This API key expired at [time]. Create a new one in Klue under Integrations → Manage API Keys and paste it into Okta.
    a revoked key: This API key was revoked at [time]. Create a new one in Klue under Integrations → Manage API Keys and paste it into Okta.
    ");
    assert_eq!(app.items(), before, "a refused request writes nothing");
}

#[tokio::test]
async fn every_other_route_needs_a_key_of_its_scope() {
    let app = App::start().await;

    for route in ROUTES.iter().filter(|route| !route.function.is_public()) {
        let key = if is_admin(route) { &app.tenant.scim_key } else { &app.tenant.admin_key };
        let answer = app.call(call(route).key(key)).await;
        assert_eq!(answer.status, 403, "{} {}: {answer}", route.method, route.path);
    }
    assert_snapshot!(app.call(Call::new(Method::GET, "/scim/v2/Users").key(&app.tenant.admin_key)).await, @r#"
    403 Forbidden
    {
      "detail": "This API key has the scope 'admin'; this address needs a key with the scope 'scim'. Create one in Klue under Integrations → Manage API Keys.",
      "schemas": [
        "urn:ietf:params:scim:api:messages:2.0:Error"
      ],
      "status": "403"
    }
    "#);
}

#[tokio::test]
async fn a_key_is_taken_with_and_without_its_scheme() {
    let app = App::start().await;
    let key = &app.tenant.scim_key;

    for value in [
        key.clone(),
        format!("Bearer {key}"),
        format!("bearer  {key}"),
        format!("BEARER Bearer {key}"),
        format!(" {key} "),
    ] {
        let call = Call::new(Method::GET, "/scim/v2/Users").header("authorization", &value);
        assert_eq!(app.call(call).await.status, 200, "for {}", value.replace(key, "KEY"));
    }
}

/// A key that names what it says, with another secret than the service has issued.
fn key_of(instance: &str, id: &str) -> String {
    let (instance, id) = (instance.parse().expect("an instance"), id.parse().expect("a key id"));
    PresentedKey::issue(instance, id, &[7; 32]).expose().to_owned()
}

#[tokio::test]
async fn who_has_no_key_cannot_tell_what_there_is_from_the_calls_that_are_made() {
    let app = App::start().await;
    let user = created(&app, person("ada")).await;
    let get = |path: &str, key: &str| Call::new(Method::GET, path).key(key);
    app.call(get("/admin/v1/users", &app.tenant.admin_key)).await.expect(200);

    for route in ROUTES.iter().filter(|route| !route.function.is_public()) {
        let right = if is_admin(route) { &app.tenant.admin_key } else { &app.tenant.scim_key };
        let (instance, id) = (&right[5..16], &right[16..25]);
        let path = route.path.replace("{id}", &user.text_at("/id"));
        let call = |key: &str| Call::new(route.method.clone(), &path).key(key).json(&person("bob"));
        let unknown = app.call(call(&key_of("00000000000", "000000000"))).await.expect(401);
        assert!(!unknown.sent.is_empty(), "the key is looked up by {} {path}", route.method);

        for (what, key) in [
            ("an unknown id of this instance", key_of(instance, "000000000")),
            ("the prefix of a key that is good", key_of(instance, id)),
        ] {
            let answer = app.call(call(&key)).await.expect(401);
            assert_eq!(answer.text, unknown.text, "for {what} at {} {path}", route.method);
            assert_eq!(answer.shape_of_calls(), unknown.shape_of_calls(), "for {what} at {} {path}", route.method);
        }
    }

    // Nor does a right key make other calls, where nothing but the first data is read.
    for (path, right) in [
        (user.user_path(), &app.tenant.scim_key),
        ("/scim/v2/Users?count=10".to_owned(), &app.tenant.scim_key),
        ("/admin/v1/instance".to_owned(), &app.tenant.admin_key),
    ] {
        let wrong = app.call(get(&path, &key_of(&right[5..16], &right[16..25]))).await.expect(401);
        let right = app.call(get(&path, right)).await.expect(200);
        assert_eq!(right.shape_of_calls(), wrong.shape_of_calls(), "for {path}");
    }
}

#[tokio::test]
async fn the_last_use_of_a_key_is_written_every_five_minutes_at_most() {
    let app = App::start().await;
    let last_used = || {
        let id = &app.tenant.scim_key[16..25];
        let item = app.items().into_iter().find(|item| item["sk"]["S"] == format!("KEY#{id}"));
        item.expect("the key is stored")["lastUsed"]["S"].clone()
    };
    assert!(last_used().is_null());

    app.get("/scim/v2/Users").await.expect(200);
    let first = last_used();
    app.advance(SignedDuration::from_mins(4));
    app.get("/scim/v2/Users").await.expect(200);
    assert_eq!(last_used(), first);

    app.advance(SignedDuration::from_mins(1));
    app.get("/scim/v2/Users").await.expect(200);
    assert_ne!(last_used(), first);
}
