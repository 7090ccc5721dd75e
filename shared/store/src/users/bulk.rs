//! Bulk requests: as many operations in one transaction as it holds (RFC 7644 §3.7).

mod group;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use directory::{BulkOutcome, Caller, Error, User, UserOperation};
use scim::{BulkOperation, BulkRequest, References, quoted};
use tokio::time::Instant;

use self::group::Group;
use super::session::Session;
use crate::Store;
use crate::backoff::Backoff;
use crate::key::Key;
use crate::known::{self, Known};

/// For how long new transactions are begun: the last one is over before the request's own time is.
const TIME: Duration = Duration::from_secs(16);

impl Store {
    /// Carries out the operations of a bulk request, with the outcome that they have one after the other.
    ///
    /// An operation has no outcome where `failOnErrors` left it undone.
    ///
    /// # Errors
    /// [`Error::Throttled`], [`Error::Unavailable`] where nothing could be read.
    pub async fn bulk(&self, caller: &Caller, request: &BulkRequest) -> Result<Vec<Option<BulkOutcome>>, Error> {
        let known = Known::new(&self.table, caller.instance());
        let deadline = Instant::now() + TIME;
        let mut bulk = Bulk {
            request,
            references: request.references(),
            session: Session::new(self, caller, known, Backoff::until(deadline)),
            waiting: (0..request.operations.len()).collect(),
            outcomes: vec![None; request.operations.len()],
            ids: HashMap::new(),
            errors: 0,
            deadline,
        };
        bulk.read_ahead().await?;
        while !bulk.waiting.is_empty() {
            bulk.go_on().await;
        }
        Ok(bulk.outcomes)
    }
}

struct Bulk<'a> {
    request: &'a BulkRequest,
    references: Vec<References>,
    session: Session<'a>,
    /// The positions of the operations that are still to be carried out.
    waiting: BTreeSet<usize>,
    outcomes: Vec<Option<BulkOutcome>>,
    /// The ids of the users that have been created, by their bulkId.
    ids: HashMap<&'a str, String>,
    errors: u64,
    deadline: Instant,
}

/// What can be done with an operation at the moment.
enum Step {
    /// It has an outcome.
    Done(Box<Result<User, Error>>),
    /// It is part of the next transaction.
    Grouped,
    /// It touches what the next transaction writes; others may go before it.
    Later,
    /// It has to wait for the next transaction, and others behind it too.
    Stop,
}

impl Bulk<'_> {
    /// Reads together what the operations are planned on.
    async fn read_ahead(&mut self) -> Result<(), Error> {
        let instance = self.session.caller.instance();
        let operations = self.request.operations.iter().filter_map(|operation| UserOperation::of_bulk(operation).ok());
        let operations: Vec<_> = operations.collect();
        self.session.known.read(operations.iter().flat_map(|operation| known::keys(instance, operation))).await?;
        // Whoever holds a userName may be somebody who comes back.
        let mut holders = Vec::new();
        for operation in &operations {
            if let UserOperation::Create(asked) = operation {
                holders.extend(self.session.holder(asked)?);
            }
        }
        self.session.known.read(holders).await
    }

    /// Writes the next transaction.
    async fn go_on(&mut self) {
        let before = self.waiting.len();
        if Instant::now() >= self.deadline {
            return self.refuse_rest(|| Error::NotReached);
        }
        let group = self.gather().await;
        if group.writes.is_empty() {
            if self.waiting.len() == before {
                self.refuse_rest(|| Error::CircularReference);
            }
            return;
        }
        match self.session.write(&group.writes).await {
            // Planned anew, with what the refusal told.
            Ok(false) => return,
            Ok(true) => {
                for (position, write) in group.positions.into_iter().zip(group.writes) {
                    self.finish(position, Ok(write.new));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for position in group.positions {
                    self.finish(position, Err(Arc::clone(&error)));
                }
            }
        }
        self.session.backoff = Backoff::until(self.deadline);
    }

    /// Takes the next operations together, and answers those that need no write.
    async fn gather(&mut self) -> Group {
        let mut group = Group::new(self.session.caller.instance());
        // What comes behind an error may not be done: it has to be known whether there is one.
        let in_order = self.request.fail_on_errors.is_some();
        for position in self.waiting.clone() {
            let step = self.step(position, &mut group).await;
            let waits = match &step {
                Step::Done(_) | Step::Later => in_order,
                Step::Grouped => false,
                Step::Stop => true,
            };
            if waits && !group.writes.is_empty() {
                break;
            }
            if let Step::Done(outcome) = step {
                self.finish(position, outcome.map_err(Arc::new));
                if self.waiting.is_empty() {
                    break;
                }
            }
        }
        group
    }

    async fn step(&mut self, position: usize, group: &mut Group) -> Step {
        match self.operation(position) {
            Ok(None) => Step::Stop,
            Ok(Some(operation)) => {
                self.plan(position, &operation, group).await.unwrap_or_else(|error| Step::Done(Err(error).into()))
            }
            Err(error) => Step::Done(Err(error).into()),
        }
    }

    /// An operation with ids in place of its references; none while they wait for others.
    fn operation(&self, position: usize) -> Result<Option<UserOperation>, Error> {
        let operation = &self.request.operations[position];
        match &self.references[position] {
            References::Unknown(bulk_id) => {
                let detail = format!("No POST of this request has the bulkId {}.", quoted(bulk_id));
                Err(scim::Error::invalid_value(detail).into())
            }
            References::To(posts) => {
                for post in posts {
                    match &self.outcomes[*post] {
                        None => return Ok(None),
                        Some(Err(_)) => return Err(Error::ReferenceFailed),
                        Some(Ok(_)) => {}
                    }
                }
                let resolved = operation.resolved(|bulk_id| self.ids.get(bulk_id).map(String::as_str));
                UserOperation::of_bulk(&resolved).map(Some)
            }
        }
    }

    async fn plan(&mut self, position: usize, operation: &UserOperation, group: &mut Group) -> Result<Step, Error> {
        let basis = self.session.basis(operation).await?;
        // What is new takes its name and e-mail and frees nothing, whatever comes before it.
        let is_new = match operation {
            UserOperation::Create(asked) => self.session.holder(asked)?.is_none(),
            UserOperation::Change(_) => false,
        };
        let waits = |group: &mut Group, keys: Vec<Key>| {
            group.block(keys);
            Ok(if is_new { Step::Later } else { Step::Stop })
        };
        if group.touches(&basis) {
            return waits(group, basis);
        }
        let write = self.session.plan(operation, group.new_users).await?;
        if write.changes_nothing() {
            return Ok(Step::Done(Ok(write.new).into()));
        }
        let keys = write.keys(self.session.caller.instance());
        if group.touches(&keys) {
            return waits(group, keys);
        }
        self.session.check(&write)?;
        Ok(if group.push(position, write, keys) { Step::Grouped } else { Step::Stop })
    }

    fn finish(&mut self, position: usize, outcome: BulkOutcome) {
        // After too many errors nothing waits, and nothing has an outcome any more.
        if !self.waiting.remove(&position) {
            return;
        }
        let operation: &BulkOperation = &self.request.operations[position];
        if let (Ok(user), Some(bulk_id)) = (&outcome, &operation.bulk_id) {
            self.ids.insert(bulk_id, user.id.to_string());
        }
        self.errors += u64::from(outcome.is_err());
        self.outcomes[position] = Some(outcome);
        if self.request.fail_on_errors.is_some_and(|limit| self.errors >= limit) {
            self.waiting.clear();
        }
    }

    fn refuse_rest(&mut self, error: impl Fn() -> Error) {
        for position in self.waiting.clone() {
            self.finish(position, Err(Arc::new(error())));
        }
    }
}
