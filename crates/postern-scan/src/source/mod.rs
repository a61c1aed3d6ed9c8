//! Sources: where pieces of content come from.

mod archive;
mod budget;
mod content;
mod export;
mod file;
mod gauge;
mod kind;
mod mail;
mod tape;
mod tree;

pub use self::gauge::Gauge;
pub use self::tree::{Walk, input, trees};

pub(crate) use self::tree::walk;

/// What the fuzzers reach.
pub(crate) mod fuzzed {
    pub(crate) use super::export::Form;
    pub(crate) use super::export::fuzzed::{Reading, read};
}
