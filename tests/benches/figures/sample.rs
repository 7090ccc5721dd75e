//! What was measured of one thing again and again.

use std::time::Duration;

/// Measurements, in order of their size.
#[derive(Clone, Debug)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    /// A sample of measurements of any unit.
    ///
    /// # Panics
    /// If there is none.
    pub(crate) fn new(mut measured: Vec<f64>) -> Self {
        assert!(!measured.is_empty(), "a sample has measurements");
        measured.sort_by(f64::total_cmp);
        Self(measured)
    }

    /// A sample of times, in microseconds.
    pub(crate) fn micros(measured: impl IntoIterator<Item = Duration>) -> Self {
        Self::new(measured.into_iter().map(|time| time.as_secs_f64() * 1e6).collect())
    }

    /// What half of them are below.
    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// What all but one of a hundred are below.
    pub(crate) fn p99(&self) -> f64 {
        self.at(0.99)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is one")]
    fn at(&self, share: f64) -> f64 {
        self.0[((self.0.len() - 1) as f64 * share).round() as usize]
    }
}
