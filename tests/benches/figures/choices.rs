//! The section "choices": get_user beside itself, decided otherwise in one thing.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::runtime_api::binary;

use crate::bare::event_of;
use crate::operations::OPERATIONS;
use crate::page::{Page, significant};
use crate::starts::{Starts, sizes};
use crate::warm::Run;
use crate::world::World;
use crate::{Extent, ROOT, bar};

/// What was decided, how else it could have been, and the folder of that binary.
const CHOICES: [(&str, &str, &str); 4] = [
    ("profile: fat LTO, one codegen unit", "plain release", "plain_release"),
    ("SDK without its default features", "with them", "sdk_defaults"),
    ("TLS by ring", "aws-lc, without jitter entropy", "aws_lc"),
    ("pepper and connection during init", "at the first request", "no_warm_up"),
];

pub(crate) async fn measure(extent: Extent, page: &mut Page, world: &World) {
    page.section("Choices");
    page.say("`get_user` and the same code with one thing decided otherwise (`tests/benches/variants.sh`), in turns.");
    let mut rows = Vec::new();
    let progress = bar("choices decided otherwise", CHOICES.len());
    for (choice, otherwise, name) in CHOICES {
        let other = Path::new(ROOT).join("target/variants").join(name).join("get_user");
        let measured = pair(extent, world, [binary("get_user"), other]).await;
        progress.inc(1);
        let names = [format!("**{choice}**"), otherwise.to_owned()];
        rows.extend(
            names
                .into_iter()
                .zip(measured)
                .map(|(name, [start, cpu, warm, warm_cpu, zip])| [name, start, cpu, warm, warm_cpu, zip]),
        );
    }
    progress.finish_and_clear();
    page.table(["choice", "start and first request ms", "CPU ms", "warm p50 µs", "CPU µs", "zip MB"], rows);
    calls(extent, page, world).await;
}

/// Start, CPU, warm request, CPU and zip of two binaries that do the same.
async fn pair(extent: Extent, world: &World, binaries: [PathBuf; 2]) -> [[String; 5]; 2] {
    let stage = world.stage().await;
    let event = (OPERATIONS[0].asked)(world, 0).event(&world.app);
    let mut starts = [Starts::default(), Starts::default()];
    for _ in 0..extent.of(40, 5) {
        for (starts, binary) in starts.iter_mut().zip(&binaries) {
            starts.start(&stage, binary, &event).await;
        }
    }
    let mut runs = Vec::new();
    for binary in &binaries {
        runs.push(Run::start(stage.launch(binary)).await);
    }
    in_turns(extent, &mut runs, &[&event, &event]).await;
    std::array::from_fn(|index| {
        let (starts, run) = (&starts[index], &runs[index]);
        [starts.together(), starts.cpu(), run.time().median(), run.cpu(), sizes(&binaries[index]).1].map(significant)
    })
}

/// One BatchGetItem for the key and the user, or two GetItem at once.
async fn calls(extent: Extent, page: &mut Page, world: &World) {
    let stage = world.stage().await;
    let answer = (OPERATIONS[0].asked)(world, 0).of(&world.app).await;
    let batch: Value = serde_json::from_slice(&answer.sent[0].body).expect("DynamoDB is asked in JSON");
    let tables = batch["RequestItems"].as_object().into_iter().flatten();
    let gets = tables.flat_map(|(table, wanted)| {
        let keys = wanted["Keys"].as_array().into_iter().flatten();
        keys.map(move |key| json!({"GetItem": {"TableName": table, "Key": key, "ConsistentRead": true}}))
    });
    let events =
        [json!([[{"BatchGetItem": batch}]]), json!([gets.collect::<Vec<_>>()])].map(|stages| event_of(&stages));
    let mut runs = Vec::new();
    for _ in &events {
        runs.push(Run::start(stage.launch(&binary("bare"))).await);
    }
    in_turns(extent, &mut runs, &[&events[0], &events[1]]).await;
    page.say("Key and user in one `BatchGetItem`, or in two `GetItem` at once, by the bare function, in turns.");
    let names = ["**one `BatchGetItem`**", "two `GetItem` at once"];
    let rows = names.into_iter().zip(&runs);
    let rows = rows.map(|(name, run)| [name.to_owned(), significant(run.time().median()), significant(run.cpu())]);
    page.table(["calls", "warm p50 µs", "CPU µs"], rows);
}

async fn in_turns(extent: Extent, runs: &mut [Run], events: &[&Value; 2]) {
    for number in 0..extent.of(600, 40) {
        for (run, event) in runs.iter_mut().zip(events) {
            if number == crate::warm::BEFORE {
                run.forget();
            }
            assert_eq!(run.send(event).await, 200, "{event}");
        }
    }
}
