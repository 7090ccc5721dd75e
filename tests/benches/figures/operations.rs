//! What is asked of the service, operation by operation.

use directory::Usage;
use http::Method;
use serde_json::{Value, json};
use tests::app::{self, App};
use tests::events;

use crate::people::{address, creation, external_id, name, person};
use crate::world::World;

/// A request, or what is sent to a function without a route.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Request { method: Method, path: String, is_admin: bool, body: Option<Value> },
    Invocation { function: &'static str, event: Value },
}

/// One thing that the service does.
pub(crate) struct Operation {
    /// As the page calls it.
    pub(crate) name: &'static str,
    /// The function that does it.
    pub(crate) function: &'static str,
    /// Makes the request of a number, which no other number makes.
    pub(crate) asked: fn(&World, usize) -> Asked,
    /// What the calls alone may be exceeded by, for those that have a target.
    pub(crate) ratio: Option<f64>,
    /// How many users it is about.
    pub(crate) reach: Reach,
}

/// How many users an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// One, or a page of 100.
    Few,
    /// A page of 1,000, a scan, an order that is made in memory, a bulk request.
    Many,
}

impl Reach {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Few => "single users and pages of 100",
            Self::Many => "pages of 1,000, scans, orders, bulk",
        }
    }

    /// The most memory that a function may take for it, in megabytes.
    pub(crate) fn memory(self) -> f64 {
        match self {
            Self::Few => 20.0,
            Self::Many => 64.0,
        }
    }
}

impl Asked {
    /// A request for SCIM, without a body.
    pub(crate) fn scim(method: Method, path: &str) -> Self {
        Self::Request { method, path: format!("/scim/v2{path}"), is_admin: false, body: None }
    }

    /// A request of an admin.
    pub(crate) fn admin(path: &str) -> Self {
        Self::Request { method: Method::GET, path: format!("/admin{path}"), is_admin: true, body: None }
    }

    fn with(mut self, content: Value) -> Self {
        if let Self::Request { body, .. } = &mut self {
            *body = Some(content);
        }
        self
    }

    /// The event that a function gets.
    pub(crate) fn event(&self, app: &App) -> Value {
        match self {
            Self::Request { method, path, is_admin, body } => {
                let call = events::Call::new(method.clone(), path).key(key(app, *is_admin));
                body.as_ref().map_or_else(|| call.event(), |body| call.clone().json(body).event())
            }
            Self::Invocation { event, .. } => event.clone(),
        }
    }

    /// Asks the service in this process.
    pub(crate) async fn of(&self, app: &App) -> app::Answer {
        let Self::Request { method, path, is_admin, body } = self else { panic!("{self:?} has no route") };
        let call = app::Call::new(method.clone(), path).key(key(app, *is_admin));
        app.call(body.as_ref().map_or_else(|| call.clone(), |body| call.clone().json(body))).await
    }

    /// What it costs in the service in this process.
    pub(crate) async fn usage(&self, app: &App) -> Usage {
        let Self::Invocation { function, event } = self else { return self.of(app).await.usage };
        let usage = Usage::default();
        let invoked = async {
            match *function {
                "sign_in" => sign_in::handle(&app.store, event, "bench").await.map(drop),
                _ => create_instance::handle(&app.store, event, "bench").await.map(drop),
            }
        };
        usage.clone().scope(invoked).await.expect("an answer");
        usage
    }
}

fn key(app: &App, is_admin: bool) -> &str {
    if is_admin { &app.tenant.admin_key } else { &app.tenant.scim_key }
}

/// Everything that is measured.
pub(crate) const OPERATIONS: [Operation; 26] = [
    small("`GET` of a user", "get_user", |world, n| user(world, Method::GET, n)).within(1.3),
    small("page of 50 users", "list_users", |_, _| list("count=50")).within(1.25),
    small("page of 100 users", "list_users", |_, _| list("count=100")),
    large("page of 1,000 users", "list_users", |_, _| list("count=1000")),
    small("filter on userName", "list_users", |_, n| filter(&format!("userName eq \"{}\"", address(&name(n))))),
    small("filter on externalId", "list_users", |_, n| filter(&format!("externalId eq \"{}\"", external_id(&name(n))))),
    small("filter on userName, nobody is found", "list_users", |_, n| filter(&format!("userName eq \"nobody{n}\""))),
    large("filter that reads 2,000 users", "list_users", |_, _| filter("name.familyName eq \"Hopper\"")),
    large("2,000 users sorted by family name, a page of 100", "list_users", |_, _| {
        list("sortBy=name.familyName&count=100")
    }),
    small("`POST` of a user", "create_user", |_, n| {
        Asked::scim(Method::POST, "/Users").with(person(&format!("new{n}")))
    })
    .within(1.25),
    small("`PUT` of another name", "replace_user", |world, n| {
        let mut body = person(&name(n % world.users.len()));
        body["name"]["givenName"] = json!(format!("Augusta {n}"));
        user(world, Method::PUT, n).with(body)
    })
    .within(1.25),
    small("`PUT` that changes nothing", "replace_user", |world, n| {
        user(world, Method::PUT, n + 500).with(person(&name((n + 500) % world.users.len())))
    }),
    small("`PATCH` of a name", "patch_user", |world, n| {
        let change = json!({"op": "replace", "value": {"name.familyName": format!("King {n}")}});
        user(world, Method::PATCH, n + 1_000).with(json!({"Operations": [change]}))
    })
    .within(1.25),
    small("`PATCH` that deactivates", "patch_user", |world, n| {
        let change = json!({"op": "replace", "value": {"active": false}});
        user(world, Method::PATCH, n + 500).with(json!({"Operations": [change]}))
    }),
    small("`DELETE` of a user", "delete_user", |world, n| user(world, Method::DELETE, n)).within(1.25),
    large("`POST /Bulk` that makes 100 users", "bulk", |_, n| {
        let operations: Vec<_> = (0..100).map(|number| creation(&format!("bulk{n}-{number}"))).collect();
        Asked::scim(Method::POST, "/Bulk").with(json!({"Operations": operations}))
    }),
    small("sign-in of who is known", "sign_in", |world, n| {
        let instance = &world.app.tenant.scim_key[5..16];
        // Of those that no other operation deactivates.
        let email = address(&name((n + 1_500) % world.users.len()));
        let event = json!({"instance": instance, "email": email, "givenName": "Ada", "familyName": "Lovelace"});
        Asked::Invocation { function: "sign_in", event }
    }),
    small("a new instance", "create_instance", |_, _| Asked::Invocation {
        function: "create_instance",
        event: json!({"name": "Example Ltd"}),
    }),
    small("schemas", "discovery", |_, _| Asked::scim(Method::GET, "/Schemas")),
    small("a route that there is not", "unsupported", |_, _| Asked::scim(Method::GET, "/Groups")),
    small("page of 100 users in the console", "admin_users", |_, _| Asked::admin("/v1/users")),
    small("page of 50 entries of the activity log", "admin_activity", |_, _| Asked::admin("/v1/activity?count=50")),
    small("API keys", "admin_api_keys", |_, _| Asked::admin("/v1/api-keys")),
    small("visibility groups", "admin_visibility_groups", |_, _| Asked::admin("/v1/visibility-groups")),
    small("the instance", "admin_instance", |_, _| Asked::admin("/v1/instance")),
    small("the console's page", "console", |_, _| Asked::admin("")),
];

/// An operation on single users, or on a page that is not long.
const fn small(name: &'static str, function: &'static str, asked: fn(&World, usize) -> Asked) -> Operation {
    Operation { name, function, asked, ratio: None, reach: Reach::Few }
}

/// An operation on many users.
const fn large(name: &'static str, function: &'static str, asked: fn(&World, usize) -> Asked) -> Operation {
    Operation { name, function, asked, ratio: None, reach: Reach::Many }
}

impl Operation {
    const fn within(self, ratio: f64) -> Self {
        Self { ratio: Some(ratio), ..self }
    }
}

fn user(world: &World, method: Method, number: usize) -> Asked {
    Asked::scim(method, &format!("/Users/{}", world.users[number % world.users.len()]))
}

fn list(query: &str) -> Asked {
    Asked::scim(Method::GET, &format!("/Users?{query}"))
}

fn filter(text: &str) -> Asked {
    list(&format!("filter={}", text.replace(' ', "%20").replace('"', "%22")))
}
