//! `/admin/v1/activity`: what was done in an instance, what was refused, and why.

mod format;
mod view;

use directory::{ActivityQuery, Error, Scope};
use lambda::{Reply, Request};
use store::{EXPORTED, Store};

use format::Format;
use view::EntryView;

/// The longest answer, in bytes: Lambda takes 6 MB, and quoting makes a body up to a third longer.
const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// Answers with a page of entries, newest first, or with a file of them.
///
/// # Errors
/// `invalidValue`, `invalidCursor` for the parameters.
pub async fn handle(store: &Store, request: &Request) -> Result<Reply, Error> {
    let asked = asked(request);
    let caller = store.authenticate(request.credentials()?, Scope::Admin).alone().await?;
    let (query, format) = asked?;
    let limit = if format == Format::Page { query.count } else { EXPORTED };
    let page = store.read_activity(&caller, &query, limit).await?;
    let views: Vec<_> = page.entries.iter().map(|entry| EntryView::of(entry, &page.keys)).collect();
    let mut length = 0;
    let lines = views.iter().map(|view| format.line(view)).take_while(|line| {
        length += line.len();
        length <= MAX_ANSWER_BYTES
    });
    let lines: Vec<_> = lines.collect();
    let next_cursor = match lines.len() {
        fitting if fitting < views.len() => Some(page.entries[fitting - 1].id.as_str()),
        _ => page.next_cursor.as_deref(),
    };
    Ok(format.reply(&views[..lines.len()], &lines, next_cursor))
}

fn asked(request: &Request) -> Result<(ActivityQuery, Format), Error> {
    let format = if request.path().ends_with("/export") { Format::of_export(request.query()?)? } else { Format::Page };
    Ok((ActivityQuery::from_pairs(request.query()?)?, format))
}
