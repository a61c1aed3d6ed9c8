//! The built binary, as people and attackers meet it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may"
)]

mod anchors;
mod clocks;
mod commands;
mod database_restore;
mod demo;
mod doctor;
mod elsewhere;
mod erasure;
mod evidence;
mod forged;
mod json;
mod login;
mod moved_clock;
mod moving;
mod node;
mod nodes;
mod restore;
mod rollback;
mod rotation;
mod scan;
mod scan_asked;
mod scan_documents;
mod scan_live;
mod sealed;
mod sockets;
mod tls;
mod token;
mod transit;
mod upgrade;
mod watched;
mod worker;

/// The binary under test.
const POSTERN: &str = env!("CARGO_BIN_EXE_postern");
