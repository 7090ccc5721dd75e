//! The figures of `docs/benchmarks.md`: what the service costs beside functions that do less, and how it grows.
//!
//! `make bench` builds what is measured, measures everything and writes the page with its plots; `make bench QUICK=1`
//! measures less, in two minutes, and writes to `target/benchmarks`, as does `ONLY=` with the name of a section.

mod bare;
mod choices;
mod creations;
mod far;
mod folder;
mod keys;
mod load;
mod operations;
mod page;
mod people;
mod plot;
mod races;
mod sample;
mod seed;
mod sizes;
mod starts;
mod warm;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use self::page::Page;
use self::world::World;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Measures, and writes down what was found.
#[derive(Parser)]
struct Arguments {
    /// Measure less, in two minutes.
    #[arg(long)]
    quick: bool,
    /// Measure one section.
    #[arg(long, value_enum)]
    only: Option<Section>,
    /// Be the engine of another process, on a file.
    #[arg(long, hide = true)]
    engine: Option<PathBuf>,
    /// What cargo says to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

/// A part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Section {
    /// A minute at full speed. First, since what other sections leave in memory would hide what it adds.
    Load,
    /// Each binary from its start to its first answer.
    Starts,
    /// Each operation in a function that has started.
    Warm,
    /// One function, decided otherwise.
    Choices,
    /// What pages and look-ups take as an instance grows.
    Sizes,
    /// How many users are created in a second.
    Creations,
    /// Creations that race.
    Races,
    /// Keys that are wrong.
    Keys,
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    quick: bool,
}

impl Extent {
    /// One of two numbers: for the page, or for a quick look.
    pub(crate) fn of<T>(self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// A bar for what takes more than two seconds.
pub(crate) fn bar(doing: &str, steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:44} {bar:24} {pos}/{len}, {eta} left").expect("a template");
    let bar = ProgressBar::new(steps as u64).with_style(style).with_message(doing.to_owned());
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { quick, only, engine, .. } = Arguments::parse();
    if let Some(file) = engine {
        return load::serve_engine(&file);
    }
    // Lines are made as they are when deployed, and go nowhere.
    lambda::init_log("bench", || Box::new(std::io::sink()));
    let extent = Extent { quick };
    let is_page = !quick && only.is_none();
    let folder = Path::new(ROOT).join(if is_page { "docs" } else { "target/benchmarks" });
    let mut page = Page::new(&folder);
    let is_wanted = |section: &&Section| match only {
        Some(only) => only == **section,
        // Their binaries take ten minutes to build.
        None => !(quick && **section == Section::Choices),
    };
    let sections = Section::value_variants().iter().filter(is_wanted);
    let mut failures = Vec::new();
    for section in sections {
        match *section {
            Section::Load => failures.extend(load::measure(extent, &mut page).await),
            Section::Starts => starts::measure(extent, &mut page, &World::new().await).await,
            Section::Warm => warm::measure(extent, &mut page, &World::new().await).await,
            Section::Choices => choices::measure(extent, &mut page, &World::new().await).await,
            Section::Sizes => sizes::measure(extent, &mut page).await,
            Section::Creations => creations::measure(extent, &mut page).await,
            Section::Races => races::measure(extent, &mut page).await,
            Section::Keys => keys::measure(extent, &mut page).await,
        }
    }
    let path = page.save();
    if only.is_some() {
        println!("{}", std::fs::read_to_string(&path).expect("the page is there"));
    }
    println!("{}", path.display());
    failures.iter().for_each(|failure| eprintln!("{failure}"));
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
