//! Checking an exported log: its entry bundles, its tiles and its checkpoint against each other, in order and
//! without holding more than one bundle.

use super::bundle::{BundleError, unbundle};
use super::tile::{Tile, TileKind};
use super::tile_hashes::TileHashes;
use crate::checkpoint::Checkpoint;
use crate::frontier::Frontier;
use crate::hash::{Hash, leaf_hash};
use crate::walk::{Walk, WalkError};

/// What has been seen of an export.
#[derive(Clone, Debug)]
pub struct ExportCheck {
    walk: Walk,
    above: TileHashes,
    /// Entries that were passed over by their leaves.
    thinned: u64,
}

/// The first thing that is wrong with an export.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExportError {
    /// An entry bundle cannot be read.
    #[error("{path}: {fault}")]
    Bundle {
        /// The bundle's path.
        path: String,
        /// What is wrong with it.
        fault: BundleError,
    },
    /// An entry bundle has another number of entries than its path says.
    #[error("{path} has {found} entries")]
    Entries {
        /// The bundle's path.
        path: String,
        /// How many entries it has.
        found: usize,
    },
    /// Entries are missing behind others: only a log's oldest bundles are ever thinned, and whole ones.
    #[error("{path} is missing, and is not among the oldest bundles, which may be thinned")]
    Missing {
        /// The bundle's path.
        path: String,
    },
    /// The hashes of a tile are not those of the entries.
    #[error("{path} has other hashes than the entries make")]
    Tile {
        /// The tile's path.
        path: String,
    },
    /// The entries are no log, or not the one of a checkpoint.
    #[error(transparent)]
    Walk(#[from] WalkError),
}

impl ExportCheck {
    /// Nothing seen yet. The root at each of these sizes, in leaves, is kept for [`ExportCheck::continues`].
    pub fn new(sizes: impl IntoIterator<Item = u64>) -> Self {
        Self { walk: Walk::new(sizes), above: TileHashes::default(), thinned: 0 }
    }

    /// Takes the next entry bundle.
    ///
    /// # Errors
    /// [`ExportError::Bundle`], [`ExportError::Entries`] or [`ExportError::Walk`].
    pub fn bundle(&mut self, tile: &Tile, bytes: &[u8]) -> Result<Vec<Hash>, ExportError> {
        let path = || tile.to_string();
        let entries = unbundle(bytes).map_err(|fault| ExportError::Bundle { path: path(), fault })?;
        let expected = tile.range();
        if expected.end - expected.start != entries.len() as u64 {
            return Err(ExportError::Entries { path: path(), found: entries.len() });
        }
        for (index, entry) in expected.zip(&entries) {
            self.walk.step(index, entry)?;
        }
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        self.above.push(&leaves);
        Ok(leaves)
    }

    /// Takes the next entry bundle by its leaf hashes alone, the bytes of a full level 0 tile: the entries were let go. The
    /// checkpoint still says whether they are its leaves.
    ///
    /// # Errors
    /// [`ExportError::Missing`] where no bundle can be thinned, [`ExportError::Tile`] for another number of hashes.
    pub fn thinned(&mut self, tile: &Tile, bytes: &[u8]) -> Result<Vec<Hash>, ExportError> {
        let (leaves, rest) = bytes.as_chunks::<32>();
        let range = tile.range();
        if !tile.is_full() || self.thinned != range.start {
            return Err(ExportError::Missing { path: tile.to_string() });
        }
        if leaves.len() as u64 != range.end - range.start || !rest.is_empty() {
            return Err(ExportError::Tile { path: tile.leaves().to_string() });
        }
        for (index, leaf) in range.zip(leaves) {
            self.walk.step_over(index, *leaf)?;
            self.thinned += 1;
        }
        self.above.push(leaves);
        Ok(leaves.to_vec())
    }

    /// How many entries were passed over by their leaves.
    pub fn passed_over(&self) -> u64 {
        self.thinned
    }

    /// The hashes of a tile above level 0, once the bundles below it were taken.
    pub fn hashes(&self, tile: &Tile) -> Option<&[Hash]> {
        match tile.kind() {
            TileKind::Hashes(level) => self.above.hashes(level, tile.range()),
            TileKind::Entries => None,
        }
    }

    /// Compares a tile above level 0, once all bundles were taken.
    ///
    /// # Errors
    /// [`ExportError::Tile`].
    pub fn tile(&self, tile: &Tile, bytes: &[u8]) -> Result<(), ExportError> {
        same_hashes(tile, self.hashes(tile).unwrap_or_default(), bytes)
    }

    /// Whether the log begins with the one of a checkpoint kept from before.
    ///
    /// # Errors
    /// [`ExportError::Walk`].
    pub fn continues(&self, kept: &Checkpoint) -> Result<(), ExportError> {
        Ok(self.walk.check(kept)?)
    }

    /// Compares all entries with the checkpoint that covers exactly them.
    ///
    /// # Errors
    /// [`ExportError::Walk`].
    pub fn finish(self, checkpoint: &Checkpoint) -> Result<Frontier, ExportError> {
        Ok(self.walk.finish(checkpoint)?)
    }
}

/// Compares a tile's bytes with the hashes that belong in it.
///
/// # Errors
/// [`ExportError::Tile`].
pub fn same_hashes(tile: &Tile, hashes: &[Hash], bytes: &[u8]) -> Result<(), ExportError> {
    if hashes.as_flattened() == bytes && !bytes.is_empty() {
        Ok(())
    } else {
        Err(ExportError::Tile { path: tile.to_string() })
    }
}
