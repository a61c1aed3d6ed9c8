//! The right edge of a log's tree: the little that has to be kept in order to append and to know the root.
//!
//! It is a compact range of its own and not `tlog_tiles`' stored hashes behind a `HashReader`: that interface
//! makes three vectors for each append, translates indexes back to levels, and can fail, where a list of
//! complete subtrees is a push and a few pops that cannot. Only node hashing is `tlog_tiles`'; the tests hold
//! the roots against `tlog_tiles::tree_hash` and `ct-merkle`.

use crate::hash::{Hash, join};

const SIZE_BYTES: usize = 8;

/// The complete subtrees that a tree of `size` leaves consists of (RFC 6962 §2.1): one hash for each set bit
/// of `size`, at most 64.
///
/// ```
/// use postern_log::{Frontier, leaf_hash};
///
/// let mut log = Frontier::new();
/// log.append(leaf_hash(b"{}"));
/// assert_eq!(log.root(), leaf_hash(b"{}"));
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: u64,
    /// Largest (leftmost) first.
    subtrees: Vec<Hash>,
}

/// Why bytes are no frontier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FrontierError {
    /// Shorter than the size field.
    #[error("a frontier starts with its size in {SIZE_BYTES} bytes")]
    NoSize,
    /// The number of hashes is not the number of set bits of the size.
    #[error("a frontier of {size} leaves has {expected} bytes of hashes, found {found}")]
    Length {
        /// The size that the bytes claim, in leaves.
        size: u64,
        /// The length that this size needs, in bytes after the size field.
        expected: usize,
        /// The length found.
        found: usize,
    },
}

impl Frontier {
    /// The empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of leaves, which is also the index of the next one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds one leaf on the right. Costs one hash on average, log2(size) at most.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one of the old size is a subtree that this leaf completes into one of twice its size.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                node = join(left, node);
            }
        }
        self.subtrees.push(node);
        self.size += 1;
    }

    /// The root of the tree (RFC 6962 §2.1); SHA-256 of nothing when it is empty.
    pub fn root(&self) -> Hash {
        let right_to_left = self.subtrees.iter().rev().copied();
        right_to_left.reduce(|right, left| join(left, right)).unwrap_or(tlog_tiles::EMPTY_HASH.0)
    }

    /// The size as eight big-endian bytes, then the hashes, largest subtree first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.subtrees.iter().flatten());
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote; there is one encoding of each frontier.
    ///
    /// # Errors
    /// The bytes are cut, or hold another number of hashes than their size needs.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<SIZE_BYTES>().ok_or(FrontierError::NoSize)?;
        let size = u64::from_be_bytes(*size);
        let (hashes, tail) = rest.as_chunks::<{ size_of::<Hash>() }>();
        if hashes.len() != size.count_ones() as usize || !tail.is_empty() {
            let expected = size.count_ones() as usize * size_of::<Hash>();
            return Err(FrontierError::Length { size, expected, found: rest.len() });
        }
        Ok(Self { size, subtrees: hashes.to_vec() })
    }
}
