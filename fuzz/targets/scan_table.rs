//! Exports as rows, read.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_fuzz::run("scan_table", bytes));
