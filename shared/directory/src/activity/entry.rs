//! Entries of the activity log, as they are read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ActivityKind, RefusedRequest};
use crate::{KeyId, UserId};

/// An entry of the activity log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityEntry {
    /// Its place in the log, opaque: as a cursor it leads to the entries before it.
    pub id: String,
    /// When it was written, in milliseconds.
    pub time: Timestamp,
    /// Its kind as the log spells it; a later version may have written others than [`ActivityKind`] has.
    pub kind: String,
    /// The key of who did it; none for an operator.
    pub by: Option<KeyId>,
    /// The id of the request.
    pub request_id: String,
    /// The user to whom it happened.
    pub user: Option<UserId>,
    /// What became of which attribute.
    pub changes: Vec<AttributeChange>,
    /// What was asked for and why it was refused.
    pub refusal: Option<RefusedRequest>,
}

impl ActivityEntry {
    /// What came of the request.
    pub fn outcome(&self) -> Outcome {
        if self.kind == ActivityKind::RequestRefused.as_str() { Outcome::Refused } else { Outcome::Done }
    }
}

/// What became of one attribute, as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// The attribute as SCIM spells it.
    pub attribute: String,
    /// The value before; none where there was none.
    #[serde(default)]
    pub old: Option<String>,
    /// The value after.
    #[serde(default)]
    pub new: Option<String>,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// It was refused.
    Refused,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 2] = [Self::Done, Self::Refused];

    /// The outcome as the admin API spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}
