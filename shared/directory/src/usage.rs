//! What one request cost, counted where it is spent and logged where it ends.

use std::future::Future;
use std::sync::{Arc, Mutex};

use crate::Caller;

tokio::task_local! {
    static CURRENT: Usage;
}

/// Counters of one request; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Usage(Arc<Mutex<Counters>>);

#[derive(Debug, Default)]
struct Counters {
    calls: u32,
    depth: u32,
    read_units: f64,
    write_units: f64,
    conflicts: u32,
    is_key_near_expiry: bool,
    caller: Option<Caller>,
    sent: Option<Vec<SentCall>>,
}

/// A call to a service of AWS, as it was sent.
#[derive(Clone, Debug)]
pub struct SentCall {
    /// Service and operation, such as `DynamoDB_20120810.Query`.
    pub target: String,
    /// Its JSON.
    pub body: Vec<u8>,
}

impl Usage {
    /// Runs a future so that [`Usage::current`] inside it is this one.
    ///
    /// A task spawned inside the future does not belong to it.
    pub async fn scope<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self, future).await
    }

    /// The counters of the running request, or loose ones outside any.
    pub fn current() -> Self {
        CURRENT.try_with(Clone::clone).unwrap_or_default()
    }

    /// Counters that keep what is sent as well, for whoever asks what a request needs.
    pub fn recorded() -> Self {
        let usage = Self::default();
        usage.with(|counters| counters.sent = Some(Vec::new()));
        usage
    }

    /// Keeps a call, if calls are kept.
    pub fn record(&self, call: impl FnOnce() -> SentCall) {
        self.with(|counters| counters.sent.as_mut().map(|sent| sent.push(call())));
    }

    /// What was sent since it was asked last, if calls are kept.
    pub fn take_sent(&self) -> Vec<SentCall> {
        self.with(|counters| counters.sent.as_mut().map(std::mem::take).unwrap_or_default())
    }

    /// Counts a call that starts; gives its place in the chain of calls that wait for each other.
    pub fn start_call(&self) -> u32 {
        self.with(|counters| {
            counters.calls += 1;
            counters.depth + 1
        })
    }

    /// Notes that a call has been answered, with the place that `start_call` gave it.
    pub fn end_call(&self, place: u32) {
        self.with(|counters| counters.depth = counters.depth.max(place));
    }

    /// Adds read request units that DynamoDB reports.
    pub fn add_read_units(&self, units: f64) {
        self.with(|counters| counters.read_units += units);
    }

    /// Adds write request units that DynamoDB reports.
    pub fn add_write_units(&self, units: f64) {
        self.with(|counters| counters.write_units += units);
    }

    /// Counts a write that DynamoDB refused since another one was under way on the same item.
    pub fn add_conflict(&self) {
        self.with(|counters| counters.conflicts += 1);
    }

    /// Notes that the key of the request ends soon.
    pub fn set_key_near_expiry(&self) {
        self.with(|counters| counters.is_key_near_expiry = true);
    }

    /// Notes whose request this is.
    pub fn set_caller(&self, caller: &Caller) {
        self.with(|counters| counters.caller = Some(caller.clone()));
    }

    /// HTTP requests sent, repeated ones included.
    pub fn calls(&self) -> u32 {
        self.with(|counters| counters.calls)
    }

    /// Calls that had to wait for one another: those sent together count once.
    pub fn round_trips(&self) -> u32 {
        self.with(|counters| counters.depth)
    }

    /// Read request units, as DynamoDB reported them.
    pub fn read_units(&self) -> f64 {
        self.with(|counters| counters.read_units)
    }

    /// Write request units, as DynamoDB reported them; they cost five times as much.
    pub fn write_units(&self) -> f64 {
        self.with(|counters| counters.write_units)
    }

    /// DynamoDB request units, read and write together.
    pub fn capacity(&self) -> f64 {
        self.read_units() + self.write_units()
    }

    /// Writes that met others on the same item.
    pub fn conflicts(&self) -> u32 {
        self.with(|counters| counters.conflicts)
    }

    /// Whether the key of the request ends soon.
    pub fn is_key_near_expiry(&self) -> bool {
        self.with(|counters| counters.is_key_near_expiry)
    }

    /// The caller, once a key was verified.
    pub fn caller(&self) -> Option<Caller> {
        self.with(|counters| counters.caller.clone())
    }

    fn with<T>(&self, read: impl FnOnce(&mut Counters) -> T) -> T {
        // A panic while counting leaves whole numbers behind: a poisoned lock is still good.
        read(&mut self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }
}
