//! The evidence log's arithmetic: canonical bytes, the Merkle tree's right edge, checkpoints, the anchor,
//! and the walk that verifies an exported log offline.
//!
//! Everything here is a pure function of its arguments: no IO, no clock, no randomness, and keys stay with
//! the caller. An event is opaque: its canonical JSON bytes and nothing else.
//!
//! Where each rule comes from: RFC 6962 §2.1 (tree), RFC 8785 (canonical JSON), C2SP signed-note and
//! tlog-checkpoint (checkpoints). Hashes, notes and checkpoint parsing are those of `tlog_tiles` and
//! `signed_note`.

mod anchor;
mod anchor_json;
mod canonical;
mod checkpoint;
mod frontier;
mod hash;
mod walk;

pub use anchor::{Anchor, Rollback, Shrunk, check_against_anchor};
pub use anchor_json::{AnchorError, AnchoredLog};
pub use canonical::{CanonicalError, canonical, canonical_value, is_canonical};
pub use checkpoint::{
    Checkpoint, CheckpointError, SignError, assemble_checkpoint, open_checkpoint, open_checkpoint_of,
    sign_checkpoint, verifier_key,
};
pub use frontier::{Frontier, FrontierError};
pub use hash::{Hash, leaf_hash};
pub use walk::{Walk, WalkError};
