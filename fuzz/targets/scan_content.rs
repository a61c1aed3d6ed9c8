//! Content of any kind, opened and looked through.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| postern_fuzz::run("scan_content", bytes));
