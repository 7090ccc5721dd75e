//! Any bytes as the body of a search.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::search(bytes));
