//! Requests that were refused, as the log keeps them.

use serde::{Deserialize, Serialize};

use super::pushed::{PushedValue, cut, without_keys};
use crate::{Caller, Error, UserId};

/// As many of one request are written down: those of one BatchWriteItem.
pub const MAX_RECORDED: usize = 25;
/// The longest route that is kept, in characters.
const MAX_ROUTE: usize = 256;
/// The longest sentence that is kept, in characters; only what quotes a client at length is longer.
const MAX_DETAIL: usize = 2048;

/// A request that was refused: what was asked for, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedRequest {
    /// Method and path, such as `POST /scim/v2/Users`.
    pub route: String,
    /// The status of the answer.
    pub status: u16,
    /// Its detail error keyword (RFC 7644 §3.12), if it had one.
    pub scim_type: Option<String>,
    /// The sentence that the client was told.
    pub detail: String,
    /// What the request said of the user.
    pub values: Vec<PushedValue>,
    /// The user that the path names.
    #[serde(skip)]
    pub user: Option<UserId>,
}

impl RefusedRequest {
    /// The same, with all text as short as the log keeps it and without API keys.
    #[must_use]
    pub fn trimmed(self) -> Self {
        Self {
            route: cut(&without_keys(&self.route), MAX_ROUTE),
            detail: cut(&without_keys(&self.detail), MAX_DETAIL),
            ..self
        }
    }
}

/// Where refused requests are written down.
pub trait RefusalLog: Sync {
    /// Writes refused requests of one caller down, at most [`MAX_RECORDED`] of them.
    ///
    /// # Errors
    /// Where they could not be written; the answer is the same without them.
    fn record(&self, caller: &Caller, refused: &[RefusedRequest]) -> impl Future<Output = Result<(), Error>> + Send;
}

/// For functions that have no store.
impl RefusalLog for () {
    async fn record(&self, _: &Caller, _: &[RefusedRequest]) -> Result<(), Error> {
        Ok(())
    }
}
