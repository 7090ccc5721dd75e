//! The one place that reads the clock.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the time to a store.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock of the machine.
pub fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    Arc::new(Timestamp::now)
}
