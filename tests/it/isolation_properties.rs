//! Whatever somebody with the keys of one instance asks for: nothing of another one is told, nothing of it changes.

use std::cell::RefCell;
use std::collections::HashMap;

use http::Method;
use http::header::CONTENT_LENGTH;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{TestCaseError, TestRunner};
use serde_json::{Value, json};
use tests::app::{Answer, App, Call, Tenant};
use tests::routes::{ROUTES, Route};
use tokio::runtime::Runtime;

use crate::people::{admin, created, employee, operation, person};

/// A word in everything that the other instance keeps, and in no request of the stranger's.
const SECRET: &str = "quagga";

/// What a stranger may have heard of the other instance.
#[derive(Clone)]
struct Heard {
    /// Ids of groups, keys and users.
    ids: Vec<String>,
    /// Cursors from lists.
    cursors: Vec<String>,
}

/// A stranger in a service where the other instance has users, groups and keys, or has none.
struct World {
    app: App,
    stranger: Tenant,
    /// What a request may name: what was heard, and the stranger's own.
    heard: Heard,
    /// Stands for each word that is drawn at random: the order in which they came.
    drawn: HashMap<String, usize>,
}

impl World {
    /// Fills the other instance, in whose rows, and under whose names, the stranger will have users too.
    async fn fill(app: &App) -> Heard {
        let post = async |path: &str, body: Value| admin(app, Method::POST, path, Some(body)).await.expect(201);
        admin(app, Method::PATCH, "/admin/v1/instance", Some(json!({"name": SECRET}))).await.expect(200);
        let group = post("/admin/v1/visibility-groups", json!({"name": "Sales", "description": SECRET})).await;
        let key = json!({"description": SECRET, "scope": "scim", "expires": "never"});
        let key = post("/admin/v1/api-keys", key).await;
        let mut ids = vec![group.text_at("/id"), key.text_at("/id"), app.tenant.admin_key[16..25].to_owned()];
        for name in ["ada", "bob", "eve"] {
            let mut body = employee(name, json!({"employeeId": SECRET, "visibilityGroup": "Sales"}));
            body["externalId"] = format!("00u-{name}").into();
            body["name"]["familyName"] = SECRET.into();
            ids.push(created(app, body).await.text_at("/id"));
        }
        let users = app.get("/scim/v2/Users?count=1&cursor=").await.expect(200);
        let log = admin(app, Method::GET, "/admin/v1/activity?count=1", None).await;
        let cursors = vec![users.text_at("/nextCursor"), log.text_at("/nextCursor"), String::new()];
        assert!(cursors[..2].iter().all(|cursor| cursor.len() > 10), "there is more than a page: {cursors:?}");
        Heard { ids, cursors }
    }

    async fn new(app: App, mut heard: Heard) -> Self {
        // The first two keys are of one moment, and so are listed in the order of their ids: the same in every world.
        let stranger = loop {
            let tenant = app.another_tenant().await;
            if tenant.admin_key < tenant.scim_key {
                break tenant;
            }
        };
        let drawn = heard.ids.iter().cloned().zip(0..).collect();
        for name in ["ada", "own"] {
            let mut body = person(name);
            body["externalId"] = format!("00u-{name}").into();
            let own = Call::new(Method::POST, "/scim/v2/Users").key(&stranger.scim_key).json(&body);
            heard.ids.push(app.call(own).await.expect(201).text_at("/id"));
        }
        heard.ids.push("nobody".to_owned());
        Self { app, stranger, heard, drawn }
    }

    /// Every item of the other instance, its log too.
    fn kept(&self) -> Vec<Value> {
        let own = format!("I#{}", &self.app.tenant.scim_key[5..16]);
        let is_kept = |item: &Value| item["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with(&own));
        self.app.items().into_iter().filter(is_kept).collect()
    }

    /// Sends what is asked, a second after the request before, so that the log has an order.
    async fn ask(&self, route: &Route, asked: &Asked) -> Answer {
        self.app.advance(SignedDuration::from_secs(1));
        let [id, other] = [asked.id, asked.other].map(|id| self.heard.ids[id].as_str());
        let (cursor, name) = (&self.heard.cursors[asked.cursor], asked.name);
        let filter = FILTERS[asked.filter].replace("$id", other).replace("$name", name);
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&queries(&filter, other, cursor, name)[asked.query])
            .finish();
        let key = if route.path.starts_with("/admin/") { &self.stranger.admin_key } else { &self.stranger.scim_key };
        let path = format!("{}?{query}", route.path.replace("{id}", id));
        let call = Call::new(route.method.clone(), &path).key(key).header("if-match", asked.if_match);
        self.app.call(call.json(&bodies(&filter, other, cursor, name)[asked.body])).await
    }

    /// An answer without what differs each time: moments, and what is drawn at random (ids, keys, sealed cursors).
    fn told(&mut self, answer: &Answer) -> String {
        // Moments have more or fewer digits.
        let mut headers = answer.headers.clone();
        headers.remove(CONTENT_LENGTH);
        let text = format!("{} {headers:?} {}", answer.status, answer.text);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c);
        let mut told = String::new();
        for word in text.split_inclusive(|c| !is_part(c)) {
            let (word, end) = word.split_at(word.trim_end_matches(|c| !is_part(c)).len());
            let next = self.drawn.len();
            told += &match word.len() {
                _ if word.parse::<Timestamp>().is_ok() => "[time]".to_owned(),
                // The id of a key, of an instance, how a key starts, a UUID, and what is longer.
                9 | 11 | 25 | 36.. => format!("[{}]", self.drawn.entry(word.to_owned()).or_insert(next)),
                _ => word.to_owned(),
            };
            told += end;
        }
        told
    }
}

/// What the requests of all routes are made of, beside route and key; numbers are places in lists.
#[derive(Clone, Debug)]
struct Asked {
    id: usize,
    other: usize,
    cursor: usize,
    name: &'static str,
    filter: usize,
    query: usize,
    body: usize,
    if_match: &'static str,
}

fn requests(heard: &Heard) -> impl Strategy<Value = Asked> + use<> {
    let (ids, cursors) = (heard.ids.len(), heard.cursors.len());
    let names = (select(&["ada", "bob", "own", "Sales"][..]), select(&["", "*", "W/\"1\""][..]));
    let places = (0..ids, 0..ids, 0..cursors, 0..FILTERS.len(), 0..QUERIES, 0..BODIES);
    (names, places).prop_map(|((name, if_match), (id, other, cursor, filter, query, body))| Asked {
        id,
        other,
        cursor,
        name,
        filter,
        query,
        body,
        if_match,
    })
}

const QUERIES: usize = 4;
const BODIES: usize = 13;
const FILTERS: [&str; 7] = [
    "id eq \"$id\"",
    "userName eq \"$name@example.com\"",
    "userName sw \"$name\" or emails co \"example\"",
    "emails.value eq \"$name@example.com\" or id eq \"$id\"",
    "externalId eq \"00u-$name\"",
    "active eq true",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:visibilityGroup eq \"$name\"",
];

/// Parameters for every route: each route reads its own, and ignores the rest.
fn queries<'a>(
    filter: &'a str,
    id: &'a str,
    cursor: &'a str,
    name: &'a str,
) -> [Vec<(&'static str, &'a str)>; QUERIES] {
    [
        vec![("filter", filter), ("user", id), ("q", name), ("reassignTo", id)],
        vec![("cursor", cursor), ("key", id), ("sortBy", "emails"), ("group", name)],
        vec![("cursor", cursor), ("count", "1"), ("kind", "userCreated"), ("q", "@example.com")],
        vec![("count", "1000"), ("attributes", "name,emails,meta"), ("outcome", "refused"), ("state", "active")],
    ]
}

fn bodies(filter: &str, id: &str, cursor: &str, name: &str) -> [Value; BODIES] {
    let path = format!("/Users/{id}");
    let deactivation = operation("replace", "active", json!(false));
    [
        person(name),
        employee(name, json!({"visibilityGroup": "Sales", "klueRole": "consumer"})),
        deactivation.clone(),
        operation("replace", "userName", json!(format!("{name}@example.com"))),
        json!({"filter": filter, "count": 10, "startIndex": 1}),
        json!({"filter": filter, "count": 1, "cursor": cursor, "sortBy": "userName"}),
        // Entries of one request have no order in the log, so that each is one operation.
        json!({"Operations": [{"method": "PATCH", "path": path, "data": deactivation}]}),
        json!({"Operations": [{"method": "PUT", "path": path, "data": person(name)}]}),
        json!({"Operations": [{"method": "DELETE", "path": path}]}),
        json!({"Operations": [{"method": "POST", "path": "/Users", "bulkId": "x", "data": person(name)}]}),
        json!({"active": false, "visibilityGroup": "Sales"}),
        json!({"name": "Sales", "description": "x", "defaultVisibilityGroup": "Sales", "reassignTo": id}),
        json!({"description": "x", "scope": "scim", "expires": "never", "grace": "0 hours"}),
    ]
}

/// The same stranger, who does the same beside an instance that has nothing, has to be told the same.
async fn compare(world: &mut World, lonely: &mut World, route: &Route, asked: &Asked) -> Result<(), TestCaseError> {
    let answer = world.ask(route, asked).await;
    let status = answer.status.as_u16();
    prop_assert!(![401, 403].contains(&status) && status < 500, "{} {} is {answer}", route.method, route.path);
    prop_assert!(!answer.text.contains(SECRET), "{} {} tells {answer}", route.method, route.path);
    let without = lonely.ask(route, asked).await;
    let (told, without) = (world.told(&answer), lonely.told(&without));
    prop_assert_eq!(told, without, "{} {} tells that there is something", route.method, route.path);
    Ok(())
}

#[test]
fn nothing_of_another_instance_is_told_or_changed_whatever_is_asked() {
    let runtime = Runtime::new().expect("a runtime starts");
    let (mut world, mut lonely) = runtime.block_on(async {
        let app = App::start().await;
        let heard = World::fill(&app).await;
        (World::new(app, heard.clone()).await, World::new(App::start().await, heard).await)
    });
    // What is asked for below would be told to whom it belongs to.
    for path in ["/scim/v2/Users", "/admin/v1/api-keys", "/admin/v1/visibility-groups", "/admin/v1/instance"] {
        let owner = Call::new(Method::GET, path);
        let tenant = &world.app.tenant;
        let owner = owner.key(if path.starts_with("/admin/") { &tenant.admin_key } else { &tenant.scim_key });
        let own = runtime.block_on(world.app.call(owner)).expect(200);
        assert!(own.text.contains(SECRET), "the word is in what {path} answers: {own}");
    }
    let routes: Vec<_> = ROUTES.iter().filter(|route| !route.function.is_public()).collect();
    let kept = world.kept();
    assert!(kept.len() > 15, "the other instance has items, and a log");

    // Everything that was heard of is asked of every route that reads; then anything of any route.
    for (other, query) in (0..world.heard.ids.len()).flat_map(|id| (0..QUERIES).map(move |query| (id, query))) {
        let filter = (other + query) % FILTERS.len();
        let asked = Asked { id: other, other, cursor: 0, name: "ada", filter, query, body: 0, if_match: "" };
        for route in routes.iter().filter(|route| route.method == Method::GET) {
            let compared = runtime.block_on(compare(&mut world, &mut lonely, route, &asked));
            compared.unwrap_or_else(|failure| panic!("{failure}, for {asked:?}"));
        }
    }
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let config = ProptestConfig { cases: config.cases / 8, ..config };
    let requests = requests(&world.heard);
    let worlds = RefCell::new((&mut world, &mut lonely));
    let result = TestRunner::new(config).run(&requests, |asked| {
        let (world, lonely) = &mut *worlds.borrow_mut();
        for route in &routes {
            runtime.block_on(compare(world, lonely, route, &asked))?;
        }
        prop_assert_eq!(&world.kept(), &kept, "an item has changed");
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
