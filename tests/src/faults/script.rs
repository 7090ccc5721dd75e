//! Scripts of faults, as they are written.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// The calls that the service makes.
const OPERATIONS: [&str; 8] = [
    "BatchGetItem",
    "BatchWriteItem",
    "GetItem",
    "GetSecretValue",
    "PutItem",
    "Query",
    "TransactWriteItems",
    "UpdateItem",
];

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// `throttle`: a ThrottlingException.
    Throttle,
    /// `busy`: a ProvisionedThroughputExceededException; of a transaction, a cancellation with ThrottlingError.
    Busy,
    /// `delay 200ms`, `delay 3s`: it takes so much longer.
    Delay(Duration),
    /// `drop-before`: the connection ends before the call is carried out.
    DropBefore,
    /// `drop-after`: the connection ends when the call has been carried out.
    DropAfter,
    /// `500`: an InternalServerError.
    InternalError,
    /// `conflict`: another transaction writes one of the items.
    Conflict,
    /// `in-progress`: the same transaction is being carried out.
    InProgress,
    /// `leave-out`: a batch does nothing of what it was asked.
    LeaveOut,
    /// `invalid`: a ValidationException.
    Invalid,
    /// `deny`: an AccessDeniedException.
    Deny,
}

impl Fault {
    const WORDS: [(&str, Self); 10] = [
        ("throttle", Self::Throttle),
        ("busy", Self::Busy),
        ("drop-before", Self::DropBefore),
        ("drop-after", Self::DropAfter),
        ("500", Self::InternalError),
        ("conflict", Self::Conflict),
        ("in-progress", Self::InProgress),
        ("leave-out", Self::LeaveOut),
        ("invalid", Self::Invalid),
        ("deny", Self::Deny),
    ];
}

/// Rules, of which the first that fits a call decides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub(super) rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    /// The operation; none for all.
    pub(super) operation: Option<String>,
    pub(super) when: When,
    pub(super) fault: Fault,
}

/// Which calls of the operation.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum When {
    /// By their number, counted from 1 since the script is played.
    Calls(RangeInclusive<u32>),
    /// By chance.
    Percent(f64),
    /// Those that write an item which a transaction under way writes.
    Overlapping,
}

/// A script that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the fault script, '{text}': {problem}")]
pub struct ScriptError {
    /// The line, counted from 1.
    pub line: usize,
    /// What stands there.
    pub text: String,
    /// What is wrong with it, and what is expected.
    pub problem: String,
}

impl FromStr for Script {
    type Err = ScriptError;

    fn from_str(text: &str) -> Result<Self, ScriptError> {
        let mut rules = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let words: Vec<_> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
            if words.is_empty() {
                continue;
            }
            let error = |problem| ScriptError { line: index + 1, text: line.trim().to_owned(), problem };
            rules.push(rule(&words).map_err(error)?);
        }
        Ok(Self { rules })
    }
}

fn rule(words: &[&str]) -> Result<Rule, String> {
    let (&[operation, when], fault @ [_, ..]) = words.split_at(words.len().min(2)) else {
        return Err("expected an operation or *, which of its calls, and a fault".to_owned());
    };
    let rule = Rule { operation: self::operation(operation)?, when: self::when(when)?, fault: self::fault(fault)? };
    if rule.when == When::Overlapping && rule.fault != Fault::Conflict {
        return Err(format!("'overlapping' goes with conflict, not with '{}'", fault.join(" ")));
    }
    Ok(rule)
}

fn operation(word: &str) -> Result<Option<String>, String> {
    match word {
        "*" => Ok(None),
        _ if OPERATIONS.contains(&word) => Ok(Some(word.to_owned())),
        _ => Err(format!("'{word}' is no operation: expected * or one of {}", OPERATIONS.join(", "))),
    }
}

fn when(word: &str) -> Result<When, String> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number > 0);
    let found = match word {
        "*" => Some(When::Calls(1..=u32::MAX)),
        "overlapping" => Some(When::Overlapping),
        _ => {
            if let Some(percent) = word.strip_suffix('%') {
                let percent = percent.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
                percent.map(When::Percent)
            } else if let Some((first, last)) = word.split_once("..") {
                let last = if last.is_empty() { Some(u32::MAX) } else { number(last) };
                let range = number(first).zip(last).filter(|(first, last)| first <= last);
                range.map(|(first, last)| When::Calls(first..=last))
            } else {
                number(word).map(|call| When::Calls(call..=call))
            }
        }
    };
    found.ok_or_else(|| format!("'{word}' says of no calls: expected *, 3, 2..4, 2.., 5% or overlapping"))
}

fn fault(words: &[&str]) -> Result<Fault, String> {
    let known = || Fault::WORDS.map(|(word, _)| word).join(", ");
    match words {
        ["delay", time] => duration(time)
            .map(Fault::Delay)
            .ok_or_else(|| format!("'{time}' is no time: expected milliseconds or seconds, such as 200ms or 3s")),
        [word] => {
            let found = Fault::WORDS.iter().find(|(name, _)| name == word).map(|(_, fault)| *fault);
            found.ok_or_else(|| format!("'{word}' is no fault: expected delay and a time, {}", known()))
        }
        _ => Err(format!("'{}' is no fault: expected delay and a time, {}", words.join(" "), known())),
    }
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit): (_, fn(u64) -> Duration) = match text.strip_suffix("ms") {
        Some(number) => (number, Duration::from_millis),
        None => (text.strip_suffix('s')?, Duration::from_secs),
    };
    number.parse().ok().map(unit)
}
