//! A small instance, and the requests that write in it.

use http::Method;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call};
use tests::faults::Faults;

use crate::admin_visibility_groups::{PATH as GROUPS, group};
use crate::bulk::{patch, post};
use crate::people::{admin, created, employee, operation, person};

const KEYS: &str = "/admin/v1/api-keys";

/// Users, a group and a key, and faults between them and the service.
pub(super) struct World {
    pub(super) app: App,
    pub(super) faults: Faults,
    ada: String,
    eve: String,
    sales: String,
    spare_key: String,
}

/// A request that writes.
pub(super) struct Write {
    pub(super) name: &'static str,
    request: fn(&World) -> Call,
    /// The status when it is done, and when it is sent again after that.
    pub(super) statuses: [u16; 2],
    /// Whether it is done in steps, which can be seen.
    pub(super) has_steps: bool,
}

const fn write(name: &'static str, statuses: [u16; 2], request: fn(&World) -> Call) -> Write {
    Write { name, request, statuses, has_steps: false }
}

/// Every route that writes.
pub(super) const WRITES: [Write; 13] = [
    write("POST", [201, 409], |world| world.scim(Method::POST, "/scim/v2/Users").json(&person("new"))),
    // Bob was deleted.
    write("restore", [201, 409], |world| world.scim(Method::POST, "/scim/v2/Users").json(&person("bob"))),
    write("PUT", [200, 200], |world| world.scim(Method::PUT, &world.ada).json(&json!({"userName": "Augusta"}))),
    write("PATCH", [200, 200], |world| {
        world.scim(Method::PATCH, &world.ada).json(&operation("replace", "externalId", json!("00u1")))
    }),
    write("DELETE", [204, 204], |world| world.scim(Method::DELETE, &world.ada)),
    write("bulk", [200, 200], |world| {
        let below = |path: &str| path.replace("/scim/v2", "");
        let delete = json!({"method": "DELETE", "path": below(&world.eve)});
        let rename = patch(&below(&world.ada), operation("replace", "userName", json!("countess")));
        let operations = json!({"Operations": [post("1", person("new")), rename, delete]});
        world.scim(Method::POST, "/scim/v2/Bulk").json(&operations)
    }),
    write("a change by an admin", [200, 200], |world| {
        let path = world.ada.replace("/scim/v2/Users", "/admin/v1/users");
        world.admin(Method::PATCH, &path).json(&json!({"active": false}))
    }),
    write("a new group", [201, 409], |world| world.admin(Method::POST, GROUPS).json(&json!({"name": "Support"}))),
    write("a group's description", [200, 200], |world| {
        world.admin(Method::PATCH, &world.sales).json(&json!({"description": "Sees deals"}))
    }),
    Write {
        has_steps: true,
        ..write("the end of a group", [204, 404], |world| {
            world.admin(Method::DELETE, &format!("{}?reassignTo=ZnVsbCBhY2Nlc3M", world.sales))
        })
    },
    write("the instance", [200, 200], |world| {
        let changed = json!({"name": "Acme", "defaultVisibilityGroup": "c2FsZXM"});
        world.admin(Method::PATCH, "/admin/v1/instance").json(&changed)
    }),
    write("a key's rotation", [201, 409], |world| {
        let rotation = json!({"expires": "never", "grace": "1 hour"});
        world.admin(Method::POST, &format!("{}/rotate", world.spare_key)).json(&rotation)
    }),
    write("a key's end", [204, 204], |world| world.admin(Method::DELETE, &world.spare_key)),
];

/// The one write of which a client that got no answer may come to have two: the key that it was not
/// told is worth nothing, and is seen in the list.
pub(super) const NEW_KEY: Write =
    write("a new key", [201, 201], |world| world.admin(Method::POST, KEYS).json(&new_key()));

fn new_key() -> Value {
    json!({"description": "Spare", "scope": "scim", "expires": "never"})
}

impl World {
    pub(super) async fn new() -> Self {
        let faults = Faults::default();
        let app = App::with_faults(&faults).await;
        let sales = group(&app, "Sales").await;
        let ada = created(&app, employee("ada", json!({"visibilityGroup": "Sales"}))).await.user_path();
        let bob = created(&app, person("bob")).await.user_path();
        let eve = created(&app, person("eve")).await.user_path();
        app.delete(&bob).await.expect(204);
        let spare_key = admin(&app, Method::POST, KEYS, Some(new_key())).await.expect(201).text_at("/id");
        Self { app, faults, ada, eve, sales, spare_key: format!("{KEYS}/{spare_key}") }
    }

    fn scim(&self, method: Method, path: &str) -> Call {
        Call::new(method, path).key(&self.app.tenant.scim_key)
    }

    fn admin(&self, method: Method, path: &str) -> Call {
        Call::new(method, path).key(&self.app.tenant.admin_key)
    }

    pub(super) async fn send(&self, write: &Write) -> Answer {
        self.app.call((write.request)(self)).await
    }

    /// What there is, but for what differs from run to run: one line an item.
    pub(super) fn state(&self) -> String {
        const KEPT: [&str; 15] = [
            "userName",
            "givenName",
            "email",
            "externalId",
            "state",
            "version",
            "group",
            "members",
            "name",
            "description",
            "defaultGroup",
            "userCount",
            "row",
            "value",
            "scope",
        ];
        let line = |item: &Value| {
            let [pk, sk] = ["pk", "sk"].map(|name| item[name]["S"].as_str().unwrap_or_default());
            let (kind, sk) = (pk.get(13..).unwrap_or_default(), if sk.starts_with("KEY#") { "KEY" } else { sk });
            let kept =
                KEPT.iter().filter(|name| !item[**name].is_null()).map(|name| format!(" {name}={}", item[*name]));
            let ended = ["revoked", "replacedBy", "expires"].into_iter().filter(|name| !item[*name].is_null());
            format!("{kind} {sk}{} {:?}", kept.collect::<String>(), ended.collect::<Vec<_>>())
        };
        let mut lines: Vec<_> = self.app.data().iter().map(line).collect();
        lines.sort();
        lines.join("\n")
    }
}
