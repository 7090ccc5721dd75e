//! Comparison of texts, with and without case.
//!
//! Case is ignored by the lower-case mapping of each character, so that `É` equals `é`. Nothing
//! is normalized: whoever wants that does it before a value is stored.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::CompareOperator;

/// Whether a value compares with a literal.
pub(super) fn compare(value: &str, operator: CompareOperator, literal: &str, case_exact: bool) -> bool {
    if case_exact {
        return match operator {
            CompareOperator::Co => value.contains(literal),
            CompareOperator::Sw => value.starts_with(literal),
            CompareOperator::Ew => value.ends_with(literal),
            _ => operator.accepts(Some(value.cmp(literal))),
        };
    }
    match operator {
        CompareOperator::Eq if value.is_ascii() && literal.is_ascii() => value.eq_ignore_ascii_case(literal),
        CompareOperator::Co => lower(value).contains(&*lower(literal)),
        CompareOperator::Sw => lower(value).starts_with(&*lower(literal)),
        CompareOperator::Ew => lower(value).ends_with(&*lower(literal)),
        _ => operator.accepts(Some(compare_ignoring_case(value, literal))),
    }
}

fn compare_ignoring_case(value: &str, literal: &str) -> Ordering {
    let value = value.chars().flat_map(char::to_lowercase);
    value.cmp(literal.chars().flat_map(char::to_lowercase))
}

fn lower(text: &str) -> Cow<'_, str> {
    // Not `str::to_lowercase`: it treats a sigma at the end of a word differently from one within,
    // and then "ΟΔΟΣ" would not start "ΟΔΟΣΑ".
    if text.is_ascii() {
        match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        }
    } else {
        Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
    }
}
