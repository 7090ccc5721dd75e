//! How items are named: the only place that spells a partition or sort key.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::HEXLOWER;
use directory::{Claims, Error, InstanceId, KeyId, UserId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
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
        let day = TimeZone::UTC.to_datetime(time).date();
        Self { pk: format!("I#{instance}#ACTIVITY#{day}"), sk: format!("{time:.3}#{}", HEXLOWER.encode(&unique)) }
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

    pub(crate) fn names(&self, item: &HashMap<String, AttributeValue>) -> bool {
        let is = |name: &str, value: &String| item.get(name).and_then(|found| found.as_s().ok()) == Some(value);
        is("pk", &self.pk) && is("sk", &self.sk)
    }
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
}

const GROUP_PREFIX: &str = "GROUP#";
const API_KEY_PREFIX: &str = "KEY#";
/// Sorts before every character that a key can hold: a sort key cannot be empty.
const FIRST: char = '\0';
/// Sorts behind every character that a key can hold.
const LAST: char = char::MAX;

impl Range {
    fn of_prefix(pk: String, prefix: &str) -> Self {
        Self { pk, first: prefix.to_owned(), last: format!("{prefix}{LAST}"), after: None, descending: false }
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
        Self { pk, first: FIRST.into(), last: LAST.into(), after: None, descending }
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
            });
            let Some(next) = last.checked_add(1) else { break };
            first = next;
        }
        ranges
    }
}

/// The attribute by which an index can gather what happened to one user.
pub(crate) fn timeline(instance: InstanceId, user: UserId) -> String {
    format!("I#{instance}#USER#{user}")
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
