//! Whether a history can have happened one operation after the other (Wing and Gong, with Lowe's memory).

use std::collections::HashSet;

use super::model::{Directory, Operation, Told};

/// An operation, and between which moments it was under way.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) invoked: u64,
    /// Never, where nothing was told: it may be done at any time, or not at all.
    pub(super) answered: Option<u64>,
    pub(super) operation: Operation,
    pub(super) told: Told,
}

/// Where the search is: what is done, and what the directory is by then.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Point {
    done: Vec<bool>,
    directory: Directory,
}

/// Looks for an order in which every operation is told what it was told, each between its two moments.
///
/// # Errors
/// The directory as far as the best order came, and what could not be told then.
pub(super) fn check(mut records: Vec<Record>) -> Result<(), String> {
    records.retain(|record| record.answered.is_some() || record.operation.writes());
    records.sort_by_key(|record| record.invoked);
    let start = Point { done: vec![false; records.len()], directory: Directory::default() };
    let (mut seen, mut open, mut best) = (HashSet::new(), vec![start], (0, String::new()));
    while let Some(mut point) = open.pop() {
        point.settle(&records);
        let answered = records.iter().zip(&point.done).filter(|(record, _)| record.answered.is_some());
        let done = answered.clone().filter(|(_, done)| **done).count();
        if done == answered.count() {
            return Ok(());
        }
        if best.1.is_empty() || done > best.0 {
            best = (done, point.tell(&records));
        }
        if seen.insert(point.clone()) {
            open.extend(point.next(&records));
        }
    }
    let history: String = records.iter().map(line).collect();
    Err(format!("{}\nThe whole history:\n{history}", best.1))
}

impl Point {
    /// The operations that may come next: those that began before any of the others ended.
    fn candidates<'a>(&self, records: &'a [Record]) -> Vec<(usize, &'a Record)> {
        let waiting = || records.iter().enumerate().filter(|(at, _)| !self.done[*at]);
        let first = waiting().filter_map(|(_, record)| record.answered).min().unwrap_or(u64::MAX);
        waiting().take_while(|(_, record)| record.invoked < first).collect()
    }

    /// Does all that can be told now and changes nothing: to wait with it would gain nothing.
    ///
    /// But for a DELETE of who is deleted: it is told no version, and may be the one that deletes them later.
    fn settle(&mut self, records: &[Record]) {
        loop {
            let quiet = self.candidates(records).into_iter().filter(|(_, record)| {
                let after = self.directory.after(&record.operation, &record.told);
                !is_delete(record) && record.answered.is_some() && after.contains(&self.directory)
            });
            let quiet: Vec<_> = quiet.map(|(at, _)| at).collect();
            if quiet.is_empty() {
                return;
            }
            quiet.into_iter().for_each(|at| self.done[at] = true);
        }
    }

    /// What may come of the next operation.
    fn next(&self, records: &[Record]) -> Vec<Self> {
        let mut next = Vec::new();
        // The last one is tried first: one that was answered.
        let mut candidates = self.candidates(records);
        candidates.sort_by_key(|(_, record)| record.answered.is_some());
        for (at, record) in candidates {
            for directory in self.directory.after(&record.operation, &record.told) {
                if directory != self.directory || (is_delete(record) && record.answered.is_some()) {
                    let mut done = self.done.clone();
                    done[at] = true;
                    next.push(Self { done, directory });
                }
            }
        }
        next
    }

    fn tell(&self, records: &[Record]) -> String {
        let candidates = self.candidates(records);
        let lines = candidates.into_iter().map(|(_, record)| line(record));
        format!("{:#?}\nno order explains what comes next:\n{}", self.directory, lines.collect::<String>())
    }
}

fn is_delete(record: &Record) -> bool {
    matches!(record.operation, Operation::Delete(_))
}

fn line(Record { invoked, answered, operation, told }: &Record) -> String {
    let answered = answered.map_or("never".to_owned(), |moment| moment.to_string());
    format!("  {invoked} to {answered}: {operation:?} was told {told:?}\n")
}
