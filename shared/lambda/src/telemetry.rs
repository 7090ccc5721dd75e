//! The log: JSON, one line a request; never a key, a body, a name or an e-mail.
//!
//! The line of a request is in CloudWatch's embedded metric format: what is counted of requests becomes
//! metrics of the namespace `KlueScim`, stage by stage.

use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use directory::{Error, Usage};
use http::StatusCode;
use metrique_writer_core::format::Format;
use metrique_writer_core::{Entry, EntryWriter};
use metrique_writer_format_emf::{Emf, NoMetric};
use tracing::level_filters::LevelFilter;

const NAMESPACE: &str = "KlueScim";
/// The dimension of every metric.
const STAGE: &str = "Stage";

/// Where lines go: each call gives a place for one of them.
pub type LogOutput = fn() -> Box<dyn Write>;

static REQUESTS: OnceLock<Requests> = OnceLock::new();

/// The lines of requests.
struct Requests {
    stage: String,
    format: Mutex<Emf>,
    output: LogOutput,
}

/// Sends log lines as JSON to an output; the metrics of requests are those of a stage.
///
/// Once a process has a log, it keeps it.
pub fn init(stage: &str, output: LogOutput) {
    let format = Mutex::new(Emf::no_validations(NAMESPACE.to_owned(), vec![vec![STAGE.to_owned()]]));
    if REQUESTS.set(Requests { stage: stage.to_owned(), format, output }).is_err() {
        return;
    }
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(LevelFilter::INFO)
        .with_writer(output)
        .init();
}

/// A request that has been answered.
pub(crate) struct Answered<'a> {
    /// The id that the gateway gave it, or Lambda.
    pub(crate) request_id: &'a str,
    /// The id of its trace in X-Ray.
    pub(crate) trace_id: &'a str,
    pub(crate) route: &'a str,
    pub(crate) status: StatusCode,
    pub(crate) refused: Option<&'a Error>,
    pub(crate) usage: &'a Usage,
    pub(crate) duration: Duration,
}

impl Answered<'_> {
    /// Logs it; the cause of a 5xx appears here and nowhere else.
    pub(crate) fn log(&self) {
        let Some(Requests { stage, format, output }) = REQUESTS.get() else { return };
        let mut line = Vec::with_capacity(1024);
        let written = format
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .format(&Line { answered: self, stage }, &mut line)
            .map_err(|error| error.to_string());
        // In one piece, for others may write at the same time.
        if let Err(cause) = written.and_then(|()| output().write_all(&line).map_err(|error| error.to_string())) {
            tracing::error!(cause, "A request was not logged.");
        }
    }
}

struct Line<'a> {
    answered: &'a Answered<'a>,
    stage: &'a str,
}

impl Entry for Line<'_> {
    fn write<'a>(&'a self, writer: &mut impl EntryWriter<'a>) {
        let Answered { request_id, trace_id, route, status, refused, usage, duration } = self.answered;
        let caller = usage.caller();
        let instance = caller.as_ref().map(|caller| caller.instance().to_string());
        let key_id = caller.and_then(|caller| caller.key_id()).map(|id| id.to_string());
        let cause = refused.filter(|_| status.is_server_error()).map(Error::with_causes);
        writer.value("level", if status.is_server_error() { "ERROR" } else { "INFO" });
        writer.value("message", &format!("{route} {}", status.as_u16()));
        writer.value("requestId", *request_id);
        writer.value("traceId", *trace_id);
        writer.value("instance", &instance);
        writer.value("keyId", &key_id);
        writer.value("route", *route);
        writer.value("status", &NoMetric::from(status.as_u16()));
        writer.value("durationMs", &NoMetric::from(duration.as_secs_f64() * 1000.0));
        writer.value("calls", &NoMetric::from(usage.calls()));
        writer.value("cause", &cause);
        writer.value(STAGE, self.stage);
        writer.value("RoundTrips", &usage.round_trips());
        writer.value("RequestUnits", &usage.capacity());
        for (name, count) in [
            ("FailedAuthentications", u32::from(matches!(refused, Some(Error::Unauthenticated(_))))),
            ("GroupRequests", u32::from(matches!(refused, Some(Error::GroupsUnsupported)))),
            ("KeysNearExpiry", u32::from(usage.is_key_near_expiry())),
            ("TransactionConflicts", usage.conflicts()),
        ] {
            // What has not happened makes no metric.
            writer.value(name, &Some(count).filter(|count| *count > 0));
        }
    }
}
