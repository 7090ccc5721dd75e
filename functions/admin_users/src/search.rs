//! What an admin looks for: parameters of the query string, as a SCIM list.

use directory::{Error, Role, State};
use lambda::Request;
use scim::{ENTERPRISE_USER_SCHEMA, Error as ScimError, ListQuery};

/// The longest text that is searched for, in bytes.
const MAX_TEXT: usize = 256;

/// The users that an admin looks for, in the order of their userNames.
pub(crate) struct Search {
    pub(crate) query: ListQuery,
    /// SCIM knows no difference between inactive and deleted.
    state: Option<State>,
}

impl Search {
    /// Reads `q` (part of a name or e-mail; with an @ the start of one), `role`, `group` (a name),
    /// `state`, `count` and `cursor`.
    pub(crate) fn from_request(request: &Request) -> Result<Self, Error> {
        let mut conditions = Vec::new();
        if let Some(text) = request.parameter("q")? {
            if text.len() > MAX_TEXT {
                return Err(ScimError::invalid_value(format!("q is longer than {MAX_TEXT} bytes.")).into());
            }
            // The start of a name or an address is looked up; a part of them has to be read.
            let (operator, attributes): (_, &[&str]) = if text.contains('@') {
                ("sw", &["userName", "emails"])
            } else {
                ("co", &["userName", "emails", "displayName"])
            };
            let text = serde_json::Value::from(text);
            let parts: Vec<_> = attributes.iter().map(|attribute| format!("{attribute} {operator} {text}")).collect();
            conditions.push(format!("({})", parts.join(" or ")));
        }
        if let Some(role) = request.parameter("role")? {
            conditions.push(format!("{ENTERPRISE_USER_SCHEMA}:klueRole eq \"{}\"", Role::parse(&role)?.as_str()));
        }
        if let Some(group) = request.parameter("group")? {
            let group = serde_json::Value::from(group);
            conditions.push(format!("{ENTERPRISE_USER_SCHEMA}:visibilityGroup eq {group}"));
        }
        let state = request.parameter("state")?.map(|name| State::parse(&name)).transpose()?;
        if let Some(state) = state {
            conditions.push(format!("active eq {}", state.is_active()));
        }
        let filter = conditions.join(" and ");
        let count = request.parameter("count")?.unwrap_or_default();
        let cursor = request.parameter("cursor")?.unwrap_or_default();
        let pairs = [("filter", &*filter), ("count", &count), ("cursor", &cursor), ("sortBy", "userName")];
        Ok(Self { query: ListQuery::from_pairs(pairs)?, state })
    }

    /// Whether users of a state are looked for.
    pub(crate) fn takes(&self, state: State) -> bool {
        self.state.is_none_or(|wanted| wanted == state)
    }
}
