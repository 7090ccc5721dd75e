//! Faults of the services below, by a script: those that the real ones have and the stand-ins never.
//!
//! A script has one rule a line, the first that fits decides, and `#` starts a comment:
//!
//! ```text
//! TransactWriteItems  1..2         drop-after    # the first two calls
//! BatchGetItem        3            throttle      # the third
//! Query               4..          500           # the fourth and all behind it
//! GetItem             *            delay 200ms   # all
//! *                   5%           drop-before   # at random, by the seed
//! *                   overlapping  conflict      # whenever transactions overlap on an item
//! ```

mod answers;
mod script;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::script::{Fault, Script, ScriptError};
use self::script::{Rule, When};
use crate::proxy::{self, Fate, Overlap, Passing};

/// The faults that a proxy makes; clones share them. There are none until a script is played.
#[derive(Clone)]
pub struct Faults(Arc<Mutex<State>>);

struct State {
    script: Script,
    /// How many calls each rule has been asked about.
    asked: Vec<u32>,
    random: fastrand::Rng,
    calls: u32,
    made: BTreeMap<Fault, u32>,
}

impl Default for Faults {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl Faults {
    /// Faults whose chances are drawn by a seed.
    pub fn seeded(seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        let (script, asked, made) = (Script::default(), Vec::new(), BTreeMap::new());
        Self(Arc::new(Mutex::new(State { script, asked, random, calls: 0, made })))
    }

    /// Plays a script from its start, in the place of the one before; an empty one ends all faults.
    ///
    /// # Panics
    /// If the script cannot be read: with the line, and what is expected there.
    #[track_caller]
    pub fn play(&self, script: &str) {
        let script: Script = script.parse().unwrap_or_else(|error| panic!("{error}"));
        let mut state = self.lock();
        state.asked = vec![0; script.rules.len()];
        state.script = script;
    }

    /// How often a fault was made.
    pub fn made(&self, fault: Fault) -> u32 {
        self.lock().made.get(&fault).copied().unwrap_or_default()
    }

    /// How many calls have come by, refused ones too.
    pub fn calls(&self) -> u32 {
        self.lock().calls
    }

    /// What becomes of a call.
    pub fn fate(&self, passing: &Passing) -> Fate {
        let fault = self.lock().fault(passing);
        fault.map_or(Fate::Pass, |fault| answers::fate(fault, passing))
    }

    /// Starts a proxy with these faults; gives its address.
    pub async fn in_front_of(&self, url: &str) -> String {
        let faults = self.clone();
        proxy::start(url, Arc::new(move |passing| faults.fate(passing))).await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fault(&mut self, passing: &Passing) -> Option<Fault> {
        self.calls += 1;
        let mut decided = None;
        for (rule, asked) in self.script.rules.iter().zip(&mut self.asked) {
            if rule.operation.as_ref().is_some_and(|operation| *operation != passing.operation) || !can(rule, passing) {
                continue;
            }
            // Counted, and drawn, whatever rule decides: what one rule does moves no other.
            *asked += 1;
            let fits = match &rule.when {
                When::Calls(calls) => calls.contains(asked),
                When::Percent(percent) => self.random.f64() * 100.0 < *percent,
                When::Overlapping => passing.overlap != Overlap::None,
            };
            decided = decided.or(fits.then_some(rule.fault));
        }
        if let Some(fault) = decided {
            *self.made.entry(fault).or_default() += 1;
        }
        decided
    }
}

/// Whether a call can meet the fault at all.
fn can(rule: &Rule, passing: &Passing) -> bool {
    match rule.fault {
        // A transaction that has been carried out is not cancelled when it is sent once more.
        Fault::Busy => passing.overlap != Overlap::Done,
        Fault::Conflict => answers::is_write(passing) && passing.overlap != Overlap::Done,
        Fault::InProgress => passing.operation == "TransactWriteItems" && passing.overlap != Overlap::Done,
        Fault::LeaveOut => passing.operation.starts_with("Batch"),
        _ => true,
    }
}
