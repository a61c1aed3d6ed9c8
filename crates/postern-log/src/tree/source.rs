//! Where the hashes of proofs come from, and the roots that follow from them.

use std::ops::Range;

use crate::hash::{Hash, join};

/// Binary levels of a tile: one level of tiles stands on the other at this distance (C2SP tlog-tiles).
const HEIGHT: u32 = 8;

/// Hashes of a log's tree, however they are kept. Reading one changes nothing.
pub trait HashSource {
    /// Hash number `index` of tile level `level`: the root over the 256^`level` leaves from
    /// `index`·256^`level` on (C2SP tlog-tiles, "Merkle Tree"). `None` if it is not known.
    fn hash(&self, level: u8, index: u64) -> Option<Hash>;
}

/// Why a proof was not made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofError {
    /// There is nothing to prove: the index is not in the tree, or the earlier tree is empty or the larger one.
    #[error("{of} is not within a tree of {size} leaves")]
    Outside {
        /// The index or the earlier size.
        of: u64,
        /// The size, in leaves.
        size: u64,
    },
    /// A hash that the proof needs is not known.
    #[error("hash {index} of tile level {level} is not known")]
    Unknown {
        /// The tile level.
        level: u8,
        /// The hash's index in it.
        index: u64,
    },
}

/// The root of the first `size` leaves (RFC 6962 §2.1); SHA-256 of nothing for none.
///
/// # Errors
/// [`ProofError::Unknown`].
pub fn root_at(source: &impl HashSource, size: u64) -> Result<Hash, ProofError> {
    if size == 0 { Ok(tlog_tiles::EMPTY_HASH.0) } else { root_of(source, 0..size) }
}

/// The root over a range of leaves, not empty, that the tree splits off by itself: it starts at a multiple of the
/// largest power of two that it spans.
pub(super) fn root_of(source: &impl HashSource, leaves: Range<u64>) -> Result<Hash, ProofError> {
    let count = leaves.end - leaves.start;
    if count.is_power_of_two() {
        return complete(source, count.trailing_zeros(), leaves.start);
    }
    let middle = split(&leaves);
    Ok(join(root_of(source, leaves.start..middle)?, root_of(source, middle..leaves.end)?))
}

/// Where the tree splits a range: after the largest power of two below its length (RFC 6962 §2.1).
pub(super) fn split(leaves: &Range<u64>) -> u64 {
    let count = leaves.end - leaves.start;
    leaves.start + (1 << (count - 1).ilog2())
}

/// The root of a complete subtree of 2^`height` leaves, joined from at most 128 hashes of one tile.
fn complete(source: &impl HashSource, height: u32, first_leaf: u64) -> Result<Hash, ProofError> {
    let (level, within) = (height / HEIGHT, height % HEIGHT);
    let first = first_leaf >> (level * HEIGHT);
    // A height is below 64, so a level is below 8.
    let level = u8::try_from(level).unwrap_or(u8::MAX);
    let known = |index| source.hash(level, index).ok_or(ProofError::Unknown { level, index });
    let row = (first..first + (1 << within)).map(known).collect::<Result<_, _>>()?;
    join_all(row).ok_or(ProofError::Unknown { level, index: first })
}

/// The root over neighbouring hashes, as many as a power of two; `None` for none.
pub(super) fn join_all(mut row: Vec<Hash>) -> Option<Hash> {
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| join(*left, *right)).collect();
    }
    row.first().copied()
}
