//! Waiting before another try.

use std::time::Duration;

use directory::Error;
use tokio::time::{Instant, sleep};

use crate::random;

/// How long a request may go on trying: with the calls around it well within the 25 s of a function,
/// the 30 s of an HTTP API and the 60 s of Okta.
const BUDGET: Duration = Duration::from_secs(10);
/// The first wait is shorter than this, the second than twice this, and so on up to the longest.
///
/// A write takes two round trips. A crowd thins out only where most of it sleeps, and what is written in vain is billed. Of 16
/// creations at once with 15 ms a round trip, waits from 10 to 320 ms made 5.8 transactions a user, these 4.2, and waits
/// from 160 ms 3.3; users a second were 32.5, 32.7 and 29.9 (2026-11-27, in one run).
const SHORTEST: Duration = Duration::from_millis(40);
/// Longer ones let the slowest run out of the budget.
const LONGEST: Duration = Duration::from_millis(640);
/// Seconds after which a client may try again.
const RETRY_AFTER: u32 = 2;

/// Exponential waits with full jitter, since those who collided would else collide again.
pub(crate) struct Backoff {
    deadline: Instant,
    longest: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { deadline: Instant::now() + BUDGET, longest: SHORTEST }
    }

    /// Waits that also end with the time of what they are part of.
    pub(crate) fn until(deadline: Instant) -> Self {
        Self { deadline: deadline.min(Instant::now() + BUDGET), longest: SHORTEST }
    }

    /// Waits.
    ///
    /// # Errors
    /// [`Error::Contention`] when the time for further tries is over.
    pub(crate) async fn wait(&mut self) -> Result<(), Error> {
        let share = f64::from(u16::from_be_bytes(random::bytes()?)) / f64::from(u16::MAX);
        let pause = self.longest.mul_f64(share);
        if Instant::now() + pause >= self.deadline {
            return Err(Error::Contention { retry_after: RETRY_AFTER });
        }
        sleep(pause).await;
        self.longest = (self.longest * 2).min(LONGEST);
        Ok(())
    }
}
