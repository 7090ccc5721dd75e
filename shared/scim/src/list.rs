//! Queries: what a client asks for, and the answer (RFC 7644 §3.4.2, RFC 9865).

mod projection;
mod search;
mod sort;

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::error::{Error, ScimType};
use crate::filter::Filter;
use crate::syntax::quoted;
use crate::urn;

pub use projection::{Projection, Selection};
pub use sort::{Sort, SortKey};

/// How many resources a page has if the client does not say.
///
/// Okta asks for this many, and goes on in steps of it.
pub const DEFAULT_COUNT: u32 = 100;

/// How many resources a page has at most, whatever the client says.
pub const MAX_COUNT: u32 = 1000;

/// One page of the resources that match a query.
#[derive(Clone, Debug)]
pub struct ListResponse<'a, T> {
    /// How many match, on all pages.
    pub total_results: u64,
    /// Where the page is among them.
    pub place: PagePlace,
    /// Those on this page; their number is `itemsPerPage`.
    pub resources: &'a [T],
}

impl<'a, T> ListResponse<'a, T> {
    /// The answer where all resources fit on one page, as with `/Schemas`.
    pub const fn all(resources: &'a [T]) -> Self {
        Self { total_results: resources.len() as u64, place: PagePlace::Index(1), resources }
    }
}

/// Where a page is in the whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PagePlace {
    /// By the position of its first resource, counted from 1 (RFC 7644 §3.4.2.4).
    Index(u64),
    /// By the cursors of the pages beside it, as far as there are such pages (RFC 9865 §2).
    Cursor {
        /// The page behind it.
        next: Option<String>,
        /// The page before it.
        previous: Option<String>,
    },
}

impl<T: Serialize> Serialize for ListResponse<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut response = serializer.serialize_map(None)?;
        response.serialize_entry("schemas", &[urn::LIST_RESPONSE])?;
        response.serialize_entry("totalResults", &self.total_results)?;
        match &self.place {
            PagePlace::Index(start_index) => response.serialize_entry("startIndex", start_index)?,
            PagePlace::Cursor { next, previous } => {
                for (name, cursor) in [("nextCursor", next), ("previousCursor", previous)] {
                    if let Some(cursor) = cursor {
                        response.serialize_entry(name, cursor)?;
                    }
                }
            }
        }
        response.serialize_entry("itemsPerPage", &self.resources.len())?;
        // Optional for an empty page (§3.4.2), but there are clients that miss it.
        response.serialize_entry("Resources", self.resources)?;
        response.end()
    }
}

/// The parameters of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct ListQuery {
    /// Which resources.
    pub filter: Option<Filter>,
    /// Where the page starts.
    pub start: Start,
    /// How many at most. With 0 only the total is wanted.
    pub count: u32,
    /// Which attributes.
    pub projection: Projection,
    /// In which order; that of creation, if the client does not say.
    pub sort: Option<Sort>,
}

/// Where a page starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// At a position, counted from 1 (RFC 7644 §3.4.2.4).
    Index(u64),
    /// Where a cursor says that an earlier page gave; at the start of the list, if it is empty
    /// (RFC 9865 §2).
    Cursor(String),
}

impl Default for ListQuery {
    fn default() -> Self {
        Self { filter: None, start: Start::Index(1), count: DEFAULT_COUNT, projection: Projection::All, sort: None }
    }
}

impl ListQuery {
    /// Reads the decoded name-value pairs of a query string.
    ///
    /// Names ignore case; an empty value counts as absent; unknown parameters are ignored
    /// (RFC 7644 §3.4.2). Numbers out of range are moved into it (§3.4.2.4), but for a count that
    /// is too large with a cursor.
    ///
    /// # Errors
    ///
    /// `invalidFilter` for the filter; `invalidPath` for `sortBy`; `invalidCount` with a cursor;
    /// `invalidValue` for a number that is none, another `sortOrder`, a parameter that comes twice,
    /// and for two that exclude each other: `attributes` and `excludedAttributes`, `startIndex` and
    /// `cursor`.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Result<Self, Error> {
        let mut query = Self::default();
        let mut seen = Seen::default();
        let (mut attributes, mut excluded) = (None, None);
        let (mut sort_by, mut sort_order) = (None, None);
        let (mut start_index, mut count, mut cursor) = (None, None, None);
        for (name, value) in pairs {
            let Some(parameter) = Parameter::from_name(name.as_ref()) else {
                continue;
            };
            // RFC 9865 §2: an empty cursor asks for the first page.
            if value.as_ref().is_empty() && parameter != Parameter::Cursor {
                continue;
            }
            let value = value.as_ref().trim();
            seen.insert(parameter)?;
            match parameter {
                Parameter::Filter => query.filter = Some(Filter::parse(value)?),
                Parameter::StartIndex => start_index = Some(integer(parameter, value)?),
                Parameter::Count => count = Some(integer(parameter, value)?),
                Parameter::Attributes => attributes = Some(value.to_owned()),
                Parameter::ExcludedAttributes => excluded = Some(value.to_owned()),
                Parameter::SortBy => sort_by = Some(value.to_owned()),
                Parameter::SortOrder => sort_order = Some(value.to_owned()),
                Parameter::Cursor => cursor = Some(value.to_owned()),
            }
        }
        query.count = page_size(count, cursor.is_some())?;
        query.start = match (start_index, cursor) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid_value("parameters 'startIndex' and 'cursor' exclude each other"));
            }
            (_, Some(cursor)) => Start::Cursor(cursor),
            (index, None) => Start::Index(index.unwrap_or(1).max(1).unsigned_abs()),
        };
        query.projection = Projection::new(attributes.as_deref(), excluded.as_deref())?;
        query.sort = Sort::new(sort_by.as_deref(), sort_order.as_deref())?;
        Ok(query)
    }
}

/// What has to stay the same from page to page: all but cursor and count, one line each.
impl fmt::Display for ListQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(filter) = &self.filter {
            writeln!(f, "filter {filter}")?;
        }
        if let Some(sort) = &self.sort {
            writeln!(f, "sort {sort}")?;
        }
        write!(f, "{}", self.projection)
    }
}

/// How many resources a page has; RFC 9865 §2.1 has no range to be moved into.
fn page_size(count: Option<i64>, with_cursor: bool) -> Result<u32, Error> {
    let count = count.unwrap_or(DEFAULT_COUNT.into()).max(0);
    if with_cursor && count > MAX_COUNT.into() {
        let detail = format!("parameter 'count': {count} is more than the {MAX_COUNT} that a page can have");
        return Err(Error::new(ScimType::InvalidCount, detail));
    }
    Ok(u32::try_from(count).unwrap_or(MAX_COUNT).min(MAX_COUNT))
}

/// Whether a name is that of a parameter.
fn is_parameter(name: &str) -> bool {
    Parameter::from_name(name).is_some()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Parameter {
    Filter,
    StartIndex,
    Count,
    Attributes,
    ExcludedAttributes,
    SortBy,
    SortOrder,
    Cursor,
}

impl Parameter {
    const ALL: [Self; 8] = [
        Self::Filter,
        Self::StartIndex,
        Self::Count,
        Self::Attributes,
        Self::ExcludedAttributes,
        Self::SortBy,
        Self::SortOrder,
        Self::Cursor,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::StartIndex => "startIndex",
            Self::Count => "count",
            Self::Attributes => "attributes",
            Self::ExcludedAttributes => "excludedAttributes",
            Self::SortBy => "sortBy",
            Self::SortOrder => "sortOrder",
            Self::Cursor => "cursor",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name().eq_ignore_ascii_case(name))
    }
}

/// The parameters that have come.
#[derive(Default)]
struct Seen(Vec<Parameter>);

impl Seen {
    fn insert(&mut self, parameter: Parameter) -> Result<(), Error> {
        if self.0.contains(&parameter) {
            let detail = format!("parameter '{}' is there twice", parameter.name());
            return Err(Error::invalid_value(detail));
        }
        self.0.push(parameter);
        Ok(())
    }
}

/// Reads an integer; one that is too large to count with is cut to the largest.
fn integer(parameter: Parameter, text: &str) -> Result<i64, Error> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::invalid_value(format!(
            "parameter '{}': expected an integer, found {}",
            parameter.name(),
            quoted(text)
        )));
    }
    let magnitude = digits.parse().unwrap_or(i64::MAX);
    Ok(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests;
