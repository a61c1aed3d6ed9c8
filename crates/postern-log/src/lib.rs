//! The evidence log's arithmetic: canonical bytes, the Merkle tree's right edge, checkpoints, the anchor,
//! the walk that verifies an exported log offline, and the tiles and proofs by which others check the tree.
//!
//! Everything here is a pure function of its arguments: no IO, no clock, no randomness, and keys stay with
//! the caller. An event is opaque: its canonical JSON bytes and nothing else.
//!
//! Where each rule comes from: RFC 6962 §2.1 (tree), RFC 8785 (canonical JSON), C2SP signed-note and
//! tlog-checkpoint (checkpoints), RFC 9162 §2.1, C2SP tlog-tiles and tlog-proof (proofs).
//! Hashes, notes and checkpoint parsing are those of `tlog_tiles` and `signed_note`.

mod anchor;
mod anchor_json;
mod canonical;
mod checkpoint;
mod frontier;
mod hash;
mod tree;
mod walk;
mod witness;

pub use anchor::{Anchor, Rollback, Shrunk, check_against_anchor};
pub use anchor_json::{AnchorError, AnchoredLog};
pub use canonical::{CanonicalError, canonical, canonical_value, is_canonical};
pub use checkpoint::{
    Checkpoint, CheckpointError, SignError, assemble_checkpoint, key_name, open_checkpoint,
    open_checkpoint_of, sign_checkpoint, verifier_key,
};
pub use frontier::{Frontier, FrontierError};
pub use hash::{Hash, leaf_hash};
pub use tree::{
    BundleError, ConsistencyFile, ExportCheck, ExportError, HashSource, KnownTiles, ProofError, ProofFile,
    ProofFileError, TILE_WIDTH, Tile, TileHashes, TileKind, bundle, consistency_proof, inclusion_proof,
    is_consistent, is_included, root_at, same_hashes, unbundle,
};
pub use walk::{Walk, WalkError};
pub use witness::{WitnessKey, add_checkpoint, is_cosigned};
