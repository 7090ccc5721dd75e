//! The binaries that are deployed, run under the Runtime API with the events of an HTTP API.

mod events;
mod gateway;
mod pepper;
mod pepper_faults;
mod start;

use std::collections::BTreeSet;

use gateway::Gateway;
use http::Method;
use serde_json::{Value, json};
use tests::events::{Call, Front};
use tests::routes::{Function, ROUTES};

const PASSWORD: &str = "correct-horse-battery-staple";

fn ada() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": true, "value": "ada.mail@example.com", "type": "work"}],
        "password": PASSWORD,
    })
}

/// Checks that a log is JSON, line by line, and tells none of some words.
#[track_caller]
fn assert_is_clean(log: &[String], secrets: &[&str]) {
    assert!(!log.is_empty(), "expected a log");
    for line in log {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()), "expected JSON, got {line}");
        for secret in secrets {
            assert!(!line.contains(secret), "expected no {secret} in {line}");
        }
    }
}

/// The life of a user, by one binary after another.
async fn life(gateway: &mut Gateway) {
    let key = gateway.scim_key.clone();
    let created = gateway.send(Call::new(Method::POST, "/scim/v2/Users").key(&key).json(&ada())).await.expect(201);
    let path = created.user_path();

    let read = gateway.send(Call::new(Method::GET, &path).key(&key)).await.expect(200);
    assert_eq!(read.json(), created.json());
    assert_eq!(read.header("etag"), created.header("etag"));

    for filter in ["userName%20eq%20%22ada%40example.com%22", "userName+eq+%22ADA@example.com%22"] {
        let target = format!("/scim/v2/Users?filter={filter}&count=10");
        let found = gateway.send(Call::new(Method::GET, &target).key(&key)).await.expect(200);
        assert_eq!(found.json()["totalResults"], 1, "{filter}: {found}");
        assert_eq!(found.json()["Resources"][0], created.json(), "{filter}");
    }

    let mut replacement = ada();
    replacement["name"]["familyName"] = json!("King");
    let replaced = gateway.send(Call::new(Method::PUT, &path).key(&key).json(&replacement)).await.expect(200);
    assert_eq!(replaced.text("/name/familyName"), "King");

    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": false}],
    });
    let patched = gateway.send(Call::new(Method::PATCH, &path).key(&key).json(&patch)).await.expect(200);
    assert_eq!(patched.json()["active"], false);

    let deleted = gateway.send(Call::new(Method::DELETE, &path).key(&key)).await.expect(204);
    assert_eq!(deleted.json(), Value::Null);

    let back = json!({"Operations": [{"method": "POST", "path": "/Users", "bulkId": "1", "data": ada()}]});
    let back = gateway.send(Call::new(Method::POST, "/scim/v2/Bulk").key(&key).json(&back)).await.expect(200);
    assert_eq!(back.json()["Operations"][0]["location"], created.json()["meta"]["location"], "{back}");
}

/// The life of an API key.
async fn key_life(gateway: &mut Gateway) {
    let admin_key = gateway.admin_key.clone();
    let wanted = json!({"description": "Okta", "scope": "scim", "expires": "90 days"});
    let call = Call::new(Method::POST, "/admin/v1/api-keys").key(&admin_key).json(&wanted);
    let created = gateway.send(call).await.expect(201);
    let (id, key) = (created.text("/id"), created.text("/key"));
    gateway.send(Call::new(Method::GET, "/scim/v2/Users").key(&key)).await.expect(200);

    let listed = gateway.send(Call::new(Method::GET, "/admin/v1/api-keys").key(&admin_key)).await.expect(200);
    let keys = listed.json()["keys"].as_array().cloned().unwrap_or_default();
    assert!(keys.iter().any(|key| key["id"] == id && key["state"] == "active"), "expected {id} in {listed}");

    let rotation = json!({"expires": "90 days", "grace": "1 hour"});
    let rotate = Call::new(Method::POST, &format!("/admin/v1/api-keys/{id}/rotate")).key(&admin_key).json(&rotation);
    let rotated = gateway.send(rotate).await.expect(201);
    for key in [&key, &rotated.text("/key")] {
        gateway.send(Call::new(Method::GET, "/scim/v2/Users").key(key)).await.expect(200);
    }

    let revoke = Call::new(Method::DELETE, &format!("/admin/v1/api-keys/{id}")).key(&admin_key);
    gateway.send(revoke).await.expect(204);
    let refused = gateway.send(Call::new(Method::GET, "/scim/v2/Users").key(&key)).await.expect(401);
    assert!(refused.header("www-authenticate").starts_with("Bearer"), "expected a challenge, got {refused}");

    gateway.send(Call::new(Method::GET, "/admin/v1/activity?count=0").key(&admin_key)).await.expect(400);
    let log = gateway.send(Call::new(Method::GET, "/admin/v1/activity").key(&admin_key)).await.expect(200);
    let kinds: Vec<_> = (0..3).map(|index| log.text(&format!("/entries/{index}/kind"))).collect();
    assert_eq!(kinds, ["requestRefused", "keyRevoked", "keyRotated"], "{log}");
}

/// The first and the second sign-in of somebody, and one that is refused.
async fn sign_ins(gateway: &mut Gateway) {
    let mut event = json!({"email": "alan@example.com", "givenName": "Alan", "familyName": "Turing"});
    event["instance"] = json!(gateway.scim_key[5..16]);
    let first = gateway.invoke("sign_in", &event).await.expect("an answer");
    let second = gateway.invoke("sign_in", &event).await.expect("an answer");
    event["email"] = json!("alan.example.com");
    let refused = gateway.invoke("sign_in", &event).await.expect_err("this is no e-mail address");

    assert_eq!((&first["allowed"], &first["created"]), (&json!(true), &json!(true)), "{first}");
    assert_eq!((&second["user"], &second["created"]), (&first["user"], &json!(false)), "{second}");
    assert_eq!(refused["errorMessage"], "email is not an e-mail address.");
}

/// A day of an admin.
async fn administration(gateway: &mut Gateway) {
    let admin_key = gateway.admin_key.clone();
    let call = |method, path: &str| Call::new(method, path).key(&admin_key);
    let groups = "/admin/v1/visibility-groups";

    let made = gateway.send(call(Method::POST, groups).json(&json!({"name": "Sales"}))).await.expect(201);
    let id = made.text("/id");
    let change = json!({"name": "Acme", "defaultVisibilityGroup": id});
    let instance = gateway.send(call(Method::PATCH, "/admin/v1/instance").json(&change)).await.expect(200);
    assert_eq!(instance.text("/defaultVisibilityGroup/name"), "Sales");
    gateway.send(call(Method::DELETE, &format!("{groups}/{id}"))).await.expect(409);

    let users = gateway.send(call(Method::GET, "/admin/v1/users?q=ada")).await.expect(200);
    let path = format!("/admin/v1/users/{}", users.text("/users/0/id"));
    let changed = gateway.send(call(Method::PATCH, &path).json(&json!({"klueRole": "curator"}))).await.expect(200);
    assert_eq!(changed.text("/klueRole"), "curator");
}

#[tokio::test]
async fn a_user_lives_through_the_binaries() {
    life(&mut Gateway::start().await).await;
}

#[tokio::test]
async fn a_key_is_made_listed_and_revoked_by_the_binaries() {
    key_life(&mut Gateway::start().await).await;
}

#[tokio::test]
async fn an_operator_makes_an_instance_or_a_new_admin_key_for_one() {
    let mut gateway = Gateway::start().await;

    let created = gateway.invoke("create_instance", &json!({"name": "Acme"})).await.expect("an instance is made");
    let instance = json!({"instance": created["instance"]});
    let renewed = gateway.invoke("create_instance", &instance).await.expect("a key is made");
    let nobody = json!({"instance": "nobody"});
    let refused = gateway.invoke("create_instance", &nobody).await.expect_err("there is no such instance");

    assert_eq!(created["name"], "Acme");
    assert_eq!(renewed["instance"], created["instance"]);
    assert_eq!(renewed["scimKey"], Value::Null);
    let admin_key = renewed["adminKey"].as_str().unwrap_or_default();
    gateway.send(Call::new(Method::GET, "/admin/v1/api-keys").key(admin_key)).await.expect(200);
    assert!(refused["errorMessage"].as_str().is_some_and(|text| text.contains("nobody")), "{refused}");
}

#[tokio::test]
async fn people_sign_in_by_a_binary_that_knows_no_pepper() {
    sign_ins(&mut Gateway::start().await).await;
}

#[tokio::test]
async fn discovery_answers_every_document() {
    let mut gateway = Gateway::start().await;
    let user = "urn:ietf:params:scim:schemas:core:2.0:User";

    for (target, pointer, expected) in [
        ("ServiceProviderConfig".to_owned(), "/meta/resourceType", "ServiceProviderConfig"),
        ("ResourceTypes".to_owned(), "/Resources/0/id", "User"),
        ("ResourceTypes/User".to_owned(), "/schema", user),
        ("Schemas".to_owned(), "/Resources/0/id", user),
        (format!("Schemas/{user}"), "/id", user),
        (format!("Schemas/{}", user.replace(':', "%3A")), "/id", user),
    ] {
        let answer = gateway.send(Call::new(Method::GET, &format!("/scim/v2/{target}"))).await.expect(200);

        assert_eq!(answer.text(pointer), expected, "{target}: {answer}");
        assert_eq!(answer.header("content-type"), "application/scim+json");
    }
    gateway.send(Call::new(Method::GET, "/scim/v2/Schemas/urn:none")).await.expect(404);
    gateway.send(Call::new(Method::GET, "/scim/v2/Schemas?filter=id%20pr")).await.expect(403);
}

#[tokio::test]
async fn what_has_no_route_is_refused_in_the_words_of_scim() {
    let mut gateway = Gateway::start().await;

    for (method, path, status, allow) in [
        (Method::GET, "/scim/v2/Groups", 404, ""),
        (Method::GET, "/scim/v2/Me", 501, ""),
        (Method::GET, "/elsewhere", 404, ""),
        (Method::DELETE, "/scim/v2/Users", 405, "GET, POST"),
        (Method::POST, "/scim/v2/Users/some-id", 405, "GET, PUT, PATCH, DELETE"),
        (Method::PUT, "/scim/v2/Schemas", 405, "GET"),
    ] {
        let answer = gateway.send(Call::new(method.clone(), path)).await.expect(status);

        assert_eq!(answer.header("allow"), allow, "{method} {path}");
        assert_eq!(answer.text("/status"), status.to_string(), "{method} {path}: {answer}");
        assert_eq!(answer.text("/schemas/0"), "urn:ietf:params:scim:api:messages:2.0:Error", "{method} {path}");
    }
}

#[tokio::test]
async fn a_location_is_the_address_by_which_the_client_came() {
    let mut gateway = Gateway::start().await;
    let key = gateway.scim_key.clone();
    let created = gateway.send(Call::new(Method::POST, "/scim/v2/Users").key(&key).json(&ada())).await.expect(201);
    let path = created.user_path();

    for (front, base) in [
        (Front::DEFAULT_STAGE, "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"),
        (Front::NAMED_STAGE, "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/dev"),
        (Front::CUSTOM_DOMAIN, "https://api.klue.example/klue"),
        (Front::SAM_LOCAL, "http://localhost:3000"),
    ] {
        let (key, location) = (&key, format!("{base}{path}"));
        let mut bob = ada();
        bob["userName"] = json!(base);
        bob["emails"][0]["value"] = json!(format!("{}@example.com", base.len()));

        let read = gateway.send(Call::new(Method::GET, &path).key(key).through(front)).await.expect(200);
        let made = Call::new(Method::POST, "/scim/v2/Users").key(key).json(&bob).through(front);
        let made = gateway.send(made).await.expect(201);
        let config = Call::new(Method::GET, "/scim/v2/ServiceProviderConfig").through(front);
        let config = gateway.send(config).await.expect(200);
        let no_route = gateway.send(Call::new(Method::GET, "/scim/v2/Groups").through(front)).await;

        assert_eq!(read.text("/meta/location"), location);
        assert_eq!(made.text("/meta/location"), format!("{base}{}", made.user_path()));
        assert_eq!(made.header("location"), made.text("/meta/location"));
        assert_eq!(config.text("/meta/location"), format!("{base}/scim/v2/ServiceProviderConfig"));
        no_route.expect(404);
    }
}

#[tokio::test]
async fn a_base64_body_is_read_and_is_as_long_as_it_was_before() {
    let mut gateway = Gateway::start().await;
    let call = Call::new(Method::POST, "/scim/v2/Users").key(&gateway.scim_key);
    let of_length = |bytes: usize| [ada().to_string().into_bytes(), vec![b' '; bytes]].concat()[..bytes].to_vec();

    // Of three lengths that follow each other, each ends in base64 in another way.
    for bytes in [1024 * 1024 + 1, 1024 * 1024 + 2, 1024 * 1024 + 3] {
        let refused = gateway.send(call.clone().base64(&of_length(bytes))).await.expect(413);
        assert_eq!(refused.text("/detail"), "The request body is longer than 1048576 bytes.");
    }
    let created = gateway.send(call.base64(&of_length(1024 * 1024))).await.expect(201);

    assert_eq!(created.text("/userName"), "ada@example.com");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_and_the_function_goes_on() {
    let gateway = Gateway::start().await;
    let function = gateway.launch("create_user").start().await;
    let call = Call::new(Method::POST, "/scim/v2/Users").key(&gateway.scim_key);

    for broken in [
        call.clone().body("{\"userName\": %%%", true),
        call.clone().base64(b"{\"userName\": \"\xff\xfe\"}"),
        call.clone().base64(b""),
        call.clone().body("{\"userName\": ", false),
        call.clone().body("", false),
    ] {
        let answer = function.invoke(&broken.event()).await.expect("an answer");

        assert_eq!(answer["statusCode"], 400, "{answer}");
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        assert_eq!(body["scimType"], "invalidSyntax", "{body}");
        assert_eq!(body["status"], "400", "{body}");
    }

    let answer = function.invoke(&call.json(&ada()).event()).await.expect("an answer");
    assert_eq!(answer["statusCode"], 201, "expected the same process to answer, got {answer}");
}

#[tokio::test]
async fn every_function_runs_and_its_log_is_json_without_secrets() {
    let mut gateway = Gateway::start().await;

    life(&mut gateway).await;
    key_life(&mut gateway).await;
    administration(&mut gateway).await;
    sign_ins(&mut gateway).await;
    gateway.send(Call::new(Method::GET, "/scim/v2/Schemas")).await.expect(200);
    gateway.send(Call::new(Method::GET, "/scim/v2/Groups").key(&gateway.scim_key)).await.expect(404);
    for path in ["/admin", "/admin/v1/instance", "/admin/v1/users", "/admin/v1/visibility-groups"] {
        let call = Call::new(Method::GET, path).key(&gateway.admin_key);
        gateway.send(call).await.expect(200);
    }
    let mut taken = ada();
    taken["userName"] = json!("grace@example.com");
    let call = Call::new(Method::POST, "/scim/v2/Users").key(&gateway.scim_key).json(&taken);
    gateway.send(call).await.expect(409);

    let without_route = [Function::Unsupported.name(), "create_instance", "sign_in"];
    let every: BTreeSet<_> = ROUTES.iter().map(|route| route.function.name()).chain(without_route).collect();
    assert_eq!(gateway.running_functions(), every.into_iter().collect::<Vec<_>>());
    let (admin_key, scim_key) = (gateway.admin_key.clone(), gateway.scim_key.clone());
    // The part of a key behind its id is the secret; of an e-mail already its domain tells.
    let secrets = [&admin_key[25..], &scim_key[25..], PASSWORD, "Lovelace", "Turing", "ada.mail", "example.com"];
    assert_is_clean(&gateway.stop_all(), &secrets);
}
