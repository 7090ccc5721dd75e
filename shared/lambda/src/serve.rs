//! The life of a function under the Lambda Runtime API.

use std::fmt::Display;
use std::process::ExitCode;
use std::time::Instant;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use directory::{Error, RefusalLog, Usage};
use http::StatusCode;
use lambda_runtime::{Context, Diagnostic, LambdaEvent, run, service_fn};
use serde::Serialize;
use serde_json::Value;

use crate::telemetry::{self, Answered};
use crate::{Reply, Request, answer, refusal};

/// Prepares what the function needs and answers HTTP requests until Lambda ends it.
///
/// What goes wrong while preparing is logged and stops the function in its init phase. What is
/// refused is written down in what was prepared.
pub async fn serve<S: RefusalLog, E: Display>(
    state: impl Future<Output = Result<S, E>>,
    handle: impl AsyncFn(&S, &Request) -> Result<Reply, Error>,
) -> ExitCode {
    init_log();
    let state = match state.await {
        Ok(state) => state,
        Err(error) => return stop(error),
    };
    requests(&state, async |request| handle(&state, request).await).await
}

/// As [`serve`], for a function that needs nothing and writes nothing down.
pub async fn serve_stateless(handle: impl AsyncFn(&Request) -> Result<Reply, Error>) -> ExitCode {
    init_log();
    requests(&(), handle).await
}

/// As [`serve`], for a function that is invoked with IAM: JSON in, JSON out, a refusal is an error.
pub async fn serve_invocations<S, E: Display, O: Serialize>(
    state: impl Future<Output = Result<S, E>>,
    handle: impl AsyncFn(&S, &Value, &str) -> Result<O, Error>,
) -> ExitCode {
    init_log();
    let state = match state.await {
        Ok(state) => state,
        Err(error) => return stop(error),
    };
    let invoked = service_fn(async |event: LambdaEvent<Value>| {
        let (started, usage, id) = (Instant::now(), Usage::default(), &event.context.request_id);
        let outcome = usage.clone().scope(handle(&state, &event.payload, id)).await;
        let refused = outcome.as_ref().err();
        let answered = Answered {
            request_id: id,
            trace_id: &trace_id(&event.context),
            route: "invocation",
            status: refused.map_or(StatusCode::OK, |error| refusal::status(error).0),
            refused,
            usage: &usage,
            duration: started.elapsed(),
        };
        answered.log();
        let told = |error: Error| Diagnostic { error_type: "Refused".to_owned(), error_message: error.to_string() };
        outcome.map_err(told)
    });
    finish(run(invoked).await)
}

async fn requests(refusals: &impl RefusalLog, handle: impl AsyncFn(&Request) -> Result<Reply, Error>) -> ExitCode {
    let answered = service_fn(async |event: LambdaEvent<ApiGatewayV2httpRequest>| {
        let request = Request::from_event(event.payload, trace_id(&event.context));
        Ok::<_, Diagnostic>(answer(&request, &Usage::default(), refusals, handle(&request)).await.into_event())
    });
    finish(run(answered).await)
}

/// The id of the trace that an invocation is a part of: `Root` of the header that Lambda sends.
fn trace_id(context: &Context) -> String {
    let header = context.xray_trace_id.as_deref().unwrap_or_default();
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="));
    root.unwrap_or_default().to_owned()
}

/// Starts the log of a deployed function; without the setting its metrics are those of no stage.
///
/// A panic is a line too: what it says may be of the request, so only its place is logged.
#[expect(clippy::disallowed_methods, reason = "the stage is a name on metrics, and decides nothing")]
fn init_log() {
    let stage = std::env::var("STAGE").unwrap_or_default();
    telemetry::init(if stage.is_empty() { "none" } else { &stage }, || Box::new(std::io::stdout()));
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(place = panic.location().map(ToString::to_string), "The function panicked.");
    }));
}

fn finish(ended: Result<(), lambda_runtime::Error>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => stop(error),
    }
}

fn stop(error: impl Display) -> ExitCode {
    tracing::error!("The function stops: {error}.");
    ExitCode::FAILURE
}
