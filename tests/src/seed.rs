//! Where chance comes from in a test: from a seed that is printed, and can be set to see a run again.

/// The seed of a run: `SEED=` if it is set, else a new one.
///
/// # Panics
/// If `SEED` is not a whole number.
pub fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a test has no settings but this one")]
    let set = std::env::var("SEED").ok().filter(|text| !text.is_empty());
    match set {
        Some(text) => text.parse().unwrap_or_else(|_| panic!("SEED is '{text}': expected a whole number")),
        // As many digits as are easily typed.
        None => fastrand::u64(..1_000_000_000),
    }
}
