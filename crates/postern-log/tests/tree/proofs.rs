//! Inclusion and consistency: made alike by everybody, and nothing else is accepted.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use postern_log::{
    Hash, HashSource, ProofError, consistency_proof, inclusion_proof, is_consistent, is_included, root_at,
};
use proptest::prelude::*;
use sha2::Sha256;

use super::{Naive, event, leaves};

fn theirs(proof: &[Hash]) -> Vec<tlog_tiles::Hash> {
    proof.iter().map(|hash| tlog_tiles::Hash(*hash)).collect()
}

#[test]
fn every_small_proof_is_the_one_of_the_definition_and_verifies() {
    for size in 1..=40_u64 {
        let tree = Naive(leaves(size));
        let (all, root) = (tree.0.clone(), Naive::root(&tree.0));
        assert_eq!(root_at(&tree, size), Ok(root));
        for at in 0..size {
            let index = usize::try_from(at).unwrap();
            let path = inclusion_proof(&tree, at, size).unwrap();
            assert_eq!(path, Naive::path(index, &all), "{at} of {size}");
            assert!(is_included(all[index], at, size, &path, root));
            tlog_tiles::check_record(
                &theirs(&path),
                size,
                tlog_tiles::Hash(root),
                at,
                tlog_tiles::Hash(all[index]),
            )
            .unwrap();
            let earlier = at + 1;
            let before = Naive::root(&all[..=index]);
            let proof = consistency_proof(&tree, earlier, size).unwrap();
            assert_eq!(proof, Naive::subproof(index + 1, &all, true), "{earlier} of {size}");
            assert!(is_consistent((earlier, before), (size, root), &proof));
            tlog_tiles::check_tree(
                &theirs(&proof),
                size,
                tlog_tiles::Hash(root),
                earlier,
                tlog_tiles::Hash(before),
            )
            .unwrap();
        }
    }
}

#[test]
fn ct_merkle_makes_the_same_proofs() {
    for size in [1, 2, 3, 255, 256, 257, 300, 511, 1000] {
        let tree = Naive(leaves(size));
        let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        (0..size).for_each(|index| other.push(event(index)));
        for index in [0, 1, size / 2, size.saturating_sub(2), size - 1] {
            let index = index.min(size - 1);
            let path = inclusion_proof(&tree, index, size).unwrap();
            let index = usize::try_from(index).unwrap();
            assert_eq!(path.concat(), other.prove_inclusion(index).as_bytes(), "{index} of {size}");
        }
        for earlier in [1, size / 2, size - 1].into_iter().filter(|earlier| (1..size).contains(earlier)) {
            let proof = consistency_proof(&tree, earlier, size).unwrap();
            let added = usize::try_from(size - earlier).unwrap();
            assert_eq!(proof.concat(), other.prove_consistency(added).as_bytes(), "{earlier} of {size}");
        }
    }
}

#[test]
fn what_is_not_there_is_not_proved() {
    let tree = Naive(leaves(5));
    assert_eq!(inclusion_proof(&tree, 5, 5), Err(ProofError::Outside { of: 5, size: 5 }));
    assert_eq!(inclusion_proof(&tree, 0, 0), Err(ProofError::Outside { of: 0, size: 0 }));
    assert_eq!(inclusion_proof(&tree, 0, 6), Err(ProofError::Unknown { level: 0, index: 5 }));
    assert_eq!(consistency_proof(&tree, 0, 5), Err(ProofError::Outside { of: 0, size: 5 }));
    assert_eq!(consistency_proof(&tree, 6, 5), Err(ProofError::Outside { of: 6, size: 5 }));
    let huge = inclusion_proof(&tree, 0, u64::MAX);
    assert!(matches!(huge, Err(ProofError::Unknown { .. })), "{huge:?}");
}

#[test]
fn empty_trees_prove_nothing_and_a_tree_continues_itself() {
    let (one, other) = ([1; 32], [2; 32]);
    assert!(!is_consistent((0, one), (3, other), &[]));
    assert!(!is_consistent((0, one), (0, one), &[]));
    assert!(is_consistent((3, one), (3, one), &[]));
    assert!(!is_consistent((3, one), (3, other), &[]));
    assert!(!is_consistent((3, one), (3, one), &[one]));
    assert!(!is_consistent((4, one), (3, other), &[]));
    assert!(!is_included(one, 0, 0, &[], one));
    assert!(is_included(one, 0, 1, &[], one));
}

/// A tree of any size, all of whose leaves are alike: a hash follows from its height.
struct Alike;

impl Alike {
    const LEAF: Hash = [5; 32];
}

impl HashSource for Alike {
    fn hash(&self, level: u8, _: u64) -> Option<Hash> {
        let join = |hash, _| tlog_tiles::node_hash(hash, hash);
        Some((0..u32::from(level) * 8).fold(tlog_tiles::Hash(Self::LEAF), join).0)
    }
}

proptest! {
    #[test]
    fn nothing_else_is_included(size in 1_u64..600, at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let tree = Naive(leaves(size));
        let root = Naive::root(&tree.0);
        let index = at.index(tree.0.len()) as u64;
        let leaf = tree.0[at.index(tree.0.len())];
        let path = inclusion_proof(&tree, index, size).unwrap();
        prop_assert!(is_included(leaf, index, size, &path, root));
        let flipped = |mut hash: Hash| { hash[bit / 8] ^= 1 << (bit % 8); hash };
        prop_assert!(!is_included(flipped(leaf), index, size, &path, root));
        prop_assert!(!is_included(leaf, index, size, &path, flipped(root)));
        for place in 0..path.len() {
            let mut other = path.clone();
            other[place] = flipped(other[place]);
            prop_assert!(!is_included(leaf, index, size, &other, root));
            other.remove(place);
            prop_assert!(!is_included(leaf, index, size, &other, root));
        }
        prop_assert!(!is_included(leaf, index, size, &[path.clone(), vec![root]].concat(), root));
        for other in (0..size).filter(|other| *other != index) {
            prop_assert!(!is_included(leaf, other, size, &path, root));
        }
    }

    #[test]
    fn nothing_else_is_consistent(size in 2_u64..300, at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let tree = Naive(leaves(size));
        let earlier = at.index(tree.0.len() - 1) + 1;
        let (before, root) = (Naive::root(&tree.0[..earlier]), Naive::root(&tree.0));
        let earlier = earlier as u64;
        let proof = consistency_proof(&tree, earlier, size).unwrap();
        prop_assert!(is_consistent((earlier, before), (size, root), &proof));
        let flipped = |mut hash: Hash| { hash[bit / 8] ^= 1 << (bit % 8); hash };
        prop_assert!(!is_consistent((earlier, flipped(before)), (size, root), &proof));
        prop_assert!(!is_consistent((earlier, before), (size, flipped(root)), &proof));
        for place in 0..proof.len() {
            let mut other = proof.clone();
            other[place] = flipped(other[place]);
            prop_assert!(!is_consistent((earlier, before), (size, root), &other));
        }
    }

    #[test]
    fn logs_of_any_size_have_proofs_that_verify(size in 1_u64.., at in any::<u64>()) {
        let (index, earlier) = (at % size, at % size + 1);
        let root = root_at(&Alike, size).unwrap();
        let path = inclusion_proof(&Alike, index, size).unwrap();
        prop_assert!(is_included(Alike::LEAF, index, size, &path, root));
        let before = root_at(&Alike, earlier).unwrap();
        let proof = consistency_proof(&Alike, earlier, size).unwrap();
        prop_assert!(is_consistent((earlier, before), (size, root), &proof));
    }

    #[test]
    fn any_proof_is_judged_without_panic(
        sizes in any::<[u64; 3]>(), root in any::<[u8; 32]>(), proof in prop::collection::vec(any::<[u8; 32]>(), 0..70)
    ) {
        let [index, earlier, size] = sizes;
        prop_assert!(!is_included(root, index, size, &proof, root) || size == 1);
        prop_assert!(!is_consistent((earlier, root), (size, root), &proof) || earlier == size);
    }
}
