//! Whatever somebody with the keys of one instance asks for: nothing of another one is told, nothing of it changes.

use http::Method;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call, Tenant};
use tests::routes::{ROUTES, Route};
use tokio::runtime::Runtime;

use crate::people::{admin, created, employee, operation, person};

/// A word in everything that the other instance keeps, and in no request of the stranger's.
const SECRET: &str = "quagga";

/// The other instance, what a stranger may have heard of it, and the stranger.
struct World {
    app: App,
    stranger: Tenant,
    /// Ids of the other instance and of the stranger's own.
    ids: Vec<String>,
    /// Cursors from lists of the other instance.
    cursors: Vec<String>,
}

impl World {
    async fn new() -> Self {
        let app = App::start().await;
        let post = async |path: &str, body: Value| admin(&app, Method::POST, path, Some(body)).await.expect(201);
        admin(&app, Method::PATCH, "/admin/v1/instance", Some(json!({"name": SECRET}))).await.expect(200);
        let group = post("/admin/v1/visibility-groups", json!({"name": "Sales", "description": SECRET})).await;
        let key = json!({"description": SECRET, "scope": "scim", "expires": "never"});
        let key = post("/admin/v1/api-keys", key).await;
        let mut ids = vec![group.text_at("/id"), key.text_at("/id"), app.tenant.admin_key[16..25].to_owned()];
        for name in ["ada", "bob", "eve"] {
            let mut body = employee(name, json!({"employeeId": SECRET, "visibilityGroup": "Sales"}));
            body["externalId"] = format!("00u-{name}").into();
            body["name"]["familyName"] = SECRET.into();
            ids.push(created(&app, body).await.text_at("/id"));
        }
        let users = app.get("/scim/v2/Users?count=1&cursor=").await.expect(200);
        let log = admin(&app, Method::GET, "/admin/v1/activity?count=1", None).await;
        let cursors = vec![users.text_at("/nextCursor"), log.text_at("/nextCursor"), String::new()];
        assert!(cursors[..2].iter().all(|cursor| cursor.len() > 10), "there is more than a page: {cursors:?}");

        let stranger = app.another_tenant().await;
        let own = Call::new(Method::POST, "/scim/v2/Users").key(&stranger.scim_key).json(&person("own"));
        ids.extend([app.call(own).await.expect(201).text_at("/id"), "nobody".to_owned()]);
        Self { app, stranger, ids, cursors }
    }

    /// Every item of the other instance, its log too.
    fn kept(&self) -> Vec<Value> {
        let own = format!("I#{}", &self.app.tenant.scim_key[5..16]);
        self.app
            .items()
            .into_iter()
            .filter(|item| item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with(&own)))
            .collect()
    }

    async fn ask(&self, tenant: &Tenant, route: &Route, request: &Asked) -> Answer {
        let key = if route.path.starts_with("/admin/") { &tenant.admin_key } else { &tenant.scim_key };
        let path = format!("{}?{}", route.path.replace("{id}", &request.id), request.query);
        let call = Call::new(route.method.clone(), &path).key(key).header("if-match", request.if_match);
        self.app.call(call.json(&request.body)).await
    }

    fn requests(&self) -> impl Strategy<Value = (&'static Route, Asked)> + use<> {
        let routes: Vec<_> = ROUTES.iter().filter(|route| !route.function.is_public()).collect();
        let ids = select(self.ids.clone());
        let told = (ids.clone(), select(self.cursors.clone()), select(&["ada", "bob", "own", "Sales"][..]));
        let asked = (ids, told, any::<usize>(), any::<usize>(), any::<usize>(), select(&["", "*", "W/\"1\""][..]));
        let asked = asked.prop_map(|(id, (other, cursor, name), query, body, filter, if_match)| {
            let filter = FILTERS[filter % FILTERS.len()].replace("$id", &other).replace("$name", name);
            let queries = queries(&filter, &other, &cursor, name);
            let (parameter, value) = &queries[query % queries.len()];
            let query = form_urlencoded::Serializer::new(String::new()).append_pair(parameter, value).finish();
            let bodies = bodies(&filter, &other, &cursor, name);
            Asked { id, query, body: bodies[body % bodies.len()].clone(), if_match }
        });
        (select(routes), asked)
    }
}

/// What a request is made of, beside its route and its key.
#[derive(Clone, Debug)]
struct Asked {
    id: String,
    query: String,
    body: Value,
    if_match: &'static str,
}

const FILTERS: [&str; 7] = [
    "id eq \"$id\"",
    "userName eq \"$name@example.com\"",
    "userName sw \"$name\" or emails co \"example\"",
    "emails.value eq \"$name@example.com\" or id eq \"$id\"",
    "externalId eq \"00u-$name\"",
    "active eq true",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:visibilityGroup eq \"$name\"",
];

fn queries<'a>(filter: &'a str, id: &'a str, cursor: &'a str, name: &'a str) -> [(&'static str, &'a str); 12] {
    [
        ("filter", filter),
        ("cursor", cursor),
        ("user", id),
        ("key", id),
        ("q", name),
        ("q", "@example.com"),
        ("group", name),
        ("reassignTo", id),
        ("sortBy", "emails"),
        ("attributes", "name,emails,meta"),
        ("kind", "userCreated"),
        ("count", "1000"),
    ]
}

fn bodies(filter: &str, id: &str, cursor: &str, name: &str) -> [Value; 10] {
    let path = format!("/Users/{id}");
    let deactivation = operation("replace", "active", json!(false));
    [
        person(name),
        employee(name, json!({"visibilityGroup": "Sales", "klueRole": "consumer"})),
        deactivation.clone(),
        operation("replace", "userName", json!(format!("{name}@example.com"))),
        json!({"filter": filter, "count": 10, "startIndex": 1}),
        json!({"filter": filter, "count": 1, "cursor": cursor, "sortBy": "userName"}),
        json!({"Operations": [
            {"method": "PATCH", "path": path, "data": deactivation},
            {"method": "PUT", "path": path, "data": person(name)},
            {"method": "DELETE", "path": path},
            {"method": "POST", "path": "/Users", "bulkId": "x", "data": person(name)},
        ]}),
        json!({"active": false, "role": "curator", "visibilityGroup": "Sales"}),
        json!({"name": "Sales", "description": "x", "defaultVisibilityGroup": "Sales", "reassignTo": id}),
        json!({"description": "x", "scope": "scim", "expires": "never", "grace": "0 hours"}),
    ]
}

#[test]
fn nothing_of_another_instance_is_told_or_changed_whatever_is_asked() {
    let runtime = Runtime::new().expect("a runtime starts");
    let world = runtime.block_on(World::new());
    // What is asked for below would be told to whom it belongs to.
    for path in ["/scim/v2/Users", "/admin/v1/api-keys", "/admin/v1/visibility-groups", "/admin/v1/instance"] {
        let route = ROUTES.iter().find(|route| route.path == path && route.method == Method::GET).expect("a route");
        let asked = Asked { id: String::new(), query: String::new(), body: json!({}), if_match: "*" };
        let own = runtime.block_on(world.ask(&world.app.tenant, route, &asked)).expect(200);
        assert!(own.text.contains(SECRET), "the word is in what {path} answers: {own}");
    }
    let kept = world.kept();
    assert!(kept.len() > 15, "the other instance has items, and a log");

    let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() });
    let result = runner.run(&world.requests(), |(route, asked)| {
        let answer = runtime.block_on(world.ask(&world.stranger, route, &asked));
        let status = answer.status.as_u16();
        prop_assert!(![401, 403].contains(&status) && status < 500, "{} {} is {answer}", route.method, route.path);
        prop_assert!(!answer.text.contains(SECRET), "{} {} tells {answer}", route.method, route.path);
        prop_assert_eq!(&world.kept(), &kept, "{} {} changed an item", route.method, route.path);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
