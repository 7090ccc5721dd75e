use http::Method;
use serde_json::json;
use tests::app::{App, Call};
use tests::routes::{Function, ROUTES};

use crate::people::{admin, created, operation, person};

/// Every route is tried with a key of one instance on what belongs to another.
#[tokio::test]
async fn a_key_reaches_nothing_of_another_instance() {
    let app = App::start().await;
    let mut body = person("ada");
    body["externalId"] = json!("00u1");
    let user = created(&app, body.clone()).await;
    let group =
        admin(&app, Method::POST, "/admin/v1/visibility-groups", Some(json!({"name": "Sales"}))).await.expect(201);
    let stranger = app.another_tenant().await;
    let own_keys = app.call(Call::new(Method::GET, "/admin/v1/api-keys").key(&app.tenant.admin_key)).await.expect(200);
    let key_id = own_keys.text_at("/keys/0/id");
    // The stranger's keys are used once, so that only the tries below could write.
    app.call(Call::new(Method::GET, "/scim/v2/Users").key(&stranger.scim_key)).await.expect(200);
    app.call(Call::new(Method::GET, "/admin/v1/api-keys").key(&stranger.admin_key)).await.expect(200);
    let before = app.data();

    for route in &ROUTES {
        let path = route.path.replace("{id}", &user.text_at("/id"));
        let call = Call::new(route.method.clone(), &path).key(&stranger.scim_key);
        let (call, expected) = match route.function {
            Function::GetUser | Function::DeleteUser => (call, 404),
            Function::ReplaceUser => (call.json(&person("eve")), 404),
            Function::PatchUser => (call.json(&operation("replace", "active", json!(false))), 404),
            Function::Bulk => {
                let path = format!("/Users/{}", user.text_at("/id"));
                let operations = json!([{"method": "DELETE", "path": path}]);
                let answer = app.call(call.json(&json!({"Operations": operations}))).await.expect(200);
                assert_eq!(answer.text_at("/Operations/0/status"), "404", "{answer}");
                continue;
            }
            Function::AdminApiKeys if route.method == Method::DELETE => {
                (Call::new(Method::DELETE, &format!("/admin/v1/api-keys/{key_id}")).key(&stranger.admin_key), 404)
            }
            Function::AdminApiKeys if route.path.ends_with("/rotate") => {
                let path = format!("/admin/v1/api-keys/{key_id}/rotate");
                let rotation = json!({"expires": "never", "grace": "0 hours"});
                (Call::new(Method::POST, &path).key(&stranger.admin_key).json(&rotation), 404)
            }
            Function::AdminApiKeys if route.method == Method::GET => {
                let list = app.call(Call::new(Method::GET, &path).key(&stranger.admin_key)).await.expect(200);
                assert!(!list.text.contains(&key_id), "keys of another instance are listed: {list}");
                continue;
            }
            Function::AdminActivity => {
                for query in [String::new(), format!("?user={}", user.text_at("/id")), format!("?key={key_id}")] {
                    let path = format!("{path}{query}");
                    let log = app.call(Call::new(Method::GET, &path).key(&stranger.admin_key)).await.expect(200);
                    // That the stranger tried is in the stranger's own log.
                    for told in ["userCreated", "ada@example.com"] {
                        assert!(!log.text.contains(told), "another instance's {told} is shown by {path}: {log}");
                    }
                }
                continue;
            }
            Function::ListUsers if route.method == Method::POST => {
                let search = json!({"filter": "userName eq \"ada@example.com\" or active eq true"});
                let list = app.call(call.json(&search)).await.expect(200);
                assert_eq!(list.text_at("/totalResults"), "0", "for {}", route.path);
                continue;
            }
            Function::ListUsers => {
                for filter in [
                    "",
                    "userName eq \"ada@example.com\"",
                    "emails.value eq \"ada@example.com\"",
                    "externalId eq \"00u1\"",
                    "active eq true",
                ] {
                    let filter: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
                    let path = format!("/scim/v2/Users?filter={filter}");
                    let list = app.call(Call::new(Method::GET, &path).key(&stranger.scim_key)).await.expect(200);
                    assert_eq!(list.text_at("/totalResults"), "0", "for {filter}");
                }
                let path = format!("/scim/v2/Users?filter=id+eq+%22{}%22", user.text_at("/id"));
                let list = app.call(Call::new(Method::GET, &path).key(&stranger.scim_key)).await.expect(200);
                assert_eq!(list.text_at("/totalResults"), "0");
                continue;
            }
            Function::AdminVisibilityGroups if route.path.ends_with("{id}") => {
                let path = format!("/admin/v1/visibility-groups/{}", group.text_at("/id"));
                (
                    Call::new(route.method.clone(), &path).key(&stranger.admin_key).json(&json!({"description": "x"})),
                    404,
                )
            }
            Function::AdminUsers if route.path.ends_with("{id}") => {
                (Call::new(route.method.clone(), &path).key(&stranger.admin_key).json(&json!({"active": false})), 404)
            }
            Function::AdminUsers => {
                let list = app.call(Call::new(Method::GET, &path).key(&stranger.admin_key)).await.expect(200);
                assert_eq!(list.text_at("/total"), "0");
                continue;
            }
            // What belongs to an instance alone: shown below and in its own tests.
            Function::AdminVisibilityGroups | Function::AdminInstance => {
                let own = Call::new(Method::GET, &path).key(&stranger.admin_key);
                let own = app.call(own).await.expect(200);
                assert!(!own.text.contains(&app.tenant.scim_key[5..16]) && !own.text.contains("Sales"), "{own}");
                continue;
            }
            // A creation reaches only the own instance: shown below. Public routes have no data.
            Function::CreateUser | Function::AdminApiKeys => continue,
            Function::Console | Function::Discovery | Function::Unsupported => continue,
        };
        app.call(call).await.expect(expected);
    }
    assert_eq!(app.data(), before, "nothing of either instance has changed");

    // The same userName, e-mail and externalId are free in another instance.
    app.call(Call::new(Method::POST, "/scim/v2/Users").key(&stranger.scim_key).json(&body)).await.expect(201);
    assert_eq!(app.get("/scim/v2/Users").await.text_at("/totalResults"), "1");
}

#[tokio::test]
async fn a_visibility_group_of_another_instance_does_not_exist() {
    let app = App::start().await;
    let stranger = app.another_tenant().await;
    let groups: Vec<_> = app.items().into_iter().filter(|item| item["sk"]["S"] == "GROUP#full access").collect();
    assert_eq!(groups.len(), 2);

    created(&app, person("ada")).await;

    let members = |tenant: &str| {
        let item = app
            .items()
            .into_iter()
            .find(|item| item["pk"]["S"] == format!("I#{tenant}") && item["sk"]["S"] == "GROUP#full access");
        item.expect("each instance has the group")["members"]["N"].clone()
    };
    assert_eq!(members(&app.tenant.scim_key[5..16]), "1");
    assert_eq!(members(&stranger.scim_key[5..16]), "0");
}
