//! The log: JSON, one line a request; never a key, a body or an e-mail.

use std::time::Duration;

use directory::{Error, Usage};
use http::StatusCode;
use tracing::level_filters::LevelFilter;

/// Sends log lines as JSON to standard output, from where Lambda takes them.
///
/// A panic is such a line too: what it says may be of the request, so only its place is logged.
pub fn init() {
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(place = panic.location().map(ToString::to_string), "The function panicked.");
    }));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(LevelFilter::INFO)
        .init();
}

/// Logs a request that has been answered; the cause of a 5xx appears here and nowhere else.
pub(crate) fn record(
    request_id: &str,
    route: &str,
    status: StatusCode,
    refused: Option<&Error>,
    usage: &Usage,
    duration: Duration,
) {
    let caller = usage.caller();
    let instance = caller.as_ref().map(|caller| caller.instance().to_string()).unwrap_or_default();
    let key_id = caller.and_then(|caller| caller.key_id()).map(|id| id.to_string()).unwrap_or_default();
    let cause = refused.filter(|_| status.is_server_error()).map(Error::with_causes);
    tracing::info!(
        requestId = request_id,
        route,
        status = status.as_u16(),
        durationMs = duration.as_secs_f64() * 1000.0,
        roundTrips = usage.round_trips(),
        calls = usage.calls(),
        requestUnits = usage.capacity(),
        instance,
        keyId = key_id,
        cause,
        "{route} {}",
        status.as_u16(),
    );
}
