//! How a filter is answered: by look-ups where it pins users, else by reading all of them.

use std::collections::BTreeSet;

use scim::{AttributePath, CompareOperator, CompareValue, Filter, fold};

use crate::resource::Target;
use crate::{MAX_FOLDED_BYTES, UserId};

/// Where the users that a filter can match are found.
///
/// Whatever the plan, the filter is evaluated on each user found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// By one of these look-ups; nowhere, if there are none.
    LookUp(BTreeSet<LookUp>),
    /// All users have to be read.
    Scan,
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

/// Plans a filter.
///
/// `eq` on `id`, `userName`, `externalId` and the work e-mail is a look-up, and `sw` on userName
/// and e-mail; an `or` of look-ups is their union; of an `and` the part with the fewest users is
/// looked up. Everything else has to be read.
pub fn plan(filter: &Filter) -> Plan {
    plan_with(filter, &|path| match Target::of_path(path) {
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

fn plan_with(filter: &Filter, indexed: &dyn Fn(&AttributePath) -> Option<Indexed>) -> Plan {
    match filter {
        Filter::And(parts) => {
            let plans = parts.iter().map(|part| plan_with(part, indexed));
            plans.min_by_key(Plan::cost).unwrap_or(Plan::Scan)
        }
        Filter::Or(parts) => {
            let mut union = BTreeSet::new();
            for part in parts {
                match plan_with(part, indexed) {
                    Plan::LookUp(found) => union.extend(found),
                    Plan::Scan => return Plan::Scan,
                }
            }
            Plan::LookUp(union)
        }
        Filter::Compare { path, operator, value: CompareValue::String(value) } => {
            indexed(path).and_then(|indexed| look_up(indexed, *operator, value)).unwrap_or(Plan::Scan)
        }
        Filter::ValuePath { path, filter } if Target::of_path(path) == Target::Emails => {
            plan_with(filter, &|path| path.attribute.eq_ignore_ascii_case("value").then_some(Indexed::Email))
        }
        _ => Plan::Scan,
    }
}

fn look_up(indexed: Indexed, operator: CompareOperator, value: &str) -> Option<Plan> {
    let found = match (indexed, operator) {
        (Indexed::Id, CompareOperator::Eq) => value.parse().ok().map(LookUp::Id),
        (Indexed::ExternalId, CompareOperator::Eq) => Some(LookUp::ExternalId(value.to_owned())),
        (Indexed::UserName, CompareOperator::Eq) => claim(value).map(LookUp::UserName),
        (Indexed::Email, CompareOperator::Eq) => claim(value).map(LookUp::Email),
        (Indexed::UserName, CompareOperator::Sw) => Some(LookUp::UserNamePrefix(prefix(value)?)),
        (Indexed::Email, CompareOperator::Sw) => Some(LookUp::EmailPrefix(prefix(value)?)),
        _ => return None,
    };
    Some(Plan::LookUp(found.into_iter().collect()))
}

impl Plan {
    /// How many users are to be expected, roughly: what decides between the parts of an `and`.
    fn cost(&self) -> usize {
        match self {
            Self::Scan => usize::MAX,
            Self::LookUp(look_ups) => look_ups.iter().map(LookUp::cost).sum(),
        }
    }
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
