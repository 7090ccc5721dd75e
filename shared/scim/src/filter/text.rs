//! Comparison of texts, with and without case.

use super::CompareOperator;
use crate::fold::fold;

/// Whether a value compares with a literal.
pub(super) fn compare(value: &str, operator: CompareOperator, literal: &str, case_exact: bool) -> bool {
    if case_exact {
        return compare_exactly(value, operator, literal);
    }
    if operator == CompareOperator::Eq && value.is_ascii() && literal.is_ascii() {
        return value.eq_ignore_ascii_case(literal);
    }
    compare_exactly(&fold(value), operator, &fold(literal))
}

fn compare_exactly(value: &str, operator: CompareOperator, literal: &str) -> bool {
    match operator {
        CompareOperator::Co => value.contains(literal),
        CompareOperator::Sw => value.starts_with(literal),
        CompareOperator::Ew => value.ends_with(literal),
        _ => operator.accepts(Some(value.cmp(literal))),
    }
}
