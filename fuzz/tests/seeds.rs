//! A short run of the fuzz targets: the seeds in `corpus/`, and seeds that were changed.
//!
//! A longer one by hand: `PROPTEST_CASES=100000 cargo test --release --package fuzz`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fmt, fs};

use fuzz::{TARGETS, Target};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

/// As long as the longest body that the service reads.
const MAX_BYTES: usize = 1024 * 1024;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The seeds of a target, in the order of their names.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder().join(target)).expect("a target has a folder of seeds");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry is read").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has seeds");
    paths.into_iter().map(|path| fs::read(path).expect("a seed is read")).collect()
}

/// What stands in requests, from the dictionary that libFuzzer reads too.
fn tokens() -> Vec<Vec<u8>> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tokens.dict")).expect("there are tokens");
    let lines = text.lines().filter(|line| line.starts_with('"'));
    lines.map(|line| token(&line[1..line.len() - 1])).collect()
}

/// A token without its escapes: a backslash before itself, a quote, or `x` and two hexadecimal digits.
fn token(escaped: &str) -> Vec<u8> {
    let mut token = Vec::new();
    let mut rest = escaped;
    while let Some((before, after)) = rest.split_once('\\') {
        token.extend(before.as_bytes());
        rest = match after.strip_prefix('x') {
            Some(hex) => {
                token.push(u8::from_str_radix(&hex[..2], 16).expect("two digits"));
                &hex[2..]
            }
            None => {
                token.extend(&after.as_bytes()[..1]);
                &after[1..]
            }
        };
    }
    token.extend(rest.as_bytes());
    token
}

/// Bytes that are shown as text.
struct Input(Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// A change to some bytes.
#[derive(Clone, Debug)]
enum Change {
    /// Puts bytes in the place of a range.
    Replace(Index, Index, Vec<u8>),
    /// Repeats a range.
    Repeat(Index, Index, usize),
    /// Puts the end of another seed behind the start of this one.
    Cross(Vec<u8>, Index, Index),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let range = |from: &Index, length: &Index| {
            let from = from.index(bytes.len() + 1);
            from..from + length.index((bytes.len() - from).min(40) + 1)
        };
        match self {
            Self::Replace(from, length, with) => drop(bytes.splice(range(from, length), with.iter().copied())),
            Self::Repeat(from, length, times) => {
                let range = range(from, length);
                let repeated = bytes[range.clone()].repeat(*times);
                drop(bytes.splice(range, repeated));
            }
            Self::Cross(other, here, there) => {
                bytes.truncate(here.index(bytes.len() + 1));
                bytes.extend(&other[there.index(other.len() + 1)..]);
            }
        }
    }
}

fn change(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Change> {
    let bytes = prop_oneof![
        6 => select(tokens()),
        2 => vec(any::<u8>(), 0..4),
        1 => Just(vec![]),
        1 => any::<char>().prop_map(|c| c.to_string().into_bytes()),
    ];
    let at = || (any::<Index>(), any::<Index>());
    prop_oneof![
        4 => (at(), bytes).prop_map(|((from, length), with)| Change::Replace(from, length, with)),
        1 => (at(), 2..2000usize).prop_map(|((from, length), times)| Change::Repeat(from, length, times)),
        1 => (select(seeds), at()).prop_map(|(other, (here, there))| Change::Cross(other, here, there)),
    ]
}

#[test]
fn every_target_has_seeds_and_every_seed_a_target() {
    let named: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let entries = fs::read_dir(folder()).expect("there is a corpus");
    let folders = entries.map(|entry| entry.expect("an entry is read").file_name().to_string_lossy().into_owned());
    assert_eq!(folders.collect::<BTreeSet<_>>(), named);

    for (name, target) in TARGETS {
        seeds(name).iter().for_each(|seed| target(seed));
    }
}

/// Runs a target on seeds that were changed.
fn check_changed((name, target): Target) {
    let seeds = seeds(name);
    let changed = (select(seeds.clone()), vec(change(seeds), 0..6)).prop_map(|(mut bytes, changes)| {
        changes.iter().for_each(|change| change.apply(&mut bytes));
        bytes.truncate(MAX_BYTES);
        Input(bytes)
    });
    let usual = ProptestConfig::default();
    let mut runner = TestRunner::new(ProptestConfig { cases: 4 * usual.cases, failure_persistence: None, ..usual });
    let result = runner.run(&changed, |Input(bytes)| {
        target(&bytes);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{name}: {failure}"));
}

#[test]
fn what_holds_of_a_seed_holds_of_a_changed_one() {
    TARGETS.into_iter().for_each(check_changed);
}

/// The shortest time of a few: what else the machine does only makes it longer.
fn time((_, target): Target, bytes: &[u8]) -> Duration {
    let times = (0..3).map(|_| {
        let start = Instant::now();
        target(bytes);
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

#[test]
fn what_is_long_takes_no_longer_than_it_is() {
    // `#` stands for the number of the repetition.
    let patterns: [(&str, &str, &str); 17] = [
        ("", "(", ""),
        ("", "not (", ""),
        ("", "id pr and ", "id pr"),
        ("", "userName eq \"a\" or ", "id pr"),
        ("userName eq \"", "\\u00df", "\""),
        ("userName co \"", "a", "b\""),
        ("{\"Operations\":[{\"op\":\"add\",\"value\":{\"name\":{", "\"a\":{},", "\"b\":1}}}]}"),
        (
            "{\"Operations\":[{\"op\":\"add\",\"path\":\"emails\",\"value\":[",
            "{\"value\":\"a\"},",
            "{\"value\":\"b\"}]}]}",
        ),
        ("{\"emails\":[", "{\"type\":\"home\",\"TYPE\":\"x\"},", "\"b\"]}"),
        ("{\"userName\":\"", "\u{fdfa}", "\"}"),
        ("attributes=", "userName,", "id"),
        ("{\"sortOrder\":\"", "x", "\"}"),
        ("{\"", "x", "\":[{}]}"),
        ("", "Bearer ", "klue_"),
        (
            "{\"Operations\":[",
            "{\"method\":\"DELETE\",\"path\":\"/bulkId:#\"},",
            "{\"method\":\"PUT\",\"path\":\"\"}]}",
        ),
        ("{\"Operations\":[{\"method\":\"POST\",\"path\":\"\",\"bulkId\":\"a\",\"data\":[", "\"bulkId:a\",", "0]}]}"),
        // Each refers to the next, and the last to the first.
        (
            "{\"Operations\":[{\"method\":\"POST\",\"path\":\"\",\"bulkId\":\"a\",\"data\":\"bulkId:",
            "#\"},{\"method\":\"POST\",\"path\":\"\",\"bulkId\":\"#\",\"data\":\"bulkId:",
            "a\"}]}",
        ),
    ];
    for target in TARGETS {
        for (before, repeated, after) in patterns {
            let text = |bytes: usize| {
                let times = 0..bytes / repeated.len();
                let repeated: String = times.map(|number| repeated.replace('#', &number.to_string())).collect();
                format!("{before}{repeated}{after}")
            };
            let (short, long) = (text(16 * 1024), text(256 * 1024));
            // Sixteen times as long may take four times as much again, and what no clock can tell.
            let limit = 64 * time(target, short.as_bytes()) + Duration::from_millis(20);
            let taken = time(target, long.as_bytes());
            assert!(taken <= limit, "{} on {repeated:?}: {taken:?}, {limit:?} are allowed", target.0);
        }
    }
}
