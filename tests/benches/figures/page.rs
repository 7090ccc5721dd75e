//! The page that tells what was measured: text and tables in Markdown, with plots beside it.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use store::system_clock;

/// A page that grows section by section.
pub(crate) struct Page {
    folder: PathBuf,
    targets: Vec<[String; 4]>,
    sections: String,
}

impl Page {
    /// An empty page in a folder.
    pub(crate) fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder.join("benchmarks")).expect("the folder is made");
        Self { folder: folder.to_owned(), targets: Vec::new(), sections: String::new() }
    }

    /// Begins a section.
    pub(crate) fn section(&mut self, title: &str) {
        self.say(format!("## {title}"));
    }

    /// Adds a paragraph.
    pub(crate) fn say(&mut self, text: impl Display) {
        self.sections.push_str(&format!("{text}\n\n"));
    }

    /// Adds a table: names on the left, figures on the right.
    pub(crate) fn table<const N: usize>(&mut self, header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) {
        let table = table(header, rows);
        self.say(table);
    }

    /// Notes how a figure stands to what it shall not exceed; the page begins with these.
    pub(crate) fn target(&mut self, what: &str, measured: f64, limit: f64, unit: &str) {
        let held = if measured <= limit { "yes" } else { "**no**" };
        let figure = |value: f64| format!("{}{unit}", significant(value));
        self.targets.push([what.to_owned(), format!("≤ {}", figure(limit)), figure(measured), held.to_owned()]);
    }

    /// Adds a picture, and gives the path of the file that has to hold it.
    pub(crate) fn plot(&mut self, name: &str, shows: &str) -> PathBuf {
        self.say(format!("![{shows}](benchmarks/{name}.svg)"));
        self.folder.join("benchmarks").join(format!("{name}.svg"))
    }

    /// Writes the page, and gives its path.
    pub(crate) fn save(self) -> PathBuf {
        let path = self.folder.join("benchmarks.md");
        let targets = if self.targets.is_empty() {
            String::new()
        } else {
            let table = table(["target", "at most", "measured", "held"], self.targets);
            format!("## Targets\n\n{table}\n\n")
        };
        let text = format!("# Benchmarks\n\n{}\n\n{targets}{}", machine(), self.sections);
        fs::write(&path, format!("{}\n", text.trim_end())).expect("the page is written");
        path
    }
}

/// A number with as many digits as mean something.
pub(crate) fn significant(value: f64) -> String {
    match value.abs() {
        whole if whole.fract() == 0.0 => grouped(value),
        small if small < 10.0 => format!("{value:.2}"),
        medium if medium < 100.0 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// A whole number with a comma at each thousand.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let rule: Vec<_> = (0..N).map(|column| if column == 0 { "---" } else { "---:" }.to_owned()).collect();
    let head = [line(&header.map(str::to_owned)), line(&rule)];
    let rows = rows.into_iter().map(|row| line(&row));
    head.into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// What the figures were measured on.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let information = read("/proc/cpuinfo");
    let model = information.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let rustc = Command::new("rustc").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    format!(
        "Made by `make bench` on {}: {} cores of {model}, shared with others; Linux {}; {}. Medians; what is compared \
         was measured in turns in the same run, so that ratios hold where the last digits do not. DynamoDB is an engine on \
         the same machine: its times are not those of AWS, what is asked of it is the same.",
        system_clock()().strftime("%Y-%m-%d"),
        available_parallelism().map_or(1, usize::from),
        read("/proc/sys/kernel/osrelease").trim(),
        String::from_utf8_lossy(&rustc).trim(),
    )
}
