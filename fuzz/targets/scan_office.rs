//! XML of office documents, read in pieces.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_fuzz::run("scan_office", bytes));
