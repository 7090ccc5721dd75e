//! How the services below say what went wrong.

use http::StatusCode;
use serde_json::{Value, json};

use super::Fault;
use crate::proxy::{Fate, Overlap, Passing};

pub(super) fn fate(fault: Fault, passing: &Passing) -> Fate {
    let refuse = |code: &str| Fate::Refuse(StatusCode::BAD_REQUEST, error(code));
    match fault {
        Fault::Delay(time) => Fate::Delay(time),
        Fault::DropBefore => Fate::DropBefore,
        Fault::DropAfter => Fate::DropAfter,
        Fault::Throttle => refuse("ThrottlingException"),
        Fault::Busy if is_transaction(passing) => cancelled(passing, "ThrottlingError"),
        Fault::Busy => refuse("ProvisionedThroughputExceededException"),
        Fault::InternalError => Fate::Refuse(StatusCode::INTERNAL_SERVER_ERROR, error("InternalServerError")),
        Fault::Invalid => refuse("ValidationException"),
        Fault::Deny => refuse("AccessDeniedException"),
        Fault::InProgress => refuse("TransactionInProgressException"),
        // A transaction is in nobody's way when it is sent once more.
        Fault::Conflict if passing.overlap == Overlap::Itself => refuse("TransactionInProgressException"),
        Fault::Conflict if is_transaction(passing) => cancelled(passing, "TransactionConflict"),
        Fault::Conflict => refuse("TransactionConflictException"),
        Fault::LeaveOut => Fate::Refuse(StatusCode::OK, nothing_done(passing)),
    }
}

pub(super) fn is_write(passing: &Passing) -> bool {
    ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"].contains(&passing.operation.as_str())
}

fn is_transaction(passing: &Passing) -> bool {
    passing.operation == "TransactWriteItems"
}

fn error(code: &str) -> Value {
    let text = "an inner detail, made up by a test";
    json!({"__type": format!("com.amazonaws.test#{code}"), "message": text, "Message": text})
}

/// A transaction that was cancelled for the items that overlap; for its last one, where none does.
fn cancelled(passing: &Passing, code: &str) -> Fate {
    let count = passing.body["TransactItems"].as_array().map_or(0, Vec::len);
    let positions = match &passing.overlap {
        Overlap::Items(positions) => positions.clone(),
        _ => vec![count.saturating_sub(1)],
    };
    let reason = |position: usize| json!({"Code": if positions.contains(&position) { code } else { "None" }});
    let reasons: Vec<_> = (0..count).map(reason).collect();
    let mut error = error("TransactionCanceledException");
    error["CancellationReasons"] = reasons.into();
    Fate::Refuse(StatusCode::BAD_REQUEST, error)
}

/// A batch of which nothing was read or written, since the partition is busy.
fn nothing_done(passing: &Passing) -> Value {
    let items = &passing.body["RequestItems"];
    if passing.operation == "BatchGetItem" {
        json!({"Responses": {}, "UnprocessedKeys": items})
    } else {
        json!({"UnprocessedItems": items})
    }
}
