//! Each fault against each route that writes.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use serde_json::Value;
use tests::app::Answer;

use super::world::{NEW_KEY, WRITES, World, Write};

/// What template.yaml gives a function, less a moment.
const BUDGET: Duration = Duration::from_secs(24);
/// Worlds at a time: as many as the machine has work for, and as many as mostly wait.
const BUSY: usize = 6;
const WAITING: usize = 32;

/// Whether a write is done by its answer; what is not done is to be sent again, and says when.
fn is_done(write: &Write, answer: &Answer, script: &str) -> bool {
    let context = || format!("{} under {script}: {answer}", write.name);
    let status = answer.status.as_u16();
    if status == write.statuses[0] {
        let body = answer.json();
        let entries: Vec<_> = body["Operations"].as_array().into_iter().flatten().collect();
        let status = |entry: &&Value| entry["status"].as_str().unwrap_or_default().to_owned();
        let failed: Vec<_> = entries.iter().map(status).filter(|status| !status.starts_with('2')).collect();
        assert!(failed.iter().all(|status| ["429", "503"].contains(&status.as_str())), "{}", context());
        return failed.is_empty();
    }
    assert!([429, 503].contains(&status), "{}", context());
    let retry_after = answer.header("retry-after").parse::<u32>();
    assert!(matches!(retry_after, Ok(1..)), "expected whole seconds in Retry-After: {retry_after:?}, {}", context());
    assert!(!answer.text.contains("inner detail"), "{}", context());
    false
}

/// What there is before, after one write and after two of the same, where nothing goes wrong.
async fn calm(write: &Write) -> [String; 3] {
    let world = World::new().await;
    let before = world.state();
    world.send(write).await.expect(write.statuses[0]);
    let once = world.state();
    world.send(write).await.expect(write.statuses[1]);
    let twice = world.state();
    assert!(before != once && (twice == once || write.name == NEW_KEY.name), "{} is written once", write.name);
    [before, once, twice]
}

/// Sends a write under faults, and once more without; gives whether the first was done.
async fn check(write: &Write, [before, once, twice]: &[String; 3], script: &str) -> bool {
    let world = World::new().await;
    world.faults.play(script);
    let started = Instant::now();
    let answer = world.send(write).await;
    let elapsed = started.elapsed();
    world.faults.play("");

    assert!(elapsed < BUDGET, "{} under {script} took {elapsed:?}", write.name);
    let is_done = is_done(write, &answer, script);
    let state = world.state();
    let possible = if is_done { state == *once } else { write.has_steps || state == *before || state == *once };
    assert!(possible, "{} under {script}: {answer}\nwas\n{before}\nis\n{state}\nshould be\n{once}", write.name);
    assert_eq!(world.app.inconsistencies().await, [""; 0], "{} under {script}", write.name);

    let again = world.send(write).await;

    let status = again.status.as_u16();
    let expected = if is_done { &write.statuses[1..] } else { &write.statuses[..] };
    assert!(expected.contains(&status), "{} under {script}, sent again: {again}", write.name);
    if script.contains("delay 3s") {
        // What nobody waited for arrives now.
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
    let state = world.state();
    assert!(state == *once || state == *twice, "{} under {script}: is\n{state}\nshould be\n{once}", write.name);
    assert_eq!(world.app.inconsistencies().await, [""; 0], "{} under {script}, sent again", write.name);
    is_done
}

/// Checks every write under every script; gives what was not done.
async fn undone(scripts: &[&'static str], worlds: usize) -> Vec<String> {
    let writes: Vec<_> = WRITES.into_iter().chain([NEW_KEY]).collect();
    let calm: Vec<_> = stream::iter(writes.iter().map(calm)).buffered(BUSY).collect().await;
    let writes: Vec<_> = writes.iter().zip(&calm).collect();
    let cases = scripts.iter().flat_map(|script| writes.iter().map(move |(write, calm)| (*write, *calm, *script)));
    let checks = cases.map(|(write, calm, script)| async move {
        (!check(write, calm, script).await).then(|| format!("{} under {script}", write.name))
    });
    stream::iter(checks).buffer_unordered(worlds).filter_map(|undone| async { undone }).collect().await
}

#[tokio::test]
async fn a_write_is_done_once_although_its_calls_go_wrong_at_first() {
    let scripts = [
        "* 1..2 throttle",
        "* 1 500",
        "BatchGetItem 1..2 leave-out",
        "TransactWriteItems 1..2 busy",
        "TransactWriteItems 1..2 conflict",
        "TransactWriteItems 1 in-progress",
        "* 1 drop-before",
        "* 1 drop-after",
        "TransactWriteItems 1..2 drop-after",
        "* * delay 40ms",
    ];
    assert_eq!(undone(&scripts, BUSY).await, [""; 0]);
}

#[tokio::test]
async fn a_write_whose_calls_go_on_going_wrong_ends_in_time_and_can_be_sent_again() {
    let scripts = [
        "* * throttle",
        "* * drop-before",
        "* * delay 3s",
        "TransactWriteItems * throttle",
        "TransactWriteItems * busy",
        "TransactWriteItems * conflict",
        "TransactWriteItems * in-progress",
        "TransactWriteItems * 500",
        "TransactWriteItems * drop-before",
        "TransactWriteItems * drop-after",
        "TransactWriteItems * delay 3s",
    ];
    let undone = undone(&scripts, WAITING).await;
    assert_eq!(undone.len(), scripts.len() * (WRITES.len() + 1), "nothing is done as long as it lasts");
}

#[tokio::test]
async fn a_write_that_is_sent_again_while_it_is_under_way_is_done_once() {
    // The SDK waits 2 s, and sends it again; it comes to an end, or tries too often meanwhile.
    undone(&["* overlapping conflict\nTransactWriteItems 1 delay 2500ms"], WAITING).await;
}
