//! How values are compared where case does not matter.

use unicode_normalization::UnicodeNormalization;

/// The longest folded value that can be claimed, in bytes: a DynamoDB sort key holds 1,024.
pub const MAX_FOLDED_BYTES: usize = 1024;

/// The form in which two values are equal when they differ by case or by composition.
///
/// NFKC and full case folding, so that `STRASSE` and `straße`, or a full-width and a plain
/// letter, name the same user (RFC 7644 §5 asks for such a preparation).
pub fn fold(value: &str) -> String {
    if value.is_ascii() {
        return value.to_ascii_lowercase();
    }
    // Folding can undo a composition and composing can meet new case pairs: normalise twice.
    caseless::default_case_fold_str(&value.nfkc().collect::<String>()).nfkc().collect()
}

#[cfg(test)]
mod tests;
