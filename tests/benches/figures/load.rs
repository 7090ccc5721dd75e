//! A minute at full speed: no error, no memory that grows, and the throughput beside that of the SDK alone.
//!
//! The engine is a process of its own, so that what is measured here is the service and its clients.

mod bare;
mod clients;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use tests::app::{App, new_pepper_secret};
use tests::engine::Engine;
use tokio::time::sleep;

use self::clients::{Act, CLIENTS, Client, Tally};
use crate::folder::Folder;
use crate::page::{Page, significant};
use crate::{Extent, bar};

/// What the resident memory may grow by from its first measurement to the last.
const GROWTH: f64 = 1.1;

/// Gives what failed.
pub(crate) async fn measure(extent: Extent, page: &mut Page) -> Vec<String> {
    let (first, last) = extent.of((10, 60), (4, 12));
    let backend = Backend::start();
    let engine = Engine::elsewhere(backend.url.clone()).expect("the engine makes a table");
    let app = Arc::new(App::unwatched(engine, &new_pepper_secret()).await);
    let clients = Client::all(&app).await;
    let users: Vec<String> = clients.iter().flat_map(Client::some_users).collect();

    let bar = bar("requests at full speed", last);
    let load = run(&app, clients, &bar, last).await;
    bar.finish_and_clear();
    let Load { tally, errors, memory } = load;
    let rates = bare::beside(&app, &users, extent.of(5, 1)).await;

    page.section("A minute at full speed");
    page.say(format!(
        "{CLIENTS} clients at once send what Okta sends, each request as soon as the last one is answered, for {last} s; \
         every answer is checked. DynamoDB's engine is a process beside it, on the same cores and on disk."
    ));
    let seconds = last as f64;
    let row = |(act, share): &(Act, usize)| {
        let (count, time) = tally.of(*act);
        let mean = time.as_secs_f64() * 1e3 / f64::from(count.max(1));
        [
            act.name().to_owned(),
            format!("{share} %"),
            (f64::from(count) / seconds).round().to_string(),
            significant(mean),
        ]
    };
    page.table(["", "share", "a second", "mean ms"], clients::MIX.iter().map(row));
    let (before, after) = (memory[first - 1], memory[last - 1]);
    page.say(format!(
        "{} requests a second, {} errors. The process of service and clients has {} MiB after {first} s and {} MiB after \
         {last} s.",
        significant(f64::from(tally.all()) / seconds),
        errors.len(),
        significant(before),
        significant(after),
    ));
    page.say(format!(
        "Of `GET` by id alone, the same clients get {} a second from the service. The bare SDK in its place reads the same \
         two items, the key and the user, {} times a second: the service reaches {} % of that. In turns of {} s.",
        significant(rates.service),
        significant(rates.bare),
        significant(rates.service / rates.bare * 100.0),
        bare::TURN.as_secs(),
    ));
    page.target(&format!("errors in {last} s at full speed"), errors.len() as f64, 0.0, "");
    page.target(&format!("memory after {last} s beside that after {first} s"), after / before, GROWTH, "×");
    let grown = format!("the resident memory grew from {before:.1} MiB to {after:.1} MiB, by more than {GROWTH}×");
    errors.into_iter().chain((after / before > GROWTH).then_some(grown)).collect()
}

struct Load {
    tally: Tally,
    /// The first error of each client that met one.
    errors: Vec<String>,
    /// MiB that were resident, second by second.
    memory: Vec<f64>,
}

async fn run(app: &Arc<App>, clients: Vec<Client>, bar: &ProgressBar, seconds: usize) -> Load {
    let start = Instant::now();
    let end = start + Duration::from_secs(seconds as u64);
    let running: Vec<_> = clients.into_iter().map(|client| tokio::spawn(client.run(Arc::clone(app), end))).collect();
    let mut memory = Vec::with_capacity(seconds);
    for second in 1..=seconds {
        sleep((start + Duration::from_secs(second as u64)).saturating_duration_since(Instant::now())).await;
        memory.push(resident());
        bar.inc(1);
    }
    let (mut tally, mut errors) = (Tally::default(), Vec::new());
    for client in running {
        let (done, error) = client.await.expect("a client does not panic");
        tally.add(&done);
        errors.extend(error);
    }
    Load { tally, errors, memory }
}

/// The resident memory of this process, in MiB.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kibibytes.expect("a process has resident memory") / 1024.0
}

/// The engine in a process of its own; it ends when this is dropped, or when this process ends.
struct Backend {
    url: String,
    child: Child,
    _folder: Folder,
}

impl Backend {
    fn start() -> Self {
        let folder = Folder::new("load");
        let program = std::env::current_exe().expect("a process has a program");
        let mut command = Command::new(program);
        command.arg("--engine").arg(folder.file("klue.db")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the engine starts");
        let mut url = String::new();
        let output = child.stdout.as_mut().expect("the output is piped");
        BufReader::new(output).read_line(&mut url).expect("the engine tells where it is");
        Self { url: url.trim().to_owned(), child, _folder: folder }
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is the engine of another process: tells it where, and ends with it.
pub(crate) fn serve_engine(file: &Path) -> ExitCode {
    let engine = Engine::on_disk(file, Ipv4Addr::LOCALHOST).expect("the engine starts");
    println!("{}", engine.url);
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    ExitCode::SUCCESS
}
