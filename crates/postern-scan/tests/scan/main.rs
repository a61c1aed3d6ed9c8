//! The scanner from outside: what it finds, where, how sure it is, and what it leaves.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests may")]

mod archives;
mod documents;
mod evaluation;
mod exports;
mod fuzzed;
mod git;
mod hostile;
mod letters;
mod loose;
mod mail;
mod names;
mod office;
mod others;
mod packed;
mod prefixed;
mod reports;
mod rules;
mod site;
mod state;
mod tapes;
mod trees;
mod unread;
mod watch;
mod zips;
