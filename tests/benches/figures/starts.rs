//! The section "starts": each binary from the start of its process to its first answer.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use http::Method;
use serde_json::Value;
use tests::events::Call;
use tests::runtime_api::binary;

use crate::bare::recorded;
use crate::operations::OPERATIONS;
use crate::page::{Page, significant};
use crate::sample::Sample;
use crate::world::{Stage, World};
use crate::{Extent, bar};

/// What the starts of a binary took.
#[derive(Default)]
pub(crate) struct Starts {
    init: Vec<Duration>,
    first: Vec<Duration>,
    cpu: Vec<Duration>,
    memory: u64,
}

impl Starts {
    /// Starts the binary, and has it answer one event.
    pub(crate) async fn start(&mut self, stage: &Stage<'_>, binary: &Path, event: &Value) {
        let begun = Instant::now();
        let process = stage.launch(binary).start().await;
        process.ready().await;
        let ready = Instant::now();
        let answer = process.invoke(event).await.expect("an answer");
        self.first.push(ready.elapsed());
        self.init.push(ready - begun);
        self.cpu.push(process.cpu());
        self.memory = self.memory.max(process.peak_memory());
        let status = answer["statusCode"].as_u64().unwrap_or(200);
        let is_refusal = binary.ends_with("unsupported");
        assert_eq!(status >= 300, is_refusal, "{}: {answer}", binary.display());
    }

    /// Start and first answer together, in milliseconds.
    pub(crate) fn together(&self) -> f64 {
        Sample::micros(self.init.iter().zip(&self.first).map(|(init, first)| *init + *first)).median() / 1e3
    }

    /// CPU of both, in milliseconds.
    pub(crate) fn cpu(&self) -> f64 {
        Sample::micros(self.cpu.iter().copied()).median() / 1e3
    }

    fn row(&self, function: &str) -> [String; 8] {
        let milliseconds = |times: &[Duration]| significant(Sample::micros(times.iter().copied()).median() / 1e3);
        let (size, zipped) = sizes(&binary(function));
        let shown = match function {
            "hello" => "hello world".to_owned(),
            "bare" => "bare: the calls of `get_user`".to_owned(),
            _ => format!("`{function}`"),
        };
        [
            shown,
            milliseconds(&self.init),
            milliseconds(&self.first),
            significant(self.together()),
            significant(self.cpu()),
            significant(self.memory as f64 / 1e6),
            significant(size),
            significant(zipped),
        ]
    }
}

const HEAD: [&str; 8] =
    ["binary", "to first poll ms", "first request ms", "together ms", "CPU ms", "peak MB", "binary MB", "zip MB"];

pub(crate) async fn measure(extent: Extent, page: &mut Page, world: &World) {
    page.section("Cold starts");
    page.say(
        "From the start of the process to its first poll of the Runtime API, and to the answer of its first request, over TLS. \
         The hello world is `lambda_http` alone.",
    );
    all(extent, page, world).await;
    beside_calls(extent, page, world).await;
}

/// Each binary, in turns.
async fn all(extent: Extent, page: &mut Page, world: &World) {
    let rounds = extent.of(25, 3);
    let stage = world.stage().await;
    let bare = recorded(world, &OPERATIONS[0], 1).await.remove(0);
    let mut functions: Vec<(&str, Vec<Value>)> =
        vec![("hello", vec![Call::new(Method::GET, "/").event(); rounds]), ("bare", vec![bare; rounds])];
    for operation in &OPERATIONS {
        if functions.iter().all(|(known, _)| *known != operation.function) {
            let event = |number| (operation.asked)(world, number).event(&world.app);
            functions.push((operation.function, (0..rounds).map(event).collect()));
        }
    }
    let mut found: Vec<_> = functions.iter().map(|_| Starts::default()).collect();
    let progress = bar("cold starts of all functions", rounds);
    for number in 0..rounds {
        for ((function, events), starts) in functions.iter().zip(&mut found) {
            starts.start(&stage, &binary(function), &events[number]).await;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    page.table(HEAD, functions.iter().zip(&found).map(|((function, _), starts)| starts.row(function)));
}

/// The functions that have a target, in turns with the bare function.
async fn beside_calls(extent: Extent, page: &mut Page, world: &World) {
    page.say(
        "Beside the bare function, which reads the pepper and opens its connection as they do, and makes the same calls: a \
         copy of the same table each, in turns.",
    );
    let rounds = extent.of(40, 5);
    let mut rows = Vec::new();
    for operation in OPERATIONS.iter().filter(|operation| operation.ratio.is_some()) {
        let progress = bar(&format!("cold starts beside the calls: {}", operation.function), rounds);
        let (ours, bare) = (world.stage().await, world.stage().await);
        let events = recorded(world, operation, rounds).await;
        let (mut our_starts, mut bare_starts) = (Starts::default(), Starts::default());
        for (number, event) in events.iter().enumerate() {
            let own = (operation.asked)(world, number).event(&world.app);
            our_starts.start(&ours, &binary(operation.function), &own).await;
            bare_starts.start(&bare, &binary("bare"), event).await;
            progress.inc(1);
        }
        progress.finish_and_clear();
        let ratio = our_starts.together() / bare_starts.together();
        page.target(
            &format!("start and first request of `{}`, against its calls", operation.function),
            ratio,
            1.3,
            "×",
        );
        rows.push([
            format!("`{}`: {}", operation.function, operation.name),
            significant(our_starts.together()),
            significant(bare_starts.together()),
            significant(ratio),
            significant(our_starts.cpu()),
            significant(bare_starts.cpu()),
            significant(our_starts.cpu() / bare_starts.cpu()),
        ]);
    }
    page.table(["first request", "together ms", "calls alone", "ratio", "CPU ms", "calls alone", "ratio"], rows);
    let (ours, bare) = (sizes(&binary("get_user")).1, sizes(&binary("bare")).1);
    page.target("zip of `get_user`, against the bare function's", ours / bare, 1.4, "×");
}

/// The size of a binary, as it is and as it is uploaded, in megabytes.
pub(crate) fn sizes(binary: &Path) -> (f64, f64) {
    let bytes = fs::read(binary).expect("the binary is there");
    let mut zipped = DeflateEncoder::new(Vec::new(), Compression::default());
    zipped.write_all(&bytes).expect("a vector takes bytes");
    let zipped = zipped.finish().expect("a vector takes bytes");
    (bytes.len() as f64 / 1e6, zipped.len() as f64 / 1e6)
}
