//! The section "warm": each operation in a function that has started, and six of them beside their calls alone.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::prices;
use tests::runtime_api::{Launch, Process, binary};

use crate::bare::recorded;
use crate::operations::{OPERATIONS, Operation, Reach};
use crate::page::{Page, significant};
use crate::sample::Sample;
use crate::world::World;
use crate::{Extent, bar};

/// Requests before those that count: connections, caches of the processor, and the engine's.
pub(crate) const BEFORE: usize = 10;

/// A function, and what its requests took.
pub(crate) struct Run {
    process: Process,
    times: Vec<Duration>,
    /// What it had taken of the CPU before them.
    before: Duration,
}

impl Run {
    /// Starts the function.
    pub(crate) async fn start(launch: Launch) -> Self {
        Self { process: launch.start().await, times: Vec::new(), before: Duration::ZERO }
    }

    /// Sends an event; gives the status of the answer, which is 200 for what has none.
    pub(crate) async fn send(&mut self, event: &Value) -> u64 {
        let started = Instant::now();
        let answer = self.process.invoke(event).await.expect("an answer");
        self.times.push(started.elapsed());
        answer["statusCode"].as_u64().unwrap_or(200)
    }

    /// Counts from now on.
    pub(crate) fn forget(&mut self) {
        (self.times, self.before) = (Vec::new(), self.process.cpu());
    }

    /// What each request took, in microseconds.
    pub(crate) fn time(&self) -> Sample {
        Sample::micros(self.times.iter().copied())
    }

    /// CPU of a request, in microseconds.
    pub(crate) fn cpu(&self) -> f64 {
        (self.process.cpu() - self.before).as_secs_f64() * 1e6 / self.times.len() as f64
    }

    /// Megabytes.
    fn memory(&self) -> f64 {
        self.process.peak_memory() as f64 / 1e6
    }
}

pub(crate) async fn measure(extent: Extent, page: &mut Page, world: &World) {
    page.section("Warm functions");
    page.say(
        "Each operation in a function of its own that has started, over TLS, one request after another, in an instance \
         of 2,000 users. Round trips, calls and request units are those of one request; dollars are for a million, on \
         demand in us-east-1, with the gateway and Lambda's price for requests, without its price for time.",
    );
    let progress = bar("operations of warm functions", OPERATIONS.len());
    let (mut rows, mut most) = (Vec::new(), BTreeMap::new());
    for operation in &OPERATIONS {
        let (row, memory) = alone(extent, world, operation).await;
        rows.push(row);
        let most = most.entry(operation.reach).or_insert((0.0, ""));
        if memory > most.0 {
            *most = (memory, operation.name);
        }
        progress.inc(1);
    }
    for (reach, (memory, operation)) in most {
        page.target(&format!("peak memory, {}: {operation}", reach.words()), memory, reach.memory(), " MB");
    }
    let head = [
        "operation",
        "p50 µs",
        "p99 µs",
        "CPU µs",
        "peak MB",
        "trips",
        "calls",
        "read units",
        "write units",
        "dollars",
    ];
    page.table(head, rows);
    progress.finish_and_clear();
    beside_calls(extent, page, world).await;
}

/// The row of an operation, and its peak memory.
async fn alone(extent: Extent, world: &World, operation: &Operation) -> ([String; 10], f64) {
    let requests = match operation.reach {
        Reach::Few => extent.of(400, 20),
        Reach::Many => extent.of(100, 5),
    };
    let stage = world.stage().await;
    let mut run = Run::start(stage.launch(&binary(operation.function))).await;
    for number in 0..BEFORE + requests {
        if number == BEFORE {
            run.forget();
        }
        let asked = (operation.asked)(world, number);
        let status = run.send(&asked.event(&world.app)).await;
        assert_eq!(status >= 300, operation.function == "unsupported", "{}: {status}", operation.name);
    }
    let usage = (operation.asked)(world, BEFORE + requests).usage(&world.app).await;
    let (read, written) = (usage.read_units(), usage.write_units());
    let row = [
        operation.name.to_owned(),
        significant(run.time().median()),
        significant(run.time().p99()),
        significant(run.cpu()),
        significant(run.memory()),
        usage.round_trips().to_string(),
        usage.calls().to_string(),
        read.to_string(),
        written.to_string(),
        format!("{:.2}", prices::table(read, written) + prices::REQUESTS),
    ];
    (row, run.memory())
}

/// The operations that have a target, in turns with the bare function.
async fn beside_calls(extent: Extent, page: &mut Page, world: &World) {
    page.say(
        "Beside their calls: the bare function makes the same calls to DynamoDB, recorded from the service and sent with \
         the same SDK and profile, and answers with what it read as JSON. Each has a copy of the same table; their \
         requests take turns.",
    );
    let requests = extent.of(400, 20);
    let mut rows = Vec::new();
    for (operation, ratio) in OPERATIONS.iter().filter_map(|operation| Some((operation, operation.ratio?))) {
        let progress = bar(&format!("{} beside its calls", operation.name), requests);
        let (ours, bare) = (world.stage().await, world.stage().await);
        let events = recorded(world, operation, BEFORE + requests).await;
        let mut ours = Run::start(ours.launch(&binary(operation.function))).await;
        let mut bare = Run::start(bare.launch(&binary("bare"))).await;
        for (number, event) in events.iter().enumerate() {
            if number == BEFORE {
                ours.forget();
                bare.forget();
            }
            let status = ours.send(&(operation.asked)(world, number).event(&world.app)).await;
            assert!(status < 300, "{}: {status}", operation.name);
            assert_eq!(bare.send(event).await, 200, "the calls of {}", operation.name);
            progress.inc(1);
        }
        progress.finish_and_clear();
        let times = (ours.time().median(), bare.time().median());
        page.target(&format!("{}, warm, against its calls", operation.name), times.0 / times.1, ratio, "×");
        rows.push([
            operation.name.to_owned(),
            significant(times.0),
            significant(times.1),
            significant(times.0 / times.1),
            significant(ours.cpu()),
            significant(bare.cpu()),
            significant(ours.cpu() / bare.cpu()),
        ]);
    }
    page.table(["operation", "p50 µs", "calls alone", "ratio", "CPU µs", "calls alone", "ratio"], rows);
}
