//! From a request to its answer, whatever happens on the way.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use directory::{Error, Usage};
use futures_util::FutureExt;

use crate::refusal::Dialect;
use crate::request::MAX_BODY_BYTES;
use crate::{Reply, Request, telemetry};

/// Runs a handler and makes every outcome an answer: a refusal and a panic too.
///
/// Leaves one line in the log, and in `usage` what the request cost. A body that is too long is refused before the handler runs.
pub async fn answer(request: &Request, usage: &Usage, handled: impl Future<Output = Result<Reply, Error>>) -> Reply {
    let started = Instant::now();
    let outcome = if request.body_length() > MAX_BODY_BYTES {
        Err(Error::BodyTooLarge { limit: MAX_BODY_BYTES })
    } else {
        let caught = AssertUnwindSafe(usage.clone().scope(handled)).catch_unwind().await;
        caught.unwrap_or_else(|panic| Err(Error::internal(message(panic.as_ref()))))
    };
    let (reply, refused) = match outcome {
        Ok(reply) => (reply, None),
        Err(error) => (Dialect::of_path(request.path()).refuse(&error), Some(error)),
    };
    telemetry::record(request.id(), request.route(), reply.status, refused.as_ref(), usage, started.elapsed());
    reply
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("the handler panicked: {}", text.unwrap_or_default())
}
