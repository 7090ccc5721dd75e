//! Any bytes as the body of a bulk request.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::bulk(bytes));
