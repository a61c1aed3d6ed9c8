//! Sources: where pieces of content come from.

mod archive;
mod budget;
mod closed;
mod content;
mod export;
mod fault;
mod file;
mod frames;
mod gauge;
mod git;
mod joined;
mod kind;
mod mail;
mod office;
mod rtf;
mod sevenz;
mod sought;
mod streams;
mod tape;
mod tree;
mod zipped;

pub use self::gauge::Gauge;
pub use self::git::git;
pub use self::joined::{Pieces, Spot};
pub use self::tree::{Walk, input, trees};

pub(crate) use self::tree::walk;

/// What the fuzzers reach.
pub(crate) mod fuzzed {
    pub(crate) use super::export::Form;
    pub(crate) use super::export::fuzzed::{Reading, read};
    pub(crate) use super::office::fuzzed::{office, rtf};
}
