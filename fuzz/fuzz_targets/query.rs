//! Any bytes as a query string.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::query(bytes));
