//! How a filter is answered: by a look-up where it pins a user, else by reading users.

use scim::{AttributePath, CompareOperator, CompareValue, Filter, fold};

use crate::resource::Target;
use crate::{MAX_FOLDED_BYTES, UserId};

/// Where the users that a filter can match are found.
///
/// Whatever the plan, the filter is evaluated on each user found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nowhere: the filter asks for a value that no user can have.
    Nothing,
    /// The user of an id.
    Id(UserId),
    /// The user of a folded userName.
    UserName(String),
    /// The user of a folded work e-mail.
    Email(String),
    /// The users of an externalId, compared as it is.
    ExternalId(String),
    /// All users have to be read.
    Scan,
}

/// Plans a filter: one that pins an indexed attribute, alone or inside an `and`, is a look-up.
pub fn plan(filter: &Filter) -> Plan {
    match filter {
        Filter::And(parts) => first_lookup(parts.iter().map(plan)),
        Filter::Compare { path, operator: CompareOperator::Eq, value: CompareValue::String(value) } => {
            lookup(path, value)
        }
        Filter::ValuePath { path, filter } if Target::of_path(path) == Target::Emails => email_value(filter),
        _ => Plan::Scan,
    }
}

fn lookup(path: &AttributePath, value: &str) -> Plan {
    match Target::of_path(path) {
        Target::UserName => claim(value, Plan::UserName),
        Target::Emails | Target::EmailValue => claim(value, Plan::Email),
        Target::ExternalId => Plan::ExternalId(value.to_owned()),
        _ if path.attribute.eq_ignore_ascii_case("id") && path.sub_attribute.is_none() => {
            value.parse().map_or(Plan::Nothing, Plan::Id)
        }
        _ => Plan::Scan,
    }
}

fn first_lookup(mut plans: impl Iterator<Item = Plan>) -> Plan {
    plans.find(|plan| *plan != Plan::Scan).unwrap_or(Plan::Scan)
}

/// The plan for what stands in the brackets of `emails[…]`.
fn email_value(filter: &Filter) -> Plan {
    match filter {
        Filter::And(parts) => first_lookup(parts.iter().map(email_value)),
        Filter::Compare { path, operator: CompareOperator::Eq, value: CompareValue::String(value) }
            if path.attribute.eq_ignore_ascii_case("value") =>
        {
            claim(value, Plan::Email)
        }
        _ => Plan::Scan,
    }
}

/// A look-up of a claimed value, unless no user can have claimed it.
fn claim(value: &str, plan: fn(String) -> Plan) -> Plan {
    let folded = fold(value).into_owned();
    if folded.is_empty() || folded.len() > MAX_FOLDED_BYTES { Plan::Nothing } else { plan(folded) }
}

#[cfg(test)]
mod tests;
