//! Consistency proofs: that a tree begins with an earlier one (RFC 6962 §2.1.2, RFC 9162 §2.1.4).

use super::source::{HashSource, ProofError, root_of, split};
use crate::hash::{Hash, join};

/// The proof that the tree of the first `size` leaves begins with that of the first `earlier` ones
/// (RFC 6962 §2.1.2). Of a tree with itself it is empty.
///
/// # Errors
/// [`ProofError::Outside`] if the earlier tree is empty or the larger one, [`ProofError::Unknown`] if the source
/// lacks a hash.
pub fn consistency_proof(source: &impl HashSource, earlier: u64, size: u64) -> Result<Vec<Hash>, ProofError> {
    if !(1..=size).contains(&earlier) {
        return Err(ProofError::Outside { of: earlier, size });
    }
    let (mut proof, mut leaves) = (Vec::new(), 0..size);
    while leaves.end != earlier {
        let middle = split(&leaves);
        let (within, beside) = if earlier <= middle {
            (leaves.start..middle, middle..leaves.end)
        } else {
            (middle..leaves.end, leaves.start..middle)
        };
        proof.push(root_of(source, beside)?);
        leaves = within;
    }
    // Who knows the earlier root knows what is left, unless it is only a part of that tree.
    if leaves.start != 0 {
        proof.push(root_of(source, leaves)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Whether a proof leads from the root of the first `earlier` leaves to that of the first `size`
/// (RFC 9162 §2.1.4.2). Nothing is proved of an empty tree.
pub fn is_consistent(earlier: (u64, Hash), later: (u64, Hash), proof: &[Hash]) -> bool {
    let ((size, root), (later_size, later_root)) = (earlier, later);
    if size == 0 || size >= later_size {
        return size != 0 && earlier == later && proof.is_empty();
    }
    // A complete earlier tree is a node of the later one, and the proof leaves it out.
    let given = size.is_power_of_two().then_some(root);
    let mut hashes = given.into_iter().chain(proof.iter().copied());
    let Some(first) = hashes.next() else { return false };
    let complete = (size - 1).trailing_ones();
    let (mut node, mut last) = ((size - 1) >> complete, (later_size - 1) >> complete);
    let (mut old, mut new) = (first, first);
    for beside in hashes {
        if last == 0 {
            return false;
        }
        if node % 2 == 1 || node == last {
            (old, new) = (join(beside, old), join(beside, new));
            while node != 0 && node.is_multiple_of(2) {
                (node, last) = (node / 2, last / 2);
            }
        } else {
            new = join(new, beside);
        }
        (node, last) = (node / 2, last / 2);
    }
    last == 0 && old == root && new == later_root
}
