//! How items are named: the only place that spells a partition or sort key.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use directory::{Claims, Error, InstanceId, KeyId, UserId};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use scim::fold;
use sha2::{Digest, Sha256};

/// Rows of users in one partition: small enough to spread load, large enough that a page of
/// 1,000 touches two.
const ROWS_PER_PARTITION: u32 = 1024;

/// The primary key of an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn instance(instance: InstanceId) -> Self {
        Self { pk: format!("I#{instance}"), sk: "INSTANCE".into() }
    }

    pub(crate) fn group(instance: InstanceId, name: &str) -> Self {
        Self { pk: format!("I#{instance}"), sk: format!("{GROUP_PREFIX}{}", fold(name)) }
    }

    pub(crate) fn api_key(instance: InstanceId, key_id: KeyId) -> Self {
        Self { pk: keys(instance), sk: format!("{API_KEY_PREFIX}{key_id}") }
    }

    /// The item whose version orders creations, rotations and revocations of keys.
    pub(crate) fn key_set(instance: InstanceId) -> Self {
        Self { pk: keys(instance), sk: "KEYSET".into() }
    }

    pub(crate) fn user(instance: InstanceId, row: u32) -> Self {
        Self { pk: users(instance, row), sk: row_text(row) }
    }

    /// The claim on a userName, which is unique by its folded form.
    pub(crate) fn user_name(instance: InstanceId, folded: &str) -> Self {
        Self { pk: user_names(instance), sk: folded.into() }
    }

    /// The claim on a work e-mail, which is unique by its folded form.
    pub(crate) fn email(instance: InstanceId, folded: &str) -> Self {
        Self { pk: emails(instance), sk: folded.into() }
    }

    pub(crate) fn external_id(instance: InstanceId, external_id: &str, row: u32) -> Self {
        Self { pk: external(instance), sk: format!("{}{}", external_id_prefix(external_id), row_text(row)) }
    }

    /// The key of an activity entry; `unique` tells entries of the same millisecond apart.
    pub(crate) fn activity(instance: InstanceId, time: Timestamp, unique: [u8; 6]) -> Self {
        Self { pk: activities(instance, day(time)), sk: format!("{}#{}", time_text(time), HEXLOWER.encode(&unique)) }
    }

    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".into(), AttributeValue::S(self.pk.clone())),
            ("sk".into(), AttributeValue::S(self.sk.clone())),
        ])
    }

    /// The key of an item.
    pub(crate) fn of(item: &HashMap<String, AttributeValue>) -> Result<Self, Error> {
        let part = |name: &str| item.get(name).and_then(|part| part.as_s().ok()).cloned();
        let key = part("pk").zip(part("sk")).map(|(pk, sk)| Self { pk, sk });
        key.ok_or_else(|| Error::internal("an item has no key"))
    }

    /// Whose item it is, and what for; none for a key that the service never writes.
    pub(crate) fn place(&self) -> Option<(InstanceId, Kind)> {
        let rest = self.pk.strip_prefix("I#")?;
        let (instance, partition) = rest.split_once('#').unwrap_or((rest, ""));
        let partition = partition.split_once('#').map_or(partition, |(partition, _)| partition);
        let kind = match (partition, self.sk.as_str()) {
            ("", "INSTANCE") => Kind::Instance,
            ("", sk) if sk.starts_with(GROUP_PREFIX) => Kind::Group,
            ("KEYS", "KEYSET") => Kind::KeySet,
            ("KEYS", sk) if sk.starts_with(API_KEY_PREFIX) => Kind::ApiKey,
            ("USERS", _) => Kind::User,
            ("USERNAME", _) => Kind::UserName,
            ("EMAIL", _) => Kind::Email,
            ("EXTERNAL", _) => Kind::ExternalId,
            ("ACTIVITY", _) => Kind::Activity,
            _ => return None,
        };
        Some((instance.parse().ok()?, kind))
    }

    pub(crate) fn names(&self, item: &HashMap<String, AttributeValue>) -> bool {
        let is = |name: &str, value: &String| item.get(name).and_then(|found| found.as_s().ok()) == Some(value);
        is("pk", &self.pk) && is("sk", &self.sk)
    }
}

/// What an item is, by its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Instance,
    Group,
    KeySet,
    ApiKey,
    User,
    UserName,
    Email,
    ExternalId,
    Activity,
}

/// A part of one partition, to be queried in the order of its sort keys.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) pk: String,
    pub(crate) first: String,
    pub(crate) last: String,
    /// The sort key behind which to go on, where an earlier query has read up to it.
    pub(crate) after: Option<String>,
    /// Whether it is read from its last sort key to its first.
    pub(crate) descending: bool,
    /// The index whose partition it is, by the name that the index and its hash key share; the
    /// table itself where there is none.
    pub(crate) index: Option<&'static str>,
}

const GROUP_PREFIX: &str = "GROUP#";
const API_KEY_PREFIX: &str = "KEY#";
/// Sorts before every character that a key can hold: a sort key cannot be empty.
const FIRST: char = '\0';
/// Sorts behind every character that a key can hold.
const LAST: char = char::MAX;

impl Range {
    fn of_prefix(pk: String, prefix: &str) -> Self {
        let (first, last) = (prefix.to_owned(), format!("{prefix}{LAST}"));
        Self { pk, first, last, after: None, descending: false, index: None }
    }

    pub(crate) fn groups(instance: InstanceId) -> Self {
        Self::of_prefix(format!("I#{instance}"), GROUP_PREFIX)
    }

    pub(crate) fn api_keys(instance: InstanceId) -> Self {
        Self::of_prefix(keys(instance), API_KEY_PREFIX)
    }

    pub(crate) fn external_ids(instance: InstanceId, external_id: &str) -> Self {
        Self::of_prefix(external(instance), &external_id_prefix(external_id))
    }

    /// All claims on an attribute, in the order of their folded values or the opposite one.
    pub(crate) fn claims(instance: InstanceId, claims: Claims, descending: bool) -> Self {
        let pk = match claims {
            Claims::UserName => user_names(instance),
            Claims::Email => emails(instance),
        };
        Self { pk, first: FIRST.into(), last: LAST.into(), after: None, descending, index: None }
    }

    /// The claims on userNames whose folded form starts with a prefix.
    pub(crate) fn user_names(instance: InstanceId, prefix: &str) -> Self {
        Self::of_prefix(user_names(instance), prefix)
    }

    /// The claims on e-mails whose folded form starts with a prefix.
    pub(crate) fn emails(instance: InstanceId, prefix: &str) -> Self {
        Self::of_prefix(emails(instance), prefix)
    }

    /// The ranges that together hold some rows of users, each of at most `longest` rows.
    pub(crate) fn users(instance: InstanceId, rows: RangeInclusive<u32>, longest: u32) -> Vec<Self> {
        let mut ranges = Vec::new();
        let mut first = *rows.start();
        while first <= *rows.end() {
            let partition_end = (first / ROWS_PER_PARTITION) * ROWS_PER_PARTITION + (ROWS_PER_PARTITION - 1);
            let last = partition_end.min(*rows.end()).min(first.saturating_add(longest - 1));
            ranges.push(Self {
                pk: users(instance, first),
                first: row_text(first),
                last: row_text(last),
                after: None,
                descending: false,
                index: None,
            });
            let Some(next) = last.checked_add(1) else { break };
            first = next;
        }
        ranges
    }

    /// The entries of the activity log of one day, newest first.
    pub(crate) fn activity(instance: InstanceId, day: Date, first: String, last: String) -> Self {
        Self { pk: activities(instance, day), first, last, after: None, descending: true, index: None }
    }

    /// The entries of the activity log on one user, newest first.
    pub(crate) fn timeline(instance: InstanceId, user: UserId, first: String, last: String) -> Self {
        let pk = timeline(instance, user);
        Self { pk, first, last, after: None, descending: true, index: Some("timeline") }
    }
}

/// The hash key of the index that gathers what happened to one user.
pub(crate) fn timeline(instance: InstanceId, user: UserId) -> String {
    format!("{}{user}", timelines(instance))
}

/// Whose timeline it is.
pub(crate) fn user_of_timeline(instance: InstanceId, timeline: &str) -> Option<UserId> {
    timeline.strip_prefix(&timelines(instance))?.parse().ok()
}

/// The sort key that comes before those of all entries of the log from a time on.
pub(crate) fn activity_from(time: Timestamp) -> String {
    time_text(time)
}

/// The sort key that comes behind those of all entries of the log up to a time.
pub(crate) fn activity_to(time: Timestamp) -> String {
    format!("{}{LAST}", time_text(time))
}

/// The time in the sort key of an entry of the log.
pub(crate) fn activity_time(sk: &str) -> Option<Timestamp> {
    let text = sk.split('#').next()?;
    text.parse().ok().filter(|time| time_text(*time) == text)
}

/// A sort key of the log as clients see it.
pub(crate) fn activity_cursor(sk: &str) -> String {
    BASE64URL_NOPAD.encode(sk.as_bytes())
}

/// The sort key in a cursor, if it has the form of one.
pub(crate) fn activity_place(cursor: &str) -> Option<String> {
    let sk = String::from_utf8(BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?).ok()?;
    activity_time(&sk)?;
    match sk.split_once('#') {
        Some((_, unique)) if HEXLOWER.decode(unique.as_bytes()).ok()?.len() != 6 => None,
        _ => Some(sk),
    }
}

/// The days by which the entries of some time are together, oldest first, each with its first instant.
pub(crate) fn days(from: Timestamp, to: Timestamp) -> impl Iterator<Item = (Date, Timestamp)> {
    let last = day(to);
    let days = day(from).series(Span::new().days(1)).take_while(move |day| *day <= last);
    days.filter_map(|day| Some((day, TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?)))
}

fn day(time: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(time).date()
}

fn activities(instance: InstanceId, day: Date) -> String {
    format!("I#{instance}#ACTIVITY#{day}")
}

/// As many digits at any time, so that text sorts as times do.
fn time_text(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn timelines(instance: InstanceId) -> String {
    format!("I#{instance}#USER#")
}

fn keys(instance: InstanceId) -> String {
    format!("I#{instance}#KEYS")
}

fn user_names(instance: InstanceId) -> String {
    format!("I#{instance}#USERNAME")
}

fn emails(instance: InstanceId) -> String {
    format!("I#{instance}#EMAIL")
}

fn users(instance: InstanceId, row: u32) -> String {
    format!("I#{instance}#USERS#{}", row / ROWS_PER_PARTITION)
}

fn external(instance: InstanceId) -> String {
    format!("I#{instance}#EXTERNAL")
}

/// A hash, since an externalId may be longer than a sort key can be.
fn external_id_prefix(external_id: &str) -> String {
    format!("{}#", HEXLOWER.encode(&Sha256::digest(external_id)))
}

/// As many digits as the largest row has, so that text sorts as numbers do.
fn row_text(row: u32) -> String {
    format!("{row:010}")
}
