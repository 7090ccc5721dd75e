//! Any bytes as the body of a PATCH.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::patch(bytes));
