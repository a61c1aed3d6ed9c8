//! Other readings of text, read.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_fuzz::run("scan_views", bytes));
