//! Sign-ins beside which something else happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dynoxide::Database;
use futures_util::future::join_all;
use serde_json::json;
use store::Endpoint;
use tests::app::App;
use tests::engine::{Engine, TABLE};
use tests::proxy::{self, Fate, Passing};

use super::{answer, group, replace_default_group};
use crate::people::{created, person};

/// A service in which something happens before the first call of a kind, once it is told to.
async fn interrupted_app(
    operation: &'static str,
    happens: impl Fn(&Database, &Passing) + Send + Sync + 'static,
) -> (App, Arc<AtomicBool>) {
    let engine = Engine::in_memory().expect("the engine starts");
    let (database, armed) = (engine.database.clone(), Arc::new(AtomicBool::new(false)));
    let trigger = Arc::clone(&armed);
    let rule = Arc::new(move |passing: &Passing| {
        if passing.operation == operation && trigger.swap(false, Ordering::Relaxed) {
            happens(&database, passing);
        }
        Fate::Pass
    });
    let endpoint = Endpoint::local(&proxy::start(&engine.url, rule).await);
    (App::on(engine, &endpoint).await, armed)
}

#[tokio::test]
async fn of_racing_first_sign_ins_one_makes_the_user_and_all_are_allowed() {
    let app = App::start().await;

    let answers = join_all((0..8).map(|_| answer(&app, "ada@example.com"))).await;

    assert!(answers.iter().all(|answer| answer["allowed"] == true && answer["user"] == answers[0]["user"]));
    assert_eq!(answers.iter().filter(|answer| answer["created"] == true).count(), 1, "{answers:?}");
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
    assert_eq!(group(&app, "full access")["members"]["N"], "1");
}

#[tokio::test]
async fn sign_ins_of_different_people_race_with_creations() {
    let app = App::start().await;
    let emails: Vec<_> = (0..8).map(|index| format!("u{index}@example.com")).collect();

    let signed_in = join_all(emails.iter().map(|email| answer(&app, email)));
    let pushed = join_all((0..8).map(|index| app.post("/scim/v2/Users", person(&format!("u{index}")))));
    let (signed_in, pushed) = tokio::join!(signed_in, pushed);

    for (answer, pushed) in signed_in.iter().zip(pushed) {
        assert_eq!(answer["allowed"], true);
        match pushed.status.as_u16() {
            201 => assert_eq!((&answer["created"], &answer["user"]["id"]), (&json!(false), &pushed.json()["id"])),
            _ => assert_eq!((&answer["created"], pushed.text_at("/scimType")), (&json!(true), "uniqueness".into())),
        }
    }
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "8");
    assert_eq!(group(&app, "full access")["members"]["N"], "8");
}

#[tokio::test]
async fn a_default_group_that_goes_meanwhile_is_no_reason_to_refuse() {
    let (app, armed) = interrupted_app("TransactWriteItems", |database, passing| {
        let instance = passing.body.to_string();
        let start = instance.find("\"I#").expect("items are of an instance") + 3;
        replace_default_group(database, &instance[start..start + 11]);
    })
    .await;

    armed.store(true, Ordering::Relaxed);
    let signed_in = answer(&app, "ada@example.com").await;

    assert_eq!(signed_in["user"]["visibilityGroup"], "Sales");
    assert_eq!(
        (&group(&app, "sales")["members"]["N"], &group(&app, "full access")["members"]["N"]),
        (&json!("1"), &json!("0"))
    );
}

#[tokio::test]
async fn a_user_whose_e_mail_moves_on_meanwhile_does_not_sign_in() {
    // Between the reads of the claims and of the user.
    let (app, armed) = interrupted_app("GetItem", |database, passing| {
        let pk = passing.body["Key"]["pk"]["S"].as_str().and_then(|pk| pk.strip_suffix("#USERS#0")).unwrap_or_default();
        for claims in ["USERNAME", "EMAIL"] {
            let key = json!({"pk": {"S": format!("{pk}#{claims}")}, "sk": {"S": "ada@example.com"}});
            let delete = json!({"TableName": TABLE, "Key": key});
            database.delete_item(serde_json::from_value(delete).expect("a delete")).expect("the claim is free");
        }
        let update = json!({
            "TableName": TABLE,
            "Key": passing.body["Key"],
            "UpdateExpression": "SET userName = :other, email = :other",
            "ExpressionAttributeValues": {":other": {"S": "countess@example.com"}},
        });
        database.update_item(serde_json::from_value(update).expect("an update")).expect("the user is changed");
    })
    .await;
    let ada = created(&app, person("ada")).await;

    armed.store(true, Ordering::Relaxed);
    let signed_in = answer(&app, "ada@example.com").await;

    assert_eq!(signed_in["created"], true);
    assert_ne!(signed_in["user"]["id"], ada.json()["id"]);
}
