//! What filters and paths say when a text does not follow their grammar.

use crate::error::{Error, ScimType};

/// A client's own text is repeated in a refusal up to this many characters.
const MAX_QUOTED_CHARS: usize = 100;

/// The place where a text leaves its grammar.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    at: usize,
    message: String,
}

impl SyntaxError {
    /// `at` is an offset in bytes, counted from 0.
    pub(crate) fn new(at: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { at, message }
    }

    pub(crate) fn expected(at: usize, expected: &str, found: Option<&str>) -> Self {
        match found {
            Some(found) => Self::new(at, format!("expected {expected}, found {}", quoted(found))),
            None => Self::new(at, format!("expected {expected}")),
        }
    }

    /// The refusal. Positions are counted from 1 there, as people do.
    pub(crate) fn in_filter(self) -> Error {
        Error::invalid_filter(format!("invalid filter at byte {}: {}", self.at + 1, self.message))
    }

    pub(crate) fn in_path(self) -> Error {
        Error::invalid_path(format!("invalid path at byte {}: {}", self.at + 1, self.message))
    }
}

/// The text in single quotes, shortened where it is long.
pub fn quoted(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED_CHARS) {
        Some((end, _)) => format!("'{}…'", &text[..end]),
        None => format!("'{text}'"),
    }
}

/// Refuses a text that is longer than a filter may be.
pub(crate) fn check_length(text: &str, what: &str, scim_type: ScimType) -> Result<(), Error> {
    let max = crate::MAX_FILTER_BYTES;
    if text.len() > max {
        let detail = format!("invalid {what}: {} bytes, {max} are allowed", text.len());
        return Err(Error::new(scim_type, detail));
    }
    Ok(())
}
