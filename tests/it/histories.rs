//! Histories of random clients at the same time, under faults: each is one that can be.
//!
//! `SEED=` sees a run again: the same requests and the same faults, as far as they come in the same order.

mod broken;
mod checker;
mod clients;
mod known;
mod model;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fastrand::Rng;
use futures_util::{StreamExt, TryStreamExt, stream};
use store::Endpoint;
use tests::app::App;
use tests::engine::Engine;
use tests::faults::{Fault, Faults};
use tests::proxy::{self, Fate};
use tests::seed::seed;

use broken::Broken;
use clients::{EPISODE, Episode, Notes};
use model::{Operation, Told};

/// Episodes at a time: their clients wait for faults more than they work.
const EPISODES: usize = 8;

const FAULTS: &str = "
    *                   overlapping  conflict
    TransactWriteItems  3%           drop-after
    TransactWriteItems  10%          delay 15ms
    TransactWriteItems  2%           conflict
    TransactWriteItems  1%           busy
    TransactWriteItems  1%           in-progress
    *                   10%          delay 10ms
    *                   1%           throttle
    *                   1%           500
    *                   1%           drop-before
    *                   1%           drop-after
    *                   1%           leave-out
";
/// So much goes wrong that many a request has no answer.
const STORM: &str = "
    *                   overlapping  conflict
    TransactWriteItems  40%          drop-after
    *                   10%          500
    *                   10%          drop-before
    *                   10%          drop-after
    *                   30%          delay 20ms
";
/// Time for others between what is read and what is written.
const SLOW_READS: &str = "BatchGetItem 50% delay 5ms";

/// Runs episodes, each in an instance of its own, until one cannot be.
///
/// # Errors
/// What cannot be, and the number of the episode.
async fn run(
    app: &App,
    faults: &Faults,
    script: &str,
    seed: u64,
    operations: u32,
    is_broken: bool,
) -> Result<(), String> {
    let mut random = Rng::with_seed(seed);
    let mut episodes = Vec::new();
    for number in 0..operations.div_ceil(EPISODE) {
        episodes.push((number, app.another_tenant().await, random.u64(..)));
    }
    faults.play(script);
    let played = stream::iter(episodes).map(|(number, tenant, seed)| async move {
        let notes = Episode::run(app, tenant, seed, is_broken).await;
        let told = |problem| format!("episode {number}: {problem}");
        notes.and_then(check).map_err(told)
    });
    let outcome = played.buffer_unordered(EPISODES).try_collect().await;
    faults.play("");
    outcome
}

fn check(notes: Notes) -> Result<(), String> {
    check_lists(&notes)?;
    checker::check(notes.records)
}

/// Checks that lists miss nobody who was there before, and have nobody twice, or before their time.
fn check_lists(notes: &Notes) -> Result<(), String> {
    let (mut began, mut there) = (BTreeMap::new(), BTreeMap::new());
    for record in &notes.records {
        let Told::User(seen) = &record.told else { continue };
        let since = there.entry(seen.id.clone()).or_insert(u64::MAX);
        *since = record.answered.unwrap_or(u64::MAX).min(*since);
        if matches!(record.operation, Operation::Create(_)) && seen.version == 1 {
            began.insert(seen.id.clone(), record.invoked);
        }
    }
    for list in &notes.lists {
        let found: BTreeSet<_> = list.ids.iter().collect();
        if found.len() < list.ids.len() {
            return Err(format!("a list has somebody twice: {list:?}"));
        }
        let missed = there.iter().find(|(id, since)| **since < list.invoked && !found.contains(id));
        if let Some((id, since)) = missed {
            return Err(format!("{id}, who was there by {since}, is missed by {list:?}"));
        }
        if let Some(id) = found.iter().find(|id| began.get(**id).is_some_and(|began| *began > list.answered)) {
            return Err(format!("{id} is listed before being created: {list:?}"));
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nine_thousand_operations_under_faults_are_as_if_one_came_after_the_other() {
    let seed = seed();
    println!("SEED={seed}");
    let faults = Faults::seeded(seed);
    let app = App::with_faults(&faults).await;

    run(&app, &faults, FAULTS, seed, 9000, false).await.unwrap_or_else(|problem| panic!("SEED={seed}: {problem}"));

    for fault in [Fault::Conflict, Fault::DropBefore, Fault::DropAfter, Fault::Throttle, Fault::InternalError] {
        assert!(faults.made(fault) > 100, "SEED={seed}: {fault:?} was made {} times", faults.made(fault));
    }
    assert_eq!(app.inconsistencies().await, [""; 0], "SEED={seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_operations_in_a_storm_are_as_if_one_came_after_the_other() {
    let seed = seed();
    println!("SEED={seed}");
    let faults = Faults::seeded(seed);
    let app = App::with_faults(&faults).await;

    run(&app, &faults, STORM, seed, 1000, false).await.unwrap_or_else(|problem| panic!("SEED={seed}: {problem}"));

    assert_eq!(app.inconsistencies().await, [""; 0], "SEED={seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_store_is_caught_by_its_history_and_by_the_audit() {
    for broken in [Broken::ChecksNoVersion, Broken::TakesNoClaim, Broken::FreesNoClaim] {
        let seed = seed();
        println!("SEED={seed}");
        let faults = Faults::seeded(seed);
        let engine = Engine::of_tests().expect("the engine starts");
        let made = faults.clone();
        let rule = Arc::new(move |passing: &_| match made.fate(passing) {
            Fate::Pass => broken.fate(passing),
            fate => fate,
        });
        let endpoint = Endpoint::local(&proxy::start(&engine.url, rule).await);
        let app = App::on(engine, &endpoint).await;

        let caught = run(&app, &faults, SLOW_READS, seed, 2000, true).await;

        let problem = caught.expect_err(&format!("SEED={seed}: a store that is broken ({broken:?}) was not caught"));
        println!("{broken:?} was caught: {}", problem.lines().next().unwrap_or_default());
        assert_ne!(app.inconsistencies().await, [""; 0], "SEED={seed}: {broken:?}");
    }
}
