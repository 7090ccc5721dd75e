//! `make audit`: whether the items of a table agree. It reads, and never writes.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use store::{Audit, Endpoint, Report, system_clock};
use tests::engine::{Engine, TABLE};
use tests::folder::database_in;

/// The exit code where something could not be read.
const UNREAD: u8 = 2;

/// Checks that the items of a table agree: users, claims, groups, keys and the activity log.
///
/// Names each item that does not agree by its keys, and changes nothing. The exit code is 0 where all agrees,
/// 1 where something does not, and 2 where the table could not be read.
#[derive(Parser)]
#[command(name = "klue-scim-audit")]
struct Arguments {
    /// The folder of a local service; it may be running.
    #[arg(long, default_value = ".data", conflicts_with = "table")]
    data: PathBuf,
    /// The table of a stage, read with the credentials of the environment.
    #[arg(long, requires = "region")]
    table: Option<String>,
    /// The AWS region of the table.
    #[arg(long, requires = "table")]
    region: Option<String>,
    /// Another address for DynamoDB than the region's own.
    #[arg(long, requires = "table")]
    endpoint: Option<String>,
    /// For how many days the stage keeps entries of the activity log.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=3650))]
    activity_days: i64,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(report) => tell(&report),
        Err(error) => {
            eprintln!("klue-scim-audit: {error}");
            ExitCode::from(UNREAD)
        }
    }
}

async fn run(arguments: Arguments) -> Result<Report, String> {
    let Arguments { data, table, region, endpoint, activity_days } = arguments;
    // Stops when it is dropped.
    let (_engine, endpoint, table) = match (table, region) {
        (Some(table), Some(region)) => {
            let endpoint = Endpoint::of_operator(endpoint, region).map_err(|error| error.to_string())?;
            (None, endpoint, table)
        }
        _ => {
            let engine = Engine::on_existing(&database_in(&data)).map_err(|error| error.to_string())?;
            let endpoint = engine.endpoint();
            (Some(engine), endpoint, TABLE.to_owned())
        }
    };
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of about {human_len} items, {elapsed}");
    let bar = ProgressBar::new(0).with_style(style.map_err(|error| error.to_string())?);
    let audit = Audit::new(&endpoint, &table, activity_days, system_clock());
    let report = audit.run(|read, about| {
        bar.set_length(about);
        bar.set_position(read);
    });
    let report = report.await.map_err(|error| format!("the table {table} cannot be read: {}", error.with_causes()));
    bar.finish_and_clear();
    report
}

fn tell(report: &Report) -> ExitCode {
    let Report { items, instances, users, inconsistencies } = report;
    for found in inconsistencies {
        println!("{found}");
    }
    println!("{items} items, {instances} instances, {users} users: {} inconsistencies", inconsistencies.len());
    if inconsistencies.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
