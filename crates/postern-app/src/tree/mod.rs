//! A tenant's log as others check it: tiles, entry bundles, and proofs that an event is in it. All of it is read
//! from the numbered events, and from stored hashes above them (decisions 0028 and 0051).

mod consistency;
mod event_name;
mod proof;
mod tile;
mod trees;

pub use event_name::EventName;
pub(crate) use trees::{Most, Trees};
