//! The scanner from outside: what it finds, where, how sure it is, and what it leaves.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests may")]

mod archives;
mod corpus;
mod dice;
mod evaluation;
mod exports;
mod fuzzed;
mod loose;
mod mail;
mod negatives;
mod prefixed;
mod reports;
mod site;
mod state;
mod trees;
mod watch;
