//! What of the activity log somebody wants to see.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use scim::{Error, quoted};

use super::{ActivityEntry, ActivityKind, Outcome};
use crate::{KeyId, UserId};

/// As many entries as a page has where nothing is said.
const DEFAULT_COUNT: usize = 50;
/// The most entries of a page.
const MAX_COUNT: usize = 200;

/// Which entries of the activity log are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityQuery {
    /// Those of one user.
    pub user: Option<UserId>,
    /// Those of one key.
    pub key: Option<KeyId>,
    /// Those of one kind.
    pub kind: Option<ActivityKind>,
    /// Those of requests that came to this.
    pub outcome: Option<Outcome>,
    /// Those of this time and later.
    pub from: Option<Timestamp>,
    /// Those of this time and earlier.
    pub to: Option<Timestamp>,
    /// As many, 1 to 200.
    pub count: usize,
    /// Those before this place, as the log spells it.
    pub cursor: Option<String>,
}

impl ActivityQuery {
    /// Reads the parameters of a request; empty ones and unknown ones are ignored.
    ///
    /// # Errors
    /// `invalidValue`, naming the parameter and what it takes.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Result<Self, Error> {
        let mut query = Self {
            user: None,
            key: None,
            kind: None,
            outcome: None,
            from: None,
            to: None,
            count: DEFAULT_COUNT,
            cursor: None,
        };
        for (name, value) in pairs {
            let value = value.as_ref().trim();
            if !value.is_empty() {
                query.set(name.as_ref(), value)?;
            }
        }
        match (query.from, query.to) {
            (Some(from), Some(to)) if from > to => Err(Error::invalid_value("from is later than to.")),
            _ => Ok(query),
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "user" => self.user = Some(read(name, value, "the id of a user", |text| text.parse().ok())?),
            "key" => self.key = Some(read(name, value, "the id of an API key", |text| text.parse().ok())?),
            "kind" => self.kind = Some(one_of(name, value, &ActivityKind::ALL, ActivityKind::as_str)?),
            "outcome" => self.outcome = Some(one_of(name, value, &Outcome::ALL, Outcome::as_str)?),
            "from" => self.from = Some(time(name, value, |date| date.at(0, 0, 0, 0))?),
            "to" => self.to = Some(time(name, value, |date| date.at(23, 59, 59, 999_000_000))?),
            "count" => {
                let takes = format!("a whole number from 1 to {MAX_COUNT}");
                let count = |text: &str| text.parse().ok().filter(|count| (1..=MAX_COUNT).contains(count));
                self.count = read(name, value, &takes, count)?;
            }
            "cursor" => self.cursor = Some(value.to_owned()),
            _ => {}
        }
        Ok(())
    }

    /// Whether some entries of the time and the user are not wanted.
    pub fn is_selective(&self) -> bool {
        self.key.is_some() || self.kind.is_some() || self.outcome.is_some()
    }

    /// Whether an entry is wanted, but for its time.
    pub fn matches(&self, entry: &ActivityEntry) -> bool {
        self.user.is_none_or(|user| entry.user == Some(user))
            && self.key.is_none_or(|key| entry.by == Some(key))
            && self.kind.is_none_or(|kind| entry.kind == kind.as_str())
            && self.outcome.is_none_or(|outcome| entry.outcome() == outcome)
    }
}

fn read<T>(name: &str, value: &str, takes: &str, read: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
    read(value).ok_or_else(|| Error::invalid_value(format!("{name} {} is not understood: use {takes}.", quoted(value))))
}

fn one_of<T: Copy>(name: &str, value: &str, all: &[T], as_str: impl Fn(T) -> &'static str) -> Result<T, Error> {
    let names: Vec<_> = all.iter().map(|one| as_str(*one)).collect();
    let takes = format!("one of {}", names.join(", "));
    read(name, value, &takes, |text| all.iter().copied().find(|one| as_str(*one) == text))
}

/// An instant, or a moment of a date in UTC.
fn time(name: &str, value: &str, moment: impl Fn(Date) -> jiff::civil::DateTime) -> Result<Timestamp, Error> {
    let takes = "an instant such as 2027-06-30T12:00:00Z or a date such as 2027-06-30";
    read(name, value, takes, |text| {
        let of_date = || TimeZone::UTC.to_timestamp(moment(text.parse().ok()?)).ok();
        text.parse().ok().or_else(of_date)
    })
}
