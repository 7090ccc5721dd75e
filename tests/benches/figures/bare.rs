//! The calls of the service's requests, for the bare function to make.

use directory::SentCall;
use http::Method;
use serde_json::{Value, json};
use tests::events::Call;

use crate::operations::Operation;
use crate::world::World;

/// Carries out requests in the service of this process, and gives the events that have the bare function make the
/// same calls, on a copy of the table as it was before.
pub(crate) async fn recorded(world: &World, operation: &Operation, requests: usize) -> Vec<Value> {
    let mut events = Vec::with_capacity(requests);
    for number in 0..requests {
        let answer = (operation.asked)(world, number).of(&world.app).await;
        assert!(answer.status.is_success(), "{}: {answer}", operation.name);
        events.push(event_of(&stages(&answer.sent)));
    }
    events
}

/// The event that has the bare function make calls, stage by stage.
pub(crate) fn event_of(stages: &Value) -> Value {
    Call::new(Method::POST, "/").json(stages).event()
}

/// The calls of a request in the order in which they wait for each other: what is read, and then what is written.
fn stages(sent: &[SentCall]) -> Value {
    let call = |sent: &SentCall| {
        let operation = sent.target.rsplit('.').next().unwrap_or_default();
        let input: Value = serde_json::from_slice(&sent.body).expect("DynamoDB is asked in JSON");
        (operation == "TransactWriteItems", json!({operation: input}))
    };
    let (writes, reads): (Vec<_>, Vec<_>) = sent.iter().map(call).partition(|(is_write, _)| *is_write);
    let stage = |calls: Vec<(bool, Value)>| calls.into_iter().map(|(_, call)| call).collect::<Vec<_>>();
    json!([stage(reads), stage(writes)])
}
