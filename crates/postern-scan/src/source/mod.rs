//! Sources: where pieces of content come from.

mod archive;
mod budget;
mod content;
mod file;
mod gauge;
mod kind;
mod mail;
mod tape;
mod tree;

pub use self::gauge::Gauge;
pub use self::tree::{Walk, input, trees};

pub(crate) use self::tree::walk;
