//! Sources: where pieces of content come from.

mod archive;
mod budget;
mod content;
mod export;
mod file;
mod kind;
mod mail;
mod tape;
mod tree;

pub use self::tree::{input, trees};
