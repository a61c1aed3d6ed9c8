//! The campaign *leak*: a whole scenario at trace level, and every place that data goes to, searched for every code and
//! key in any spelling. A planted secret in each place, in each spelling, proves that the search would find it there.
//!
//! Where secrets may be: codes in the one answer that shows them, keys in the key file, and both in the process's memory
//! while it works with them; `docs/campaigns.md` says what is measured there.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests may")]

mod commands;
mod memory;
mod scenario;
mod server;
mod sinks;

/// The binary under test.
const POSTERN: &str = env!("CARGO_BIN_EXE_postern");
