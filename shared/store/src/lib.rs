//! Klue's directory in DynamoDB.
//!
//! The only crate that links the AWS SDK and the only one that spells an item's key. Its methods
//! are use cases with their conditions. Every method but `create_instance` starts from a
//! [`Caller`], which only verification of a key (or an event that IAM let in) can make, and
//! reaches only the caller's instance.

mod activity;
mod admission;
mod api_keys;
mod audit;
mod backoff;
mod clock;
mod environment;
mod groups;
mod instances;
mod items;
mod key;
mod known;
mod meter;
mod peppers;
mod random;
mod table;
mod transaction;
mod users;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use directory::Peppers;
use jiff::SignedDuration;

pub use activity::{ActivityPage, EXPORTED};
pub use admission::Admission;
pub use api_keys::IssuedKey;
pub use audit::{Audit, Inconsistency, Report};
pub use clock::{Clock, system_clock};
pub use environment::{Endpoint, StartError};
pub use groups::Deletion;
pub use instances::CreatedInstance;
pub use items::user_of_item;
pub use known::Known;
pub use users::{Opening, Page, SignedIn, items_of_new_user};

use peppers::PepperSource;
use table::Table;

/// The directory of a stage; clones share connections and the pepper.
#[derive(Clone)]
pub struct Store {
    table: Table,
    peppers: Arc<PepperSource>,
    clock: Clock,
    /// How long entries of the activity log are kept.
    activity_kept: SignedDuration,
}

impl Store {
    /// A store with a pepper that is at hand: for a service that runs without Secrets Manager.
    pub fn new(endpoint: &Endpoint, table_name: &str, peppers: Peppers, clock: Clock) -> Self {
        Self {
            table: Table::new(Client::from_conf(environment::dynamodb(endpoint)), table_name),
            peppers: Arc::new(PepperSource::fixed(peppers)),
            clock,
            activity_kept: environment::days(environment::ACTIVITY_DAYS),
        }
    }

    /// The time by the clock of the store, in milliseconds.
    pub fn now(&self) -> jiff::Timestamp {
        // What is stored and shown has milliseconds; finer ones would be lost on the way.
        let now = (self.clock)();
        now.round(jiff::Unit::Millisecond).unwrap_or(now)
    }
}
