//! The hashes above the full tiles of a growing log, an eighth of a byte for each leaf.

use std::collections::BTreeMap;
use std::ops::Range;

use super::source::{HashSource, join_all};
use super::tile::TILE_WIDTH;
use crate::hash::Hash;

/// The roots of full level 0 tiles, and the levels above them. Grows on the right and never changes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TileHashes {
    /// Tile levels from 1 on.
    levels: Vec<Vec<Hash>>,
}

/// The tree above some level 0 tiles whose leaves are known. Enough to prove the inclusion of a leaf of one of them,
/// if the tree ends in, or with, one of them too; consistency likewise with the two sizes.
#[derive(Clone, Debug)]
pub struct KnownTiles<'a> {
    above: &'a TileHashes,
    leaves: BTreeMap<u64, Vec<Hash>>,
}

impl TileHashes {
    /// How many full level 0 tiles it stands on.
    pub fn tiles(&self) -> u64 {
        self.levels.first().map_or(0, |level| level.len() as u64)
    }

    /// Takes the next level 0 tile: its leaf hashes, exactly 256. Says whether it did.
    pub fn push(&mut self, leaves: &[Hash]) -> bool {
        root_of_tile(leaves).map(|root| self.push_root(root)).is_some()
    }

    /// Takes the root of the next level 0 tile.
    pub fn push_root(&mut self, root: Hash) {
        let mut carried = Some(root);
        for level in 0.. {
            let Some(hash) = carried else { break };
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            carried = self.levels.get_mut(level).and_then(|row| add(row, hash));
        }
    }

    /// Hashes of a level from 1 on, if all of them are known.
    pub fn hashes(&self, level: u8, range: Range<u64>) -> Option<&[Hash]> {
        let row = self.levels.get(usize::from(level).checked_sub(1)?)?;
        row.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
    }
}

/// Adds a hash to a row of a level, and gives the hash that this completes on the level above.
fn add(row: &mut Vec<Hash>, hash: Hash) -> Option<Hash> {
    row.push(hash);
    let first = u64::try_from(row.len()).ok()?.checked_sub(TILE_WIDTH)?;
    let tile = row.get(usize::try_from(first).ok()?..)?;
    if first.is_multiple_of(TILE_WIDTH) { root_of_tile(tile) } else { None }
}

impl<'a> KnownTiles<'a> {
    /// The tree above, with no leaves yet.
    pub fn new(above: &'a TileHashes) -> Self {
        Self { above, leaves: BTreeMap::new() }
    }

    /// Adds the leaf hashes of the level 0 tile `index`, as far as they are there.
    pub fn add(&mut self, index: u64, leaves: Vec<Hash>) {
        self.leaves.insert(index, leaves);
    }
}

impl HashSource for TileHashes {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        self.hashes(level, index..index.checked_add(1)?)?.first().copied()
    }
}

impl HashSource for KnownTiles<'_> {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        if level > 0 {
            return self.above.hash(level, index);
        }
        let within = usize::try_from(index % TILE_WIDTH).ok()?;
        self.leaves.get(&(index / TILE_WIDTH))?.get(within).copied()
    }
}

/// The root of a full tile.
fn root_of_tile(hashes: &[Hash]) -> Option<Hash> {
    if hashes.len() as u64 == TILE_WIDTH { join_all(hashes.to_vec()) } else { None }
}
