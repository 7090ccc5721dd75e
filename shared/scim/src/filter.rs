//! Filters (RFC 7644 §3.4.2.2).

mod check;
mod evaluate;
mod lexer;
mod parser;
mod print;
mod text;

use serde_json::Number;

use crate::error::{Error, ScimType};
use crate::path::AttributePath;
use crate::syntax::{self, SyntaxError};

pub(crate) use parser::Parser;

/// The longest filter that is read.
///
/// Identity providers send under 300 bytes; 4 KiB leaves room for a list of a hundred values in a
/// URL that proxies still pass on.
pub const MAX_FILTER_BYTES: usize = 4096;

/// How deep parentheses and brackets may be nested.
///
/// It bounds the recursion of parser and evaluator. Chains of `and` and `or` are flat: they do not
/// count.
pub const MAX_FILTER_DEPTH: usize = 32;

/// What a resource, or an element of a multi-valued attribute, has to fulfil.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of them match. There are two or more.
    And(Vec<Filter>),
    /// At least one of them matches. There are two or more.
    Or(Vec<Filter>),
    /// It does not match.
    Not(Box<Filter>),
    /// `pr`: the attribute has a value.
    Present(AttributePath),
    /// The attribute compares with a literal.
    Compare {
        /// The attribute.
        path: AttributePath,
        /// How it compares.
        operator: CompareOperator,
        /// The literal.
        value: CompareValue,
    },
    /// `path[filter]`: one and the same element of the attribute matches the filter.
    ValuePath {
        /// A complex multi-valued attribute.
        path: AttributePath,
        /// Names sub-attributes of the attribute.
        filter: Box<Filter>,
    },
}

impl Filter {
    /// Reads a filter.
    ///
    /// Three things which real clients send are read beyond the grammar: blanks may be repeated,
    /// or left out where a parenthesis, bracket or string ends a word anyway; and
    /// `emails[type eq "work"].value eq "x"` reads as `emails[type eq "work" and value eq "x"]`.
    ///
    /// # Errors
    ///
    /// `invalidFilter`, with the place, or if a limit is exceeded.
    pub fn parse(text: &str) -> Result<Self, Error> {
        syntax::check_length(text, "filter", ScimType::InvalidFilter)?;
        Parser::new(text).and_then(Parser::filter).map_err(SyntaxError::in_filter)
    }
}

/// A comparison with a literal (RFC 7644 §3.4.2.2, table 3).
///
/// `pr` takes no literal: it is [`Filter::Present`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompareOperator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater than.
    Gt,
    /// Greater than or equal to.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal to.
    Le,
}

impl CompareOperator {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// Reads an operator in any case.
    fn from_word(word: &str) -> Option<Self> {
        let &[first, second] = word.as_bytes() else {
            return None;
        };
        match &[first.to_ascii_lowercase(), second.to_ascii_lowercase()] {
            b"eq" => Some(Self::Eq),
            b"ne" => Some(Self::Ne),
            b"co" => Some(Self::Co),
            b"sw" => Some(Self::Sw),
            b"ew" => Some(Self::Ew),
            b"gt" => Some(Self::Gt),
            b"ge" => Some(Self::Ge),
            b"lt" => Some(Self::Lt),
            b"le" => Some(Self::Le),
            _ => None,
        }
    }
}

/// The literal of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum CompareValue {
    /// `null`: unassigned.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A JSON number.
    Number(Number),
    /// A JSON string, without its quotes and escapes.
    String(String),
}

#[cfg(test)]
mod tests;
