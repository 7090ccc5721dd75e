//! Cursors: where a page of a list goes on, sealed so that a client can only hand them back (RFC 9865).

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use scim::{ListQuery, ScimType};
use serde::{Deserialize, Serialize};

use crate::{InstanceId, Peppers};

/// For how many seconds a cursor is good.
pub const CURSOR_TIMEOUT: u32 = 3600;
/// How many random bytes a cursor starts with: as many as can be drawn without counting them.
pub const CURSOR_NONCE_BYTES: usize = 24;
/// The longest cursor that is read, in characters: a place is at most a folded name, escaped in JSON.
const MAX_CURSOR: usize = 10 * 1024;

/// Where a page is, seen from the page that was answered before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Bound {
    /// The page starts behind this place.
    After(Place),
    /// The page ends before this place.
    Before(Place),
}

/// A place in a list; of which kind, its order says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// That of the user in a row, in the order of creation.
    Row(u32),
    /// That of the user who has claimed a folded userName or e-mail, in the order of claims.
    Claim(String),
    /// Behind so many users, in any other order.
    Count(u64),
}

impl Place {
    /// The row, in a list in the order of creation.
    ///
    /// # Errors
    /// `invalidCursor` in any other list; so for each method here.
    pub fn row(&self) -> Result<u32, scim::Error> {
        if let Self::Row(row) = self { Ok(*row) } else { Err(invalid()) }
    }

    /// The folded value, in a list in the order of claims.
    ///
    /// # Errors
    /// As [`Place::row`].
    pub fn claim(&self) -> Result<&str, scim::Error> {
        if let Self::Claim(folded) = self { Ok(folded) } else { Err(invalid()) }
    }

    /// How many users are before it, in a list in any other order.
    ///
    /// # Errors
    /// As [`Place::row`].
    pub fn count(&self) -> Result<u64, scim::Error> {
        if let Self::Count(count) = self { Ok(*count) } else { Err(invalid()) }
    }
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    bound: Bound,
    /// That of all pages of the list.
    count: u32,
    /// Seconds of Unix time.
    expires: i64,
}

impl Bound {
    /// The cursor for a page of the list that a query asks for.
    ///
    /// Encrypted and authenticated under the current pepper, bound to the instance and to all that
    /// RFC 9865 §2 wants unchanged from page to page. The nonce must be random.
    pub fn seal(
        self,
        peppers: &Peppers,
        instance: InstanceId,
        query: &ListQuery,
        now: Timestamp,
        nonce: [u8; CURSOR_NONCE_BYTES],
    ) -> String {
        let expires = (now + SignedDuration::from_secs(CURSOR_TIMEOUT.into())).as_second();
        let plain = serde_json::to_vec(&Sealed { bound: self, count: query.count, expires });
        let plain = plain.expect("a cursor has text as its keys");
        let payload = Payload { msg: &plain, aad: &list(instance, query) };
        let (_, pepper) = peppers.current();
        let cipher = XChaCha20Poly1305::new(pepper.cursor_key().into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload).expect("a cursor is short");
        BASE64URL_NOPAD.encode(&[&nonce[..], &sealed].concat())
    }

    /// Reads a cursor that came with a query.
    ///
    /// # Errors
    /// `invalidCursor` for what was not sealed here for this list, `invalidCount` for another count
    /// than that of the page before, `expiredCursor`.
    pub fn open(
        cursor: &str,
        peppers: &Peppers,
        instance: InstanceId,
        query: &ListQuery,
        now: Timestamp,
    ) -> Result<Self, scim::Error> {
        let Sealed { bound, count, expires } = unseal(cursor, peppers, &list(instance, query)).ok_or_else(invalid)?;
        if count != query.count {
            let detail = format!("count is {}, and was {count} on the page that gave the cursor.", query.count);
            return Err(scim::Error::new(ScimType::InvalidCount, detail));
        }
        if now.as_second() > expires {
            let detail =
                format!("The cursor is older than {CURSOR_TIMEOUT} seconds. Start again with an empty cursor: cursor=");
            return Err(scim::Error::new(ScimType::ExpiredCursor, detail));
        }
        Ok(bound)
    }
}

/// What a cursor is bound to.
fn list(instance: InstanceId, query: &ListQuery) -> Vec<u8> {
    format!("{instance}\n{query}").into_bytes()
}

fn unseal(cursor: &str, peppers: &Peppers, list: &[u8]) -> Option<Sealed> {
    if cursor.len() > MAX_CURSOR {
        return None;
    }
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<CURSOR_NONCE_BYTES>()?;
    let plain = peppers.all().find_map(|pepper| {
        let cipher = XChaCha20Poly1305::new(pepper.cursor_key().into());
        cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: list }).ok()
    });
    serde_json::from_slice(&plain?).ok()
}

/// The refusal of a cursor that is none of the list's.
fn invalid() -> scim::Error {
    scim::Error::new(
        ScimType::InvalidCursor,
        "The cursor belongs to no page of this list: take it from the answer before, leave all other parameters as they were, or start again with an empty cursor.",
    )
}

#[cfg(test)]
mod tests;
