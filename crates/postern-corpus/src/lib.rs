//! A labelled corpus for the scanner: made-up codes in documents as people write and export them, and what only looks
//! like codes.
//!
//! Everything comes out of a seed and is the same each time. Nothing here knows how the scanner looks: what codes of
//! other providers look like is written down here once more ([`providers`]).

mod dice;
mod document;
mod evaluation;
mod hard;
pub mod negatives;
mod others;
mod own;
mod packed;
mod prose;
pub mod providers;
mod stream;

pub use dice::Dice;
pub use document::{Class, Document, Spelling};
pub use evaluation::{Evaluation, Find, LEVELS, Row, Seen};
pub use hard::hard;
pub use others::others;
pub use own::{foreign, made_up, own, under};
pub use stream::Stream;
