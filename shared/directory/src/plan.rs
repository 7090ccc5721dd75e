//! How a list is made: by look-ups where its filter pins users, by reading in an order that is
//! stored where it has none, else by reading all users.

use std::collections::BTreeSet;

use scim::{AttributePath, CompareOperator, CompareValue, Filter, ListQuery, Sort, fold};

use crate::resource::Target;
use crate::{MAX_FOLDED_BYTES, UserId};

/// Where the users of a list are found.
///
/// Whatever the plan, a filter is evaluated on each user found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// In their rows, as far as the page needs them: every user is in the list.
    Rows,
    /// By the claims on an attribute, in their order or the opposite one: every user has one.
    Walk {
        /// The attribute.
        claims: Claims,
        /// Whether the last claim comes first.
        descending: bool,
    },
    /// By one of these look-ups; nowhere, if there are none.
    LookUp(BTreeSet<LookUp>),
    /// All users have to be read.
    Scan,
}

/// An attribute that is unique once folded: each user has claimed a value of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claims {
    /// The userName.
    UserName,
    /// The work e-mail.
    Email,
}

/// A way to find users without reading others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LookUp {
    /// The user of an id.
    Id(UserId),
    /// The user of a folded userName.
    UserName(String),
    /// The user of a folded work e-mail.
    Email(String),
    /// The users of an externalId, compared as it is.
    ExternalId(String),
    /// The users whose folded userName starts like this.
    UserNamePrefix(String),
    /// The users whose folded work e-mail starts like this.
    EmailPrefix(String),
}

/// Plans a list.
///
/// `eq` on `id`, `userName`, `externalId` and the work e-mail is a look-up, and `sw` on userName
/// and e-mail; an `or` of look-ups is their union; of an `and` the part with the fewest users is
/// looked up. Without a filter, rows are in the order of creation and claims in their own.
/// Everything else has to be read.
pub fn plan(query: &ListQuery) -> Plan {
    match (&query.filter, &query.sort) {
        (None, None) => Plan::Rows,
        (None, Some(sort)) => walk(sort),
        (Some(filter), _) => look_ups_of(filter).map_or(Plan::Scan, Plan::LookUp),
    }
}

fn walk(sort: &Sort) -> Plan {
    let claims = match Target::of_path(&sort.by) {
        Target::UserName => Claims::UserName,
        Target::Emails | Target::EmailValue => Claims::Email,
        _ => return Plan::Scan,
    };
    Plan::Walk { claims, descending: sort.descending }
}

/// The look-ups by which all users are found that a filter can match, if there are such.
fn look_ups_of(filter: &Filter) -> Option<BTreeSet<LookUp>> {
    look_ups_with(filter, &|path| match Target::of_path(path) {
        Target::UserName => Some(Indexed::UserName),
        Target::Emails | Target::EmailValue => Some(Indexed::Email),
        Target::ExternalId => Some(Indexed::ExternalId),
        _ if is_id(path) => Some(Indexed::Id),
        _ => None,
    })
}

/// What is indexed.
#[derive(Clone, Copy)]
enum Indexed {
    Id,
    UserName,
    Email,
    ExternalId,
}

fn look_ups_with(filter: &Filter, indexed: &dyn Fn(&AttributePath) -> Option<Indexed>) -> Option<BTreeSet<LookUp>> {
    match filter {
        Filter::And(parts) => parts.iter().filter_map(|part| look_ups_with(part, indexed)).min_by_key(cost),
        Filter::Or(parts) => {
            let mut union = BTreeSet::new();
            for part in parts {
                union.extend(look_ups_with(part, indexed)?);
            }
            Some(union)
        }
        Filter::Compare { path, operator, value: CompareValue::String(value) } => {
            look_up(indexed(path)?, *operator, value)
        }
        Filter::ValuePath { path, filter } if Target::of_path(path) == Target::Emails => {
            look_ups_with(filter, &|path| path.attribute.eq_ignore_ascii_case("value").then_some(Indexed::Email))
        }
        _ => None,
    }
}

fn look_up(indexed: Indexed, operator: CompareOperator, value: &str) -> Option<BTreeSet<LookUp>> {
    let found = match (indexed, operator) {
        (Indexed::Id, CompareOperator::Eq) => value.parse().ok().map(LookUp::Id),
        (Indexed::ExternalId, CompareOperator::Eq) => Some(LookUp::ExternalId(value.to_owned())),
        (Indexed::UserName, CompareOperator::Eq) => claim(value).map(LookUp::UserName),
        (Indexed::Email, CompareOperator::Eq) => claim(value).map(LookUp::Email),
        (Indexed::UserName, CompareOperator::Sw) => Some(LookUp::UserNamePrefix(prefix(value)?)),
        (Indexed::Email, CompareOperator::Sw) => Some(LookUp::EmailPrefix(prefix(value)?)),
        _ => return None,
    };
    Some(found.into_iter().collect())
}

/// How many users are to be expected, roughly: what decides between the parts of an `and`.
fn cost(look_ups: &BTreeSet<LookUp>) -> usize {
    look_ups.iter().map(LookUp::cost).sum()
}

impl LookUp {
    fn cost(&self) -> usize {
        match self {
            Self::Id(_) => 1,
            // The claim has to be read first.
            Self::UserName(_) | Self::Email(_) => 2,
            Self::ExternalId(_) => 3,
            Self::UserNamePrefix(_) | Self::EmailPrefix(_) => 1000,
        }
    }
}

fn is_id(path: &AttributePath) -> bool {
    let core = path.schema.as_deref().is_none_or(|urn| urn.eq_ignore_ascii_case(scim::USER_SCHEMA));
    core && path.attribute.eq_ignore_ascii_case("id") && path.sub_attribute.is_none()
}

/// The folded form of what values start with; none where it is everybody's, or where no key can
/// say where the range ends.
fn prefix(value: &str) -> Option<String> {
    let folded = fold(value).into_owned();
    (!folded.is_empty() && folded.len() + char::MAX.len_utf8() <= MAX_FOLDED_BYTES).then_some(folded)
}

/// The folded form of a value that can have been claimed.
fn claim(value: &str) -> Option<String> {
    let folded = fold(value).into_owned();
    (!folded.is_empty() && folded.len() <= MAX_FOLDED_BYTES).then_some(folded)
}

#[cfg(test)]
mod tests;
