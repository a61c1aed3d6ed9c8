//! Sources: where pieces of content come from.

mod archive;
mod budget;
mod content;
mod file;
mod git;
mod joined;
mod kind;
mod mail;
mod office;
mod tape;
mod tree;

pub use self::git::git;
pub use self::tree::{input, trees};
