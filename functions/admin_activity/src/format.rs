//! The forms in which the log is answered.

use csv::{Terminator, WriterBuilder};
use http::StatusCode;
use lambda::Reply;
use serde::Serialize;

use crate::view::EntryView;

/// The columns of a CSV file.
const COLUMNS: [&str; 14] = [
    "time",
    "kind",
    "outcome",
    "user",
    "keyId",
    "keyDescription",
    "requestId",
    "changes",
    "route",
    "status",
    "scimType",
    "detail",
    "values",
    "id",
];

/// How entries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A JSON document that leads to the next one.
    Page,
    /// A CSV file (RFC 4180).
    Csv,
    /// A file of JSON documents, one a line.
    JsonLines,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageView<'a> {
    entries: &'a [EntryView<'a>],
    next_cursor: Option<&'a str>,
}

impl Format {
    /// The format that the parameters of an export name.
    pub(crate) fn of_export(
        pairs: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>,
    ) -> Result<Self, scim::Error> {
        let mut format = Self::Csv;
        for (_, value) in pairs.into_iter().filter(|(name, _)| name.as_ref() == "format") {
            format = match value.as_ref() {
                "" | "csv" => Self::Csv,
                "jsonl" => Self::JsonLines,
                other => {
                    let detail = format!("format {} is not understood: use csv or jsonl.", scim::quoted(other));
                    return Err(scim::Error::invalid_value(detail));
                }
            };
        }
        Ok(format)
    }

    /// An entry as it is written.
    pub(crate) fn line(self, entry: &EntryView<'_>) -> String {
        let json = || serde_json::to_string(entry).expect("an entry has text as its keys");
        match self {
            Self::Page => json(),
            Self::JsonLines => json() + "\n",
            Self::Csv => record(cells(entry).map(safe)),
        }
    }

    /// The answer with some entries and the lines that they are.
    pub(crate) fn reply(self, entries: &[EntryView<'_>], lines: &[String], next_cursor: Option<&str>) -> Reply {
        let reply = match self {
            Self::Page => return Reply::admin(StatusCode::OK, &PageView { entries, next_cursor }),
            Self::JsonLines => Reply::file("application/x-ndjson", "klue-activity.jsonl", lines.concat()),
            Self::Csv => {
                let file = record(COLUMNS.map(str::to_owned)) + &lines.concat();
                Reply::file("text/csv; charset=utf-8", "klue-activity.csv", file)
            }
        };
        match next_cursor {
            Some(cursor) => reply.with_next_cursor(cursor),
            None => reply,
        }
    }
}

fn cells(entry: &EntryView<'_>) -> [String; COLUMNS.len()] {
    let (author, refusal) = (entry.by.as_ref(), entry.refusal);
    let changes = entry.changes.iter().map(|change| {
        let shown = |value: &Option<String>| value.as_ref().map(|value| format!(" {value}")).unwrap_or_default();
        format!("{}:{} →{}", change.attribute, shown(&change.old), shown(&change.new))
    });
    let values = refusal.iter().flat_map(|refusal| &refusal.values);
    let values = values.map(|pushed| format!("{}: {}", pushed.attribute, pushed.value));
    [
        entry.time.to_string(),
        entry.kind.to_owned(),
        entry.outcome.to_owned(),
        entry.user.as_ref().map(|user| user.id.clone()).unwrap_or_default(),
        author.map(|author| author.key_id.clone()).unwrap_or_default(),
        author.and_then(|author| author.description).unwrap_or_default().to_owned(),
        entry.request_id.to_owned(),
        changes.collect::<Vec<_>>().join("; "),
        refusal.map(|refusal| refusal.route.clone()).unwrap_or_default(),
        refusal.map(|refusal| refusal.status.to_string()).unwrap_or_default(),
        refusal.and_then(|refusal| refusal.scim_type.clone()).unwrap_or_default(),
        refusal.map(|refusal| refusal.detail.clone()).unwrap_or_default(),
        values.collect::<Vec<_>>().join("; "),
        entry.id.to_owned(),
    ]
}

/// A cell that no spreadsheet takes for a formula: what clients send is in it.
fn safe(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn record(cells: [String; COLUMNS.len()]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).expect("a vector takes what is written");
    let bytes = writer.into_inner().expect("a vector takes what is written");
    String::from_utf8(bytes).expect("text and commas are text")
}
