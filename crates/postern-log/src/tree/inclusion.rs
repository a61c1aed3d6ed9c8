//! Inclusion proofs: that a leaf is in a tree (RFC 6962 §2.1.1, RFC 9162 §2.1.3).

use super::source::{HashSource, ProofError, root_of, split};
use crate::hash::{Hash, join};

/// The audit path of a leaf in the tree of the first `size` leaves, from the leaf's sibling up (RFC 6962 §2.1.1).
///
/// # Errors
/// [`ProofError::Outside`] if the tree has no such leaf, [`ProofError::Unknown`] if the source lacks a hash.
pub fn inclusion_proof(source: &impl HashSource, index: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::Outside { of: index, size });
    }
    let (mut path, mut leaves) = (Vec::new(), 0..size);
    while leaves.end - leaves.start > 1 {
        let middle = split(&leaves);
        let (within, beside) = if index < middle {
            (leaves.start..middle, middle..leaves.end)
        } else {
            (middle..leaves.end, leaves.start..middle)
        };
        path.push(root_of(source, beside)?);
        leaves = within;
    }
    path.reverse();
    Ok(path)
}

/// Whether an audit path leads from a leaf at `index` to the root of a tree of `size` leaves
/// (RFC 9162 §2.1.3.2).
pub fn is_included(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            hash = join(*beside, hash);
            // A node without a right sibling goes up as it is, as far as it has none.
            while node != 0 && node.is_multiple_of(2) {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            hash = join(hash, *beside);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && hash == root
}
