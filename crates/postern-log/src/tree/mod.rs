//! The log's tree as others check it: tiles, entry bundles, and proofs made from hashes that the caller has.

mod bundle;
mod consistency;
mod consistency_file;
mod export;
mod inclusion;
mod proof_file;
mod source;
mod tile;
mod tile_hashes;

pub use bundle::{BundleError, bundle, unbundle};
pub use consistency::{consistency_proof, is_consistent};
pub use consistency_file::ConsistencyFile;
pub use export::{ExportCheck, ExportError, same_hashes};
pub use inclusion::{inclusion_proof, is_included};
pub use proof_file::{ProofFile, ProofFileError};
pub use source::{HashSource, ProofError, root_at};
pub use tile::{TILE_WIDTH, Tile, TileKind};
pub use tile_hashes::{KnownTiles, TileHashes};
