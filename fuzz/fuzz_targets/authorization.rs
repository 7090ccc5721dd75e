//! Any bytes as the header Authorization.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::authorization(bytes));
