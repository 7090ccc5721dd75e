//! Lists in the order of userNames or e-mails, which is that of the claims on them.

use std::collections::BTreeMap;

use directory::{Bound, Caller, Claims, Error, InstanceId, Place};
use scim::ListQuery;

use super::Opening;
use super::list::{READ_UNIT_BYTES, SCAN_BYTES, instance_of};
use super::window::{Part, Window};
use crate::Store;
use crate::items::{self, Claim};
use crate::key::{Key, Range};
use crate::table::Found;

/// The most claims of one query: about as many as DynamoDB's 1 MB a query holds.
const QUERY_CLAIMS: u64 = 5_000;

/// The claims of a page, from the one next to the page that was answered before.
///
/// # Errors
/// `invalidCursor` for the cursor of another order.
pub(super) fn range(
    instance: InstanceId,
    claims: Claims,
    descending: bool,
    window: &Window,
) -> Result<Range, scim::Error> {
    let (backwards, place) = match window {
        Window::Index(_) | Window::First => (false, None),
        Window::At(Bound::After(place)) => (false, Some(place)),
        Window::At(Bound::Before(place)) => (true, Some(place)),
    };
    let after = place.map(Place::claim).transpose()?.map(str::to_owned);
    Ok(Range { after, ..Range::claims(instance, claims, descending != backwards) })
}

impl Store {
    /// Reads the claims of a page, and the users who have them.
    pub(super) async fn walk(&self, caller: &Caller, mut opening: Opening, query: &ListQuery) -> Result<Part, Error> {
        let total = instance_of(caller, &mut opening.items)?.user_count.into();
        let count = query.count as usize;
        let window = opening.window;
        let skipped = if let Window::Index(start_index) = window { start_index - 1 } else { 0 };
        let mut claims = self.claims(opening.found, query, skipped).await?;
        // The one that is too many tells that the list goes on.
        let goes_on = claims.len() > count;
        claims.truncate(count);
        let backwards = matches!(window, Window::At(Bound::Before(_)));
        if backwards {
            claims.reverse();
        }
        let rows: Vec<_> = claims.iter().map(|(_, row)| *row).collect();
        let mut users = self.users_in(caller.instance(), &rows, &BTreeMap::new()).await?;
        let user = |row| users.remove(row).ok_or_else(|| Error::internal(format!("the user in row {row} is gone")));
        let (has_next, has_previous) = match window {
            Window::At(Bound::After(_)) => (goes_on, true),
            Window::At(Bound::Before(_)) => (true, goes_on),
            Window::Index(_) | Window::First => (goes_on, false),
        };
        let place = |claim: Option<&(String, u32)>| claim.map(|(folded, _)| Place::Claim(folded.clone()));
        Ok(Part {
            users: rows.iter().map(user).collect::<Result<_, _>>()?,
            total,
            next: place(claims.last()).filter(|_| has_next).map(Bound::After),
            previous: place(claims.first()).filter(|_| has_previous).map(Bound::Before),
        })
    }

    /// The claims of a page and one more, with their rows, as far as there are so many.
    async fn claims(&self, opened: Vec<Found>, query: &ListQuery, mut skip: u64) -> Result<Vec<(String, u32)>, Error> {
        let (mut claims, mut bytes) = (Vec::new(), 0.0);
        let mut answer = opened.into_iter().next();
        while let Some(Found { items, rest, read_units }) = answer {
            let skipped = skip.min(items.len() as u64);
            skip -= skipped;
            for item in items.into_iter().skip(skipped as usize) {
                claims.push((Key::of(&item)?.sk, items::content::<Claim>(item)?.row));
            }
            bytes += read_units * READ_UNIT_BYTES;
            let missing = (skip + u64::from(query.count) + 1).saturating_sub(claims.len() as u64);
            answer = match rest.filter(|_| missing > 0) {
                None => None,
                Some(_) if bytes > SCAN_BYTES => return Err(too_far()),
                Some(rest) => Some(self.table.query(rest, missing.min(QUERY_CLAIMS) as usize).await?),
            };
        }
        Ok(claims)
    }
}

fn too_far() -> Error {
    scim::Error::too_many(
        "startIndex is too far into a sorted list. Go there page by page with cursors (cursor=), or leave sortBy out.",
    )
    .into()
}
