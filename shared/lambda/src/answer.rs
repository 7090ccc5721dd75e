//! From a request to its answer, whatever happens on the way.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use directory::{Caller, Error, MAX_BODY_BYTES, RefusalLog, RefusedRequest, Usage};
use futures_util::FutureExt;

use crate::refusal::Dialect;
use crate::telemetry::Answered;
use crate::{Reply, Request};

/// Before the 25 s after which Lambda ends the function and the gateway answers in its own words.
const DEADLINE: Duration = Duration::from_secs(22);
/// Seconds after which a client may try again when the time was over.
const RETRY_AFTER: u32 = 5;
/// For how long an answer waits until its refusals are written down: together with the deadline less than Lambda's 25 s.
const RECORDING: Duration = Duration::from_secs(1);

/// Runs a handler and makes every outcome an answer: a refusal and a panic too.
///
/// Leaves one line in the log, and in `usage` what the request cost. What is refused to the holder of a
/// valid key is written down in `refusals`. A body that is too long is refused before the handler runs.
pub async fn answer(
    request: &Request,
    usage: &Usage,
    refusals: &impl RefusalLog,
    handled: impl Future<Output = Result<Reply, Error>>,
) -> Reply {
    let started = Instant::now();
    let outcome = if request.body_length() > MAX_BODY_BYTES {
        Err(Error::BodyTooLarge { limit: MAX_BODY_BYTES })
    } else {
        let handled = AssertUnwindSafe(usage.clone().scope(handled)).catch_unwind();
        match tokio::time::timeout(DEADLINE, handled).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Error::internal("the handler panicked")),
            Err(elapsed) => Err(Error::Unavailable { retry_after: RETRY_AFTER, source: elapsed.into() }),
        }
    };
    let (mut reply, refused) = match outcome {
        Ok(reply) => (reply, None),
        Err(error) => (Dialect::of_path(request.path()).refuse(&error), Some(error)),
    };
    reply.refused.extend(refused.as_ref().and_then(|error| request.refused(error)));
    if let Some(caller) = usage.caller() {
        usage.clone().scope(record_refusals(refusals, &caller, &reply.refused)).await;
    }
    let answered = Answered {
        request_id: request.id(),
        trace_id: request.trace_id(),
        route: request.route(),
        status: reply.status,
        refused: refused.as_ref(),
        usage,
        duration: started.elapsed(),
    };
    answered.log();
    reply
}

/// Writes refusals down, as far as that can be done: the answer is given whatever comes of it.
pub async fn record_refusals(refusals: &impl RefusalLog, caller: &Caller, refused: &[RefusedRequest]) {
    if refused.is_empty() {
        return;
    }
    // Awaited, since Lambda freezes what is not.
    let cause = match tokio::time::timeout(RECORDING, refusals.record(caller, refused)).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.with_causes(),
        Err(elapsed) => elapsed.to_string(),
    };
    tracing::warn!(cause, "A refused request was not recorded.");
}
