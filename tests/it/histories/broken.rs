//! Stores that are broken on purpose, on the wire: what they write is not what the store wrote.

use serde_json::{Value, json};
use tests::proxy::{Fate, Passing};

/// What a broken store does not do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Broken {
    /// A change is written whatever version is stored.
    ChecksNoVersion,
    /// A userName is used without being claimed.
    TakesNoClaim,
    /// A userName stays claimed by who has another one.
    FreesNoClaim,
}

impl Broken {
    /// The call that arrives in the place of a transaction.
    pub(super) fn fate(self, passing: &Passing) -> Fate {
        let mut body = passing.body.clone();
        for item in body["TransactItems"].as_array_mut().into_iter().flatten() {
            self.alter(item);
        }
        if body == passing.body { Fate::Pass } else { Fate::Alter(body) }
    }

    fn alter(self, item: &mut Value) {
        match self {
            Self::ChecksNoVersion => {
                if item["Put"]["ConditionExpression"] == "version = :version"
                    && let Some(put) = item["Put"].as_object_mut()
                {
                    put.retain(|name, _| ["Item", "TableName"].contains(&name.as_str()));
                }
            }
            Self::TakesNoClaim => leave_out(item, "Put", "/Item", "#USERNAME"),
            Self::FreesNoClaim => leave_out(item, "Delete", "/Key", "#USERNAME"),
        }
    }
}

/// Puts in the place of a write the check of its condition, so that all else is as it was.
fn leave_out(item: &mut Value, kind: &str, key: &str, partition: &str) {
    let write = &item[kind];
    let key = write.pointer(key).map(|key| json!({"pk": key["pk"], "sk": key["sk"]}));
    let Some(key) = key.filter(|key| key["pk"]["S"].as_str().is_some_and(|pk| pk.ends_with(partition))) else { return };
    let mut check = json!({"Key": key});
    for name in [
        "TableName",
        "ConditionExpression",
        "ExpressionAttributeNames",
        "ExpressionAttributeValues",
        "ReturnValuesOnConditionCheckFailure",
    ] {
        if !write[name].is_null() {
            check[name] = write[name].clone();
        }
    }
    *item = json!({"ConditionCheck": check});
}
