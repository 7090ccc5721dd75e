//! Sign-ins by way of the SAML service provider.

mod races;

use directory::{Error, Usage};
use dynoxide::Database;
use insta::assert_snapshot;
use serde_json::{Value, json};
use tests::access;
use tests::app::{App, Call};
use tests::engine::TABLE;

use crate::people::{created, employee, operation, person};

fn assertion(app: &App, email: &str) -> Value {
    json!({
        "instance": app.tenant.scim_key[5..16],
        "email": email,
        "givenName": "Ada",
        "familyName": "Lovelace",
    })
}

async fn sign_in(app: &App, event: &Value) -> Result<Value, Error> {
    let answer = access::noting("sign_in", sign_in::handle(&app.store, event, "request-7")).await?;
    Ok(serde_json::to_value(&answer).expect("an answer is JSON"))
}

async fn answer(app: &App, email: &str) -> Value {
    sign_in(app, &assertion(app, email)).await.expect("an answer")
}

/// An answer in which the id has the word's place.
fn told(mut answer: Value) -> String {
    if let Some(id) = answer.pointer_mut("/user/id") {
        assert!(id.as_str().is_some_and(|id| id.parse::<directory::UserId>().is_ok()));
        *id = json!("[id]");
    }
    format!("{answer:#}")
}

fn group(app: &App, name: &str) -> Value {
    let is_wanted = |item: &Value| item["sk"]["S"] == format!("GROUP#{name}");
    app.items().into_iter().find(is_wanted).expect("there is the group")
}

/// Makes a group that is the default from now on, and has the one before deleted.
fn replace_default_group(database: &Database, instance: &str) {
    let pk = json!({"S": format!("I#{instance}")});
    let made = json!({
        "pk": pk, "sk": {"S": "GROUP#sales"}, "name": {"S": "Sales"}, "description": {"S": ""},
        "state": {"S": "open"}, "members": {"N": "0"},
    });
    let put = json!({"TableName": TABLE, "Item": made});
    database.put_item(serde_json::from_value(put).expect("a put")).expect("the group is made");
    for (sk, attribute, value) in [("INSTANCE", "defaultGroup", "Sales"), ("GROUP#full access", "state", "closing")] {
        let update = json!({
            "TableName": TABLE,
            "Key": {"pk": pk, "sk": {"S": sk}},
            "UpdateExpression": "SET #attribute = :value",
            "ExpressionAttributeNames": {"#attribute": attribute},
            "ExpressionAttributeValues": {":value": {"S": value}},
        });
        database.update_item(serde_json::from_value(update).expect("an update")).expect("an update is done");
    }
}

#[tokio::test]
async fn who_is_unknown_becomes_a_consumer_of_the_default_group() {
    let app = App::start().await;
    replace_default_group(&app.engine.database, &app.tenant.scim_key[5..16]);

    let first = answer(&app, "ada@example.com").await;

    assert_snapshot!(told(first), @r#"
    {
      "allowed": true,
      "created": true,
      "user": {
        "email": "ada@example.com",
        "familyName": "Lovelace",
        "givenName": "Ada",
        "id": "[id]",
        "klueRole": "consumer",
        "userName": "ada@example.com",
        "visibilityGroup": "Sales"
      }
    }
    "#);
    assert_eq!(group(&app, "sales")["members"]["N"], "1");
    assert_eq!(group(&app, "full access")["members"]["N"], "0");
}

#[tokio::test]
async fn who_is_known_signs_in_as_the_same_user_and_nothing_is_written() {
    let app = App::start().await;
    let first = answer(&app, "ada@example.com").await;
    let before = app.items();

    let mut event = assertion(&app, "ADA@Example.com");
    event["givenName"] = json!("Augusta");
    let second = sign_in(&app, &event).await.expect("an answer");

    assert_eq!(second, json!({"allowed": true, "user": first["user"], "created": false}));
    assert_eq!(app.items(), before);
}

#[tokio::test]
async fn a_user_is_found_by_user_name_or_work_e_mail_without_case() {
    let app = App::start().await;
    let mut ada = person("ada");
    ada["userName"] = json!("countess");
    ada["emails"][0]["value"] = json!("Ada@Example.com");
    let ada = created(&app, ada).await;
    let mut bob = person("bob");
    bob["userName"] = json!("Bob@Example.com");
    bob["emails"][0]["value"] = json!("robert@example.com");
    let bob = created(&app, bob).await;

    let by_email = answer(&app, "ada@EXAMPLE.com").await;
    let by_user_name = answer(&app, "bob@example.com").await;

    assert_eq!(by_email["user"]["id"], ada.text_at("/id"));
    assert_eq!(by_email["user"]["userName"], "countess");
    assert_eq!(by_email["created"], false);
    assert_eq!(by_user_name["user"]["id"], bob.text_at("/id"));
    assert_eq!(by_user_name["user"]["email"], "robert@example.com");
}

#[tokio::test]
async fn an_admin_stays_an_admin() {
    let app = App::start().await;
    created(&app, employee("ada", json!({"klueRole": "admin"}))).await;
    let before = app.items();

    let signed_in = answer(&app, "ada@example.com").await;

    assert_snapshot!(told(signed_in), @r#"
    {
      "allowed": true,
      "created": false,
      "user": {
        "email": "ada@example.com",
        "familyName": "Example",
        "givenName": "ada",
        "id": "[id]",
        "klueRole": "admin",
        "userName": "ada@example.com"
      }
    }
    "#);
    assert_eq!(app.items(), before);
}

#[tokio::test]
async fn who_is_inactive_is_refused_and_stays_inactive() {
    let app = App::start().await;
    let ada = created(&app, person("ada")).await;
    app.patch(&ada.user_path(), operation("replace", "active", json!(false))).await.expect(200);
    let bob = created(&app, person("bob")).await;
    app.delete(&bob.user_path()).await.expect(204);
    let before = app.data();

    let refused = [answer(&app, "ada@example.com").await, answer(&app, "Bob@example.com").await];

    assert_snapshot!(refused.map(told).join("\n"), @r#"
    {
      "allowed": false,
      "detail": "The user with the e-mail 'ada@example.com' is deactivated in Klue. Reactivate them in Klue, or assign the Klue app to them in Okta again.",
      "reason": "inactive"
    }
    {
      "allowed": false,
      "detail": "The user with the e-mail 'Bob@example.com' was deleted by the identity provider. Assign the Klue app to them in Okta again, which restores them, or reactivate them in Klue.",
      "reason": "inactive"
    }
    "#);
    assert_eq!(app.data(), before);
    assert_eq!(app.get(&bob.user_path()).await.expect(200).json()["active"], false);
}

#[tokio::test]
async fn an_e_mail_that_two_users_match_is_refused() {
    let app = App::start().await;
    let mut ada = person("ada");
    ada["emails"][0]["value"] = json!("countess@example.com");
    created(&app, ada).await;
    let mut bob = person("bob");
    bob["emails"][0]["value"] = json!("ada@example.com");
    created(&app, bob).await;
    let before = app.data();

    assert_snapshot!(told(answer(&app, "ada@example.com").await), @r#"
    {
      "allowed": false,
      "detail": "Two Klue users match the e-mail 'ada@example.com': it is the userName of one and the work e-mail of another. Change one of the two, so that a single user has it.",
      "reason": "ambiguous"
    }
    "#);
    assert_eq!(app.data(), before);
}

#[tokio::test]
async fn okta_finds_the_new_user_and_goes_on_with_it() {
    let app = App::start().await;
    let signed_in = answer(&app, "Ada@example.com").await;

    let found = app.get("/scim/v2/Users?filter=userName+eq+%22ada%40example.com%22").await.expect(200);
    let path = format!("/scim/v2/Users/{}", found.text_at("/Resources/0/id"));
    app.patch(&path, operation("replace", "externalId", json!("00u1"))).await.expect(200);
    let promoted =
        operation("replace", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:klueRole", json!("curator"));
    app.patch(&path, promoted).await.expect(200);

    assert_eq!(found.json()["Resources"][0]["id"], signed_in["user"]["id"]);
    assert_eq!(found.text_at("/Resources/0/emails/0/value"), "Ada@example.com");
    assert_eq!(answer(&app, "ada@example.com").await["user"]["klueRole"], "curator");
    assert_eq!(group(&app, "full access")["members"]["N"], "0");
}

#[tokio::test]
async fn a_first_sign_in_is_told_in_the_activity_log() {
    let app = App::start().await;

    let signed_in = answer(&app, "ada@example.com").await;

    let entry = app.items().into_iter().find(|item| item["kind"]["S"] == "userSignedUp").expect("an entry");
    let instance = &app.tenant.scim_key[5..16];
    let id = signed_in["user"]["id"].as_str().unwrap_or_default();
    assert_eq!(entry["timeline"]["S"], format!("I#{instance}#USER#{id}"));
    assert_eq!(entry["requestId"]["S"], "request-7");
    assert!(entry["by"].is_null(), "no key did it");
    assert!(entry["changes"].to_string().contains("Lovelace"));
}

#[tokio::test]
async fn a_refused_sign_in_is_told_in_the_log_and_in_the_users_timeline() {
    let app = App::start().await;
    let ada = created(&app, person("ada")).await;
    app.patch(&ada.user_path(), operation("replace", "active", json!(false))).await.expect(200);

    let refused = answer(&app, "ada@example.com").await;

    let path = format!("/admin/v1/activity?outcome=refused&user={}", ada.text_at("/id"));
    let log = app.call(Call::new(http::Method::GET, &path).key(&app.tenant.admin_key)).await.expect(200);
    let entry = &log.json()["entries"][0];
    assert_eq!(
        entry["refusal"],
        json!({
            "route": "sign-in", "status": 403, "scimType": null, "detail": refused["detail"],
            "values": [{"attribute": "email", "value": "ada@example.com"}],
        })
    );
    assert!(entry["by"].is_null(), "no key did it: {entry}");
}

#[tokio::test]
async fn another_instance_knows_nobody_of_this_one() {
    let app = App::start().await;
    let ada = created(&app, employee("ada", json!({"klueRole": "admin"}))).await;
    let stranger = app.another_tenant().await;
    let mut event = assertion(&app, "ada@example.com");
    event["instance"] = json!(stranger.scim_key[5..16]);

    let signed_in = sign_in(&app, &event).await.expect("an answer");

    assert_eq!((&signed_in["created"], &signed_in["user"]["klueRole"]), (&json!(true), &json!("consumer")));
    let list = app.call(Call::new(http::Method::GET, "/scim/v2/Users").key(&stranger.scim_key)).await.expect(200);
    assert_eq!(list.json()["Resources"][0]["id"], signed_in["user"]["id"]);
    assert_eq!(app.get(&ada.user_path()).await.expect(200).json(), ada.json());
}

#[tokio::test]
async fn an_event_that_is_wrong_is_refused_with_a_reason() {
    let app = App::start().await;
    let before = app.items();
    let mut told = String::new();

    for (member, value) in [
        ("instance", json!(null)),
        ("instance", json!("nobody")),
        ("instance", json!("abcdefghijk")),
        ("email", json!(null)),
        ("email", json!(" ")),
        ("email", json!(7)),
        ("email", json!("ada")),
        ("email", json!("@example.com")),
        ("email", json!("ada @example.com")),
        ("email", json!(format!("{}@example.com", "a".repeat(320)))),
        ("email", json!(format!("{}@example.com", "\u{fdfa}".repeat(100)))),
        ("givenName", json!("")),
        ("givenName", json!("a".repeat(129))),
        ("familyName", json!(["Lovelace", "King"])),
        ("familyName", json!("Love\u{7}lace")),
    ] {
        let mut event = assertion(&app, "ada@example.com");
        event[member] = value;
        told += &format!("{}\n", sign_in(&app, &event).await.expect_err("the event is wrong"));
    }
    told += &format!("{}\n", sign_in(&app, &json!([])).await.expect_err("the event is a list"));

    assert_snapshot!(told, @"
    instance is required: the id of the Klue instance.
    There is no Klue instance 'nobody'.
    There is no Klue instance 'abcdefghijk'.
    email is required and must not be empty.
    email is required and must not be empty.
    email must be a string, not a number.
    email is not an e-mail address.
    email is not an e-mail address.
    email is not an e-mail address.
    email is 332 bytes long; the limit is 320.
    email is too long when it is compared without case.
    givenName is required and must not be empty.
    givenName is 129 bytes long; the limit is 128.
    familyName takes one value, not 2.
    familyName contains a control character.
    instance is required: the id of the Klue instance.
    ");
    assert_eq!(app.items(), before);
}

#[tokio::test]
async fn a_sign_in_waits_twice() {
    let app = App::start().await;
    let event = assertion(&app, "ada@example.com");

    for created in [true, false] {
        let usage = Usage::default();
        let answer = usage.clone().scope(sign_in::handle(&app.store, &event, "request-7")).await.expect("an answer");

        assert_eq!(json!(answer)["created"], created);
        assert_eq!(usage.round_trips(), 2, "created: {created}");
        assert_eq!(
            usage.caller().map(|caller| caller.instance().to_string()),
            event["instance"].as_str().map(str::to_owned)
        );
    }
}
