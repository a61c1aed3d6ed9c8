//! The kernel: how every change of recorded state is decided, and what it is made of.
//!
//! ```text
//! (records seen, command, now, entropy, prepared) → Decision { draft, answer }
//! draft = facts recorded on held records; state = evolve(state, fact), nothing else
//! ```
//!
//! A decision opens what it needs from a [`View`] as [`Held`] records, records facts on them in a [`Draft`]
//! and returns a [`Step`]. The store commits the draft if everything that was seen is still so, and
//! otherwise lets the same function decide again on what is there now. See [`decide()`].
//!
//! How to add a record, a use case or a fact version: `docs/how-to/`.

mod claim;
mod columns;
mod decide;
mod draft;
mod event;
mod fact;
mod held;
mod image;
mod key;
mod layout;
mod record;
mod replay;
mod seal;
mod tally;
mod thinned;
mod view;

pub use claim::{Claim, ClaimKey, Space};
pub use columns::Columns;
pub use decide::{Committed, Decide, Decided, Outcome, Step, StoreFault, Work, decide};
pub use draft::{Context, Draft, KeyringEntry, Put};
pub use event::{Actor, ActorKind, DraftEvent, EventHead, EventOutcome, StoredEvent};
pub use fact::{Fact, FactFault};
pub(crate) use fact::{facts, payload_from_json, payload_to_json};
pub use held::{Held, Tampered};
pub use image::{Image, Part, PartRow, Row};
pub use key::{Key, Kind};
pub use record::Record;
pub use replay::{Difference, Replayed, replay};
pub(crate) use seal::mac;
pub use seal::{Seal, Sealed, SealedPart, Sealer};
pub use tally::Tally;
pub use thinned::{ThinnedBundle, ThinnedEvent};
pub use view::{View, Want};
