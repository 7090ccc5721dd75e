//! Clients that send what identity providers send.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;
use tests::app::{Answer, App};

use crate::people::{address, creation, person};

pub(crate) const CLIENTS: usize = 16;
/// How many users each has to begin with.
const USERS: usize = 125;
/// Lists start here at the latest: behind it are always a hundred users.
const LAST_START: usize = CLIENTS * USERS - 500;

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Get,
    Find,
    List,
    Create,
    Patch,
    Replace,
    Delete,
}

/// How many of a hundred requests are which: much is read before little is written. Okta sends no `DELETE`; Entra does.
pub(crate) const MIX: [(Act, usize); 7] = [
    (Act::Get, 60),
    (Act::Find, 15),
    (Act::List, 10),
    (Act::Create, 5),
    (Act::Patch, 5),
    (Act::Replace, 3),
    (Act::Delete, 2),
];

impl Act {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "`GET` of a user",
            Self::Find => "filter on userName",
            Self::List => "page of 100 users",
            Self::Create => "`POST` of a user",
            Self::Patch => "`PATCH` of an attribute",
            Self::Replace => "`PUT` of a user",
            Self::Delete => "`DELETE` of a user",
        }
    }

    fn any(random: &mut Rng) -> Self {
        let mut left = random.usize(..100);
        let found = MIX.iter().find(|(_, share)| match left.checked_sub(*share) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        });
        found.map_or(Self::Get, |(act, _)| *act)
    }
}

/// How often each request was answered as it should be, and how long that took in all.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally([(u32, Duration); MIX.len()]);

impl Tally {
    pub(crate) fn of(&self, act: Act) -> (u32, Duration) {
        self.0[act as usize]
    }

    pub(crate) fn all(&self) -> u32 {
        self.0.iter().map(|(count, _)| count).sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, (count, time)) in self.0.iter_mut().zip(other.0) {
            *sum = (sum.0 + count, sum.1 + time);
        }
    }

    fn note(&mut self, act: Act, time: Duration) {
        let (count, sum) = &mut self.0[act as usize];
        (*count, *sum) = (*count + 1, *sum + time);
    }
}

/// A client with users of its own, so that it knows what each answer has to be.
pub(crate) struct Client {
    random: Rng,
    users: Vec<User>,
    /// What the userNames of its users end with, and how many it has made.
    number: usize,
    made: usize,
}

struct User {
    name: String,
    path: String,
}

impl Client {
    /// All clients, with the users that they begin with.
    pub(crate) async fn all(app: &App) -> Vec<Self> {
        let mut clients = Vec::new();
        for number in 0..CLIENTS {
            let random = Rng::with_seed(number as u64);
            let mut client = Self { random, users: Vec::new(), number, made: 0 };
            let names: Vec<_> = (0..USERS).map(|_| client.new_name()).collect();
            let operations: Vec<_> = names.iter().map(|name| creation(name)).collect();
            let made = app.post("/scim/v2/Bulk", json!({"Operations": operations})).await.expect(200).json();
            let user = |(at, name): (usize, String)| {
                let location = made["Operations"][at]["location"].as_str().expect("a user has a location");
                let path = location.find("/scim/v2/").map(|start| location[start..].to_owned());
                User { name, path: path.expect("a location is below the base URL") }
            };
            client.users = names.into_iter().enumerate().map(user).collect();
            clients.push(client);
        }
        clients
    }

    /// The paths of some users that it has before it runs.
    pub(crate) fn some_users(&self) -> Vec<String> {
        self.users.iter().take(8).map(|user| user.path.clone()).collect()
    }

    /// Sends requests until a time, or until an answer is not what it has to be: then it tells that.
    pub(crate) async fn run(mut self, app: Arc<App>, end: Instant) -> (Tally, Option<String>) {
        let mut tally = Tally::default();
        while Instant::now() < end {
            let act = Act::any(&mut self.random);
            let started = Instant::now();
            if let Err(error) = self.send(&app, act).await {
                return (tally, Some(format!("{}: {error}", act.name())));
            }
            tally.note(act, started.elapsed());
        }
        (tally, None)
    }

    async fn send(&mut self, app: &App, act: Act) -> Result<(), String> {
        let at = self.random.usize(..self.users.len());
        let User { name, path } = &self.users[at];
        let word = format!("Ada {}", self.random.u16(..));
        match act {
            Act::Get => check(app.get(path).await, 200, name).map(drop),
            Act::Find => {
                let filter =
                    format!("/scim/v2/Users?filter=userName%20eq%20%22{}%22&startIndex=1&count=100", address(name));
                check(app.get(&filter).await, 200, r#""totalResults":1,"#).map(drop)
            }
            Act::List => {
                let page = format!("/scim/v2/Users?startIndex={}&count=100", self.random.usize(1..LAST_START));
                check(app.get(&page).await, 200, r#""itemsPerPage":100,"#).map(drop)
            }
            Act::Create => {
                let name = self.new_name();
                let made = check(app.post("/scim/v2/Users", person(&name)).await, 201, &name)?;
                self.users.push(User { name, path: made.user_path() });
                Ok(())
            }
            Act::Patch => {
                let operation = json!({"op": "replace", "path": "name.givenName", "value": word});
                let patch =
                    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]});
                check(app.patch(path, patch).await, 200, &word).map(drop)
            }
            Act::Replace => {
                let mut body = person(name);
                body["name"]["givenName"] = json!(word);
                check(app.put(path, body).await, 200, &word).map(drop)
            }
            Act::Delete => {
                let deleted = check(app.delete(path).await, 204, "").map(drop);
                self.users.swap_remove(at);
                deleted
            }
        }
    }

    fn new_name(&mut self) -> String {
        self.made += 1;
        format!("u{}-{}", self.made, self.number)
    }
}

/// The answer, if it has a status and a text.
fn check(answer: Answer, status: u16, text: &str) -> Result<Answer, String> {
    if answer.status == status && answer.text.contains(text) {
        Ok(answer)
    } else {
        Err(format!("expected {status} with {text}, got {answer}"))
    }
}
