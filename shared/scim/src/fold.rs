//! How texts are compared where case does not matter.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// The form in which two texts are equal when they differ by case or by composition.
///
/// NFKC and full case folding, so that `STRASSE` and `straße`, or a full-width and a plain
/// letter, are the same (RFC 7644 §5 asks for such a preparation). Filters compare in this form,
/// and so must an index that answers them.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => Cow::Owned(text.to_ascii_lowercase()),
            false => Cow::Borrowed(text),
        };
    }
    // Folding can undo a composition and composing can meet new case pairs: normalise twice.
    let folded = caseless::default_case_fold_str(&text.nfkc().collect::<String>());
    Cow::Owned(folded.nfkc().collect())
}

#[cfg(test)]
mod tests;
