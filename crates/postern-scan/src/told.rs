//! What a scan tells while it goes on: findings, and what could not be read.

use std::fmt;

use crate::finding::Finding;
use crate::place::Origin;

/// One thing told.
#[derive(Debug)]
pub enum Told {
    /// A code was found.
    Found(Finding),
    /// Something was not read, or not to its end. The rest is scanned.
    Trouble(Trouble),
}

/// What was not read, and why: one line.
#[derive(Debug)]
pub struct Trouble {
    /// What.
    pub origin: Origin,
    /// Why, in a few words.
    pub why: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a library says of hostile content may quote it.
        let why: String = self.why.chars().filter(|character| !character.is_control()).take(200).collect();
        write!(out, "{}: {why}", self.origin)
    }
}

/// What was read and found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Files and standard input.
    pub files: u64,
    /// Bytes of these, before anything was unpacked.
    pub bytes: u64,
    /// Findings told.
    pub findings: u64,
    /// Findings that a baseline knew; they are not told.
    pub known: u64,
    /// What could not be read, or not to its end.
    pub troubles: u64,
}
