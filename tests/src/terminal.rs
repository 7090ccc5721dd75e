//! The log of the local service, for whoever looks at the terminal.

use std::io::{self, Write};

use serde_json::Value;

/// Takes lines of the log, and prints of each request what it was, what came of it and what it cost.
pub struct Terminal;

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let mut output = io::stdout().lock();
        for line in text.lines() {
            let told = serde_json::from_str(line).ok().and_then(|request| told(&request));
            writeln!(output, "{}", told.as_deref().unwrap_or(line))?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// The words for the line of a request; none for any other line.
fn told(request: &Value) -> Option<String> {
    let message = request["message"].as_str()?;
    let (duration, units) = (request["durationMs"].as_f64()?, request["RequestUnits"].as_f64()?);
    let trips = request["RoundTrips"].as_u64()?;
    let cause = request["cause"].as_str().map(|cause| format!(": {cause}")).unwrap_or_default();
    Some(format!("{message}  ({duration:.1} ms, {trips} round trips, {units} request units){cause}"))
}
