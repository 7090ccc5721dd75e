//! Clients that send random requests at the same time, and note what they are told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::try_join_all;
use http::Method;
use serde_json::{Value, json};
use tests::app::{Answer, App, Call, Tenant};

use super::checker::Record;
use super::model::{Change, Operation, Profile, Seen, Told};

const CLIENTS: u32 = 5;
/// Requests of each client.
const REQUESTS: u32 = 20;
/// How many requests an episode is, its last list not counted.
pub(super) const EPISODE: u32 = CLIENTS * REQUESTS;
/// Longer than the scripts delay a call.
const QUIET: Duration = Duration::from_millis(200);
/// Few, so that they meet.
const NAMES: [&str; 4] = ["ada", "bob", "eve", "gus"];

/// A list of users, between which moments it was read, and who was in it.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) invoked: u64,
    pub(super) answered: u64,
    pub(super) ids: Vec<String>,
}

/// Some clients of one instance, and what they know.
pub(super) struct Episode<'a> {
    app: &'a App,
    tenant: Tenant,
    /// Whether a 500 is no surprise: of a store that is broken on purpose.
    is_broken: bool,
    clock: AtomicU64,
    notes: Mutex<Notes>,
}

/// What was told, and the versions in which users were seen last.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) records: Vec<Record>,
    pub(super) lists: Vec<Listed>,
    versions: BTreeMap<String, u64>,
}

impl<'a> Episode<'a> {
    /// Runs an episode to its end, with a last list when all is quiet.
    ///
    /// # Errors
    /// An answer that should never be given.
    pub(super) async fn run(app: &'a App, tenant: Tenant, seed: u64, is_broken: bool) -> Result<Notes, String> {
        let episode = Self { app, tenant, is_broken, clock: AtomicU64::new(0), notes: Mutex::default() };
        let clients = (0..CLIENTS).map(|client| {
            let (episode, mut random) = (&episode, Rng::with_seed(seed.wrapping_add(u64::from(client) << 32)));
            async move {
                for _ in 0..REQUESTS {
                    episode.request(&mut random).await?;
                }
                Ok::<_, String>(())
            }
        });
        try_join_all(clients).await?;
        // What nobody waited for has arrived by then.
        tokio::time::sleep(QUIET).await;
        while !episode.list("count=100", 100).await? {}
        Ok(std::mem::take(&mut *episode.notes()))
    }

    async fn request(&self, random: &mut Rng) -> Result<(), String> {
        let known: Vec<_> = self.notes().versions.iter().map(|(id, version)| (id.clone(), *version)).collect();
        let user = (!known.is_empty()).then(|| known[random.usize(..known.len())].clone());
        match (random.u32(..100), user) {
            (0..20, _) | (20..80, None) => self.create(random).await,
            (20..60, Some((id, version))) => self.change(random, id, version).await,
            (60..70, Some((id, _))) => {
                let call = self.call(Method::DELETE, &format!("/{id}"));
                self.send(random, Operation::Delete(id), call).await
            }
            (70..80, Some((id, _))) => {
                let call = self.call(Method::GET, &format!("/{id}"));
                self.send(random, Operation::Read(id), call).await
            }
            (80..90, _) => {
                let name = address(random);
                let call = self.call(Method::GET, &format!("?filter=userName+eq+%22{name}%22"));
                self.send(random, Operation::Find(name), call).await
            }
            _ => {
                let count = random.u32(1..4);
                let start = if random.bool() { "cursor" } else { "startIndex=1" };
                self.list(&format!("count={count}&{start}"), count).await.map(drop)
            }
        }
    }

    async fn create(&self, random: &mut Rng) -> Result<(), String> {
        let profile = Profile { user_name: address(random), email: address(random), given_name: given_name(random) };
        let change = Change {
            user_name: Some(profile.user_name.clone()),
            email: Some(profile.email.clone()),
            given_name: Some(profile.given_name.clone()),
            active: None,
        };
        let mut body = body(&change);
        body["name"]["familyName"] = json!("Example");
        self.send(random, Operation::Create(profile), self.call(Method::POST, "").json(&body)).await
    }

    async fn change(&self, random: &mut Rng, id: String, version: u64) -> Result<(), String> {
        let change = Change {
            user_name: (random.u32(..3) == 0).then(|| address(random)),
            email: (random.u32(..4) == 0).then(|| address(random)),
            given_name: random.bool().then(|| given_name(random)),
            active: (random.u32(..3) == 0).then(|| random.u32(..3) > 0),
        };
        let path = format!("/{id}");
        let call = if random.bool() {
            self.call(Method::PUT, &path).json(&body(&change))
        } else {
            let operations = json!([{"op": "replace", "value": body(&change)}]);
            self.call(Method::PATCH, &path).json(&json!({"Operations": operations}))
        };
        let version = (random.u32(..4) == 0).then_some(version);
        let call = match version {
            Some(version) => call.header("if-match", &format!("W/\"{version}\"")),
            None => call,
        };
        self.send(random, Operation::Change(id, change, version), call).await
    }

    /// Sends a request and notes what is told; of some the client does not await the answer.
    async fn send(&self, random: &mut Rng, operation: Operation, call: Call) -> Result<(), String> {
        let patience = if random.u32(..30) == 0 { Duration::from_millis(random.u64(..60)) } else { Duration::MAX };
        let invoked = self.moment();
        let told = match tokio::time::timeout(patience, self.app.call(call)).await {
            Ok(answer) if self.is_refused(&answer)? => Told::Nothing,
            Ok(answer) => told(&operation, &answer)?,
            Err(_) => Told::Nothing,
        };
        let answered = (told != Told::Nothing).then(|| self.moment());
        let mut notes = self.notes();
        if let Told::User(seen) = &told {
            notes.versions.insert(seen.id.clone(), seen.version);
        }
        notes.records.push(Record { invoked, answered, operation, told });
        Ok(())
    }

    /// Reads a list page by page, by index or by cursor; false where it cannot be read to its end.
    async fn list(&self, query: &str, count: u32) -> Result<bool, String> {
        let invoked = self.moment();
        let (mut users, mut next) = (Vec::new(), query.to_owned());
        loop {
            let answer = self.app.call(self.call(Method::GET, &format!("?{next}"))).await;
            if self.is_refused(&answer)? {
                return Ok(false);
            }
            let page = answer.json();
            let found = page["Resources"].as_array().into_iter().flatten().map(seen);
            users.extend(found.collect::<Result<Vec<_>, _>>()?);
            let total = page["totalResults"].as_u64().unwrap_or_default();
            next = match page["nextCursor"].as_str() {
                Some(cursor) => format!("count={count}&cursor={cursor}"),
                None if query.contains("cursor") || users.len() as u64 >= total => break,
                None => format!("count={count}&startIndex={}", users.len() + 1),
            };
        }
        let answered = self.moment();
        let mut notes = self.notes();
        notes.lists.push(Listed { invoked, answered, ids: users.iter().map(|seen| seen.id.clone()).collect() });
        for seen in users {
            let operation = Operation::Read(seen.id.clone());
            notes.records.push(Record { invoked, answered: Some(answered), operation, told: Told::User(seen) });
        }
        Ok(true)
    }

    /// Whether an answer says to come again, and when.
    fn is_refused(&self, answer: &Answer) -> Result<bool, String> {
        match (answer.status.as_u16(), answer.header("retry-after").parse::<u32>()) {
            (429 | 503, Ok(1..)) => Ok(true),
            (500, _) if self.is_broken => Ok(true),
            (200 | 201 | 204 | 409 | 412, _) => Ok(false),
            _ => Err(format!("an answer that should never be given: {answer} {:?}", answer.headers)),
        }
    }

    fn call(&self, method: Method, rest: &str) -> Call {
        Call::new(method, &format!("/scim/v2/Users{rest}")).key(&self.tenant.scim_key)
    }

    fn moment(&self) -> u64 {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A userName or e-mail, in one of two spellings.
fn address(random: &mut Rng) -> String {
    let name = NAMES[random.usize(..NAMES.len())];
    if random.u32(..5) == 0 { format!("{}@Example.com", name.to_uppercase()) } else { format!("{name}@example.com") }
}

fn given_name(random: &mut Rng) -> String {
    format!("g{}", random.u32(..1000))
}

fn body(change: &Change) -> Value {
    let mut body = json!({});
    if let Some(user_name) = &change.user_name {
        body["userName"] = json!(user_name);
    }
    if let Some(email) = &change.email {
        body["emails"] = json!([{"value": email, "type": "work", "primary": true}]);
    }
    if let Some(given_name) = &change.given_name {
        body["name"] = json!({"givenName": given_name});
    }
    if let Some(active) = change.active {
        body["active"] = json!(active);
    }
    body
}

fn told(operation: &Operation, answer: &Answer) -> Result<Told, String> {
    Ok(match (operation, answer.status.as_u16()) {
        (Operation::Find(_), 200) => match &answer.json()["Resources"].as_array().map(Vec::as_slice) {
            Some([]) | None => Told::Nobody,
            Some([user]) => Told::User(seen(user)?),
            Some(_) => return Err(format!("two users of one userName: {answer}")),
        },
        (Operation::Create(_), 201) | (Operation::Change(..) | Operation::Read(_), 200) => {
            Told::User(seen(&answer.json())?)
        }
        (Operation::Delete(_), 204) => Told::Deleted,
        (Operation::Create(_) | Operation::Change(..), 409) => Told::Taken,
        (Operation::Change(..), 412) => Told::Stale,
        _ => return Err(format!("{operation:?} was answered with {answer}")),
    })
}

fn seen(user: &Value) -> Result<Seen, String> {
    let text = |pointer: &str| user.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let seen = || {
        let version = text("/meta/version")?.strip_prefix("W/\"")?.strip_suffix('"')?.parse().ok()?;
        let profile = Profile {
            user_name: text("/userName")?,
            email: text("/emails/0/value")?,
            given_name: text("/name/givenName")?,
        };
        Some(Seen { id: text("/id")?, version, profile, active: user["active"].as_bool()? })
    };
    seen().ok_or_else(|| format!("this is no user: {user}"))
}
