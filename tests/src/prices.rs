//! What AWS charges, in dollars a million, on demand in us-east-1, on 2026-11-24.

/// Read request units of DynamoDB.
pub const READ_UNITS: f64 = 0.125;
/// Write request units of DynamoDB.
pub const WRITE_UNITS: f64 = 0.625;
/// Requests: of Lambda, and of the gateway's first 300 million a month.
pub const REQUESTS: f64 = 0.20 + 1.00;

/// What DynamoDB charges for a million requests of so many units each.
pub fn table(read_units: f64, write_units: f64) -> f64 {
    read_units * READ_UNITS + write_units * WRITE_UNITS
}
