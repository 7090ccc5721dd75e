//! The transactions that are under way.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::{Fate, Overlap, Passing};

/// Which transactions are under way, and which have been carried out.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<Sky>>);

#[derive(Default)]
struct Sky {
    /// The items of each, by its token.
    under_way: HashMap<String, Vec<String>>,
    done: HashSet<String>,
}

/// A call that is under way until this is dropped.
pub(super) struct Flight {
    sky: Flights,
    token: Option<String>,
}

impl Flights {
    /// Decides on a call by what is under way, and counts it in if it is to arrive.
    pub(super) fn start(
        &self,
        operation: String,
        body: Value,
        decide: impl FnOnce(&Passing) -> Fate,
    ) -> (Fate, Flight) {
        let items = written(&operation, &body);
        let token = body["ClientRequestToken"].as_str().map(str::to_owned);
        let mut sky = self.lock();
        let overlap = sky.overlap(token.as_deref(), &items);
        let is_new = matches!(overlap, Overlap::None | Overlap::Items(_));
        let fate = decide(&Passing { operation, body, overlap });
        let arrives = !matches!(fate, Fate::Refuse(..) | Fate::DropBefore);
        // Writes of one item are over at once: they are in nobody's way.
        let token = token.filter(|_| is_new && arrives);
        if let Some(token) = &token {
            sky.under_way.insert(token.clone(), items);
        }
        (fate, Flight { sky: self.clone(), token })
    }

    fn lock(&self) -> MutexGuard<'_, Sky> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sky {
    fn overlap(&self, token: Option<&str>, items: &[String]) -> Overlap {
        match token {
            Some(token) if self.done.contains(token) => return Overlap::Done,
            Some(token) if self.under_way.contains_key(token) => return Overlap::Itself,
            _ => {}
        }
        let is_taken = |item: &String| self.under_way.values().any(|others| others.contains(item));
        let positions: Vec<_> = items.iter().enumerate().filter(|(_, item)| is_taken(item)).map(|(at, _)| at).collect();
        if positions.is_empty() { Overlap::None } else { Overlap::Items(positions) }
    }
}

impl Flight {
    /// The engine has answered.
    pub(super) fn land(&mut self, is_done: bool) {
        if let Some(token) = self.token.take() {
            let mut sky = self.sky.lock();
            sky.under_way.remove(&token);
            if is_done {
                sky.done.insert(token);
            }
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.land(false);
    }
}

/// The keys of the items that a call writes or checks, in the order in which it names them.
fn written(operation: &str, body: &Value) -> Vec<String> {
    let key = |of: &Value| format!("{} {}", of["pk"]["S"], of["sk"]["S"]);
    match operation {
        "TransactWriteItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten();
            let item = |item: &Value| {
                let write = item.as_object().and_then(|kinds| kinds.values().next()).unwrap_or(&Value::Null);
                key(if write["Item"].is_null() { &write["Key"] } else { &write["Item"] })
            };
            items.map(item).collect()
        }
        "PutItem" => vec![key(&body["Item"])],
        "UpdateItem" | "DeleteItem" => vec![key(&body["Key"])],
        _ => Vec::new(),
    }
}
