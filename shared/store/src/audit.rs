//! The audit: reads a whole table and says where its items disagree. It never writes.

mod history;
mod stock;
mod users;

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::Client;
use directory::{Error, InstanceId};
use jiff::{SignedDuration, Timestamp};

use self::stock::Stock;
use crate::key::Key;
use crate::table::{Item, Table};
use crate::{Clock, Endpoint, environment};

/// Items of one read: 1,000 of the usual size are less than its 1 MB.
const PAGE: i32 = 1000;

/// An audit of the table of a stage.
pub struct Audit {
    table: Table,
    clock: Clock,
    activity_kept: SignedDuration,
}

/// An item that does not agree with the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inconsistency {
    /// The item's partition key.
    pub pk: String,
    /// The item's sort key.
    pub sk: String,
    /// What is wrong.
    pub problem: String,
}

/// What an audit found.
#[derive(Clone, Debug)]
pub struct Report {
    /// How many items were read.
    pub items: u64,
    /// How many instances there are.
    pub instances: usize,
    /// How many users there are.
    pub users: usize,
    /// What does not agree, in the order of the keys.
    pub inconsistencies: Vec<Inconsistency>,
}

impl Inconsistency {
    fn new(key: Key, problem: impl Into<String>) -> Self {
        Self { pk: key.pk, sk: key.sk, problem: problem.into() }
    }
}

impl fmt::Display for Inconsistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pk, sk, problem } = self;
        write!(f, "pk {pk:?}, sk {sk:?}: {problem}")
    }
}

impl Audit {
    /// An audit of a table whose entries of the activity log are kept for so many days.
    pub fn new(endpoint: &Endpoint, table_name: &str, activity_days: i64, clock: Clock) -> Self {
        let table = Table::new(Client::from_conf(environment::dynamodb(endpoint)), table_name);
        Self { table, clock, activity_kept: environment::days(activity_days) }
    }

    /// Reads the table; tells meanwhile how many items it has read, of about how many.
    ///
    /// A read is no snapshot. Where something does not agree, all is read once more, and what holds no
    /// longer, or holds in other words, was written meanwhile: it is left out.
    ///
    /// # Errors
    /// [`Error::Throttled`], [`Error::Unavailable`]; [`Error::Internal`] where there is no such table, or no
    /// right to read it.
    pub async fn run(&self, mut on_read: impl FnMut(u64, u64)) -> Result<Report, Error> {
        let first = self.read(&mut on_read).await?;
        if first.inconsistencies.is_empty() {
            return Ok(first);
        }
        let mut second = self.read(&mut on_read).await?;
        second.inconsistencies.retain(|found| first.inconsistencies.contains(found));
        Ok(second)
    }

    async fn read(&self, on_read: &mut impl FnMut(u64, u64)) -> Result<Report, Error> {
        let about = self.table.size().await?;
        let mut read = Reading::default();
        let mut start = None;
        loop {
            let (items, next) = self.table.scan(start, PAGE).await?;
            read.items += items.len() as u64;
            items.into_iter().try_for_each(|item| read.add(item))?;
            on_read(read.items, about.max(read.items));
            start = next;
            if start.is_none() {
                break;
            }
        }
        Ok(read.report((self.clock)(), self.activity_kept))
    }
}

#[derive(Default)]
struct Reading {
    items: u64,
    instances: BTreeMap<InstanceId, Stock>,
    unreadable: Vec<Inconsistency>,
}

impl Reading {
    fn add(&mut self, item: Item) -> Result<(), Error> {
        let key = Key::of(&item)?;
        let added = match key.place() {
            None => Err("the service writes no item of such a key".to_owned()),
            Some((instance, kind)) => {
                let stock = self.instances.entry(instance).or_insert_with(|| Stock::new(instance));
                stock.add(kind, &key, item)
            }
        };
        self.unreadable.extend(added.err().map(|problem| Inconsistency::new(key, problem)));
        Ok(())
    }

    fn report(self, now: Timestamp, activity_kept: SignedDuration) -> Report {
        let mut inconsistencies = self.unreadable;
        for stock in self.instances.values() {
            inconsistencies.extend(stock.check());
            inconsistencies.extend(stock.check_users());
            inconsistencies.extend(stock.check_history(now, activity_kept));
        }
        inconsistencies.sort();
        Report {
            items: self.items,
            instances: self.instances.len(),
            users: self.instances.values().map(|stock| stock.users.len()).sum(),
            inconsistencies,
        }
    }
}
