//! References to resources that other operations create (RFC 7644 §3.7.1, §3.7.2).

use std::collections::BTreeMap;

use serde_json::Value;

use super::{BulkOperation, BulkRequest};

/// What stands before a bulkId where the id of a resource is expected.
const PREFIX: &str = "bulkId:";

/// What an operation waits for.
///
/// A reference is `bulkId:` and the bulkId of a POST, as a segment of `path` or as a whole string
/// anywhere in `data` (RFC 7644 §3.7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum References {
    /// The positions of POSTs, counted from 0: each once, in ascending order; empty if it waits for
    /// none.
    ///
    /// They may come later in the request, may wait for what never is, and may wait for each other
    /// (RFC 7644 §3.7.1).
    To(Vec<usize>),
    /// A bulkId in a reference that no POST of the request has.
    Unknown(String),
}

impl BulkRequest {
    /// What each operation waits for, in the order of the operations.
    pub fn references(&self) -> Vec<References> {
        let posts: BTreeMap<_, _> = self.created().map(|(index, bulk_id)| (bulk_id, index)).collect();
        self.operations.iter().map(|operation| operation.references(&posts)).collect()
    }
}

impl BulkOperation {
    /// The operation with the ids of resources in place of its references (RFC 7644 §3.7.2).
    ///
    /// `id_of` tells the id of the resource that was created under a bulkId. A reference for which
    /// it has none stays as it is.
    #[must_use]
    pub fn resolved<'a>(&self, id_of: impl Fn(&str) -> Option<&'a str>) -> Self {
        let mut operation = self.clone();
        let segments = self.path.split('/').map(|segment| bulk_id(segment).and_then(&id_of).unwrap_or(segment));
        operation.path = segments.collect::<Vec<_>>().join("/");
        resolve(&mut operation.data, &id_of);
        operation
    }

    fn references(&self, posts: &BTreeMap<&str, usize>) -> References {
        let (mut found, mut unknown) = (Vec::new(), None);
        let mut look_up = |text| {
            if let Some(bulk_id) = bulk_id(text) {
                match posts.get(bulk_id) {
                    Some(index) => found.push(*index),
                    None => unknown = unknown.or(Some(bulk_id)),
                }
            }
        };
        self.path.split('/').for_each(&mut look_up);
        each_string(&self.data, &mut look_up);
        found.sort_unstable();
        found.dedup();
        unknown.map_or(References::To(found), |bulk_id| References::Unknown(bulk_id.to_owned()))
    }
}

/// The bulkId, if a text is a reference.
fn bulk_id(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)
}

fn each_string<'a>(value: &'a Value, look_at: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(text) => look_at(text),
        Value::Array(elements) => elements.iter().for_each(|element| each_string(element, look_at)),
        Value::Object(members) => members.values().for_each(|member| each_string(member, look_at)),
        _ => {}
    }
}

fn resolve<'a>(value: &mut Value, id_of: &impl Fn(&str) -> Option<&'a str>) {
    match value {
        Value::String(text) => {
            if let Some(id) = bulk_id(text).and_then(id_of) {
                *text = id.to_owned();
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| resolve(element, id_of)),
        Value::Object(members) => members.values_mut().for_each(|member| resolve(member, id_of)),
        _ => {}
    }
}
