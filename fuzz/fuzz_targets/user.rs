//! Any bytes as the body of a POST or PUT.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::user(bytes));
