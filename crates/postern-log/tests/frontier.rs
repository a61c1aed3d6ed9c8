//! The right edge of the tree against RFC 6962's published roots and two other implementations.

#![cfg(test)]

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use postern_log::{Frontier, FrontierError, Hash, leaf_hash};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tlog_tiles::{HashReader, stored_hash_index, stored_hashes, tree_hash};

/// The roots that the Certificate Transparency implementations publish for their eight test leaves.
const PUBLISHED: [(&[u8], &str); 8] = [
    (b"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    (b"\x00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (b"\x10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    (b"\x20\x21", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (b"\x30\x31", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    (b"\x40\x41\x42\x43", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    (b"\x50\x51\x52\x53\x54\x55\x56\x57", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    (
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ),
];

fn hex(hash: Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn frontier(size: u64) -> Frontier {
    let mut tree = Frontier::new();
    for index in 0..size {
        tree.append(leaf_hash(&index.to_le_bytes()));
    }
    tree
}

#[test]
fn the_published_roots_come_out() {
    let mut tree = Frontier::new();
    assert_eq!(hex(tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (leaf, root) in PUBLISHED {
        tree.append(leaf_hash(leaf));
        assert_eq!(hex(tree.root()), root, "after {} leaves", tree.size());
    }
}

#[test]
fn the_leaf_hash_is_prefixed_with_zero() {
    assert_eq!(leaf_hash(b"{}"), *Sha256::digest(b"\x00{}"));
}

#[test]
fn ct_merkle_agrees_on_every_root() {
    let mut theirs = MemoryBackedTree::<Sha256, [u8; 8]>::new();
    let mut ours = Frontier::new();
    for index in 0_u64..=5000 {
        let near_a_power = (index + 2).next_power_of_two() - index <= 3;
        if index <= 300 || index % 97 == 0 || near_a_power {
            assert_eq!(ours.root().as_slice(), theirs.root().as_bytes().as_slice(), "at size {index}");
        }
        theirs.push(index.to_le_bytes());
        ours.append(leaf_hash(&index.to_le_bytes()));
    }
}

/// Everything that tlog_tiles would store.
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let read = |index: &u64| self.0.get(usize::try_from(*index).ok()?).copied();
        Ok(indexes.iter().filter_map(read).collect())
    }
}

#[test]
fn tlog_tiles_agrees_on_every_root() {
    let mut stored = Stored(Vec::new());
    let mut ours = Frontier::new();
    for index in 0_u64..=600 {
        assert_eq!(ours.root(), tree_hash(index, &stored).unwrap().0, "at size {index}");
        assert_eq!(stored_hash_index(0, index), stored.0.len() as u64);
        let new = stored_hashes(index, &index.to_le_bytes(), &stored).unwrap();
        stored.0.extend(new);
        ours.append(leaf_hash(&index.to_le_bytes()));
    }
}

#[test]
fn bytes_come_back_and_can_be_appended_to() {
    for size in 0..=130 {
        let mut tree = frontier(size);
        let mut read = Frontier::from_bytes(&tree.to_bytes()).unwrap();
        assert_eq!(read, tree);
        tree.append([7; 32]);
        read.append([7; 32]);
        assert_eq!(read.root(), tree.root());
    }
}

#[test]
fn cut_and_lengthened_bytes_are_refused() {
    let bytes = frontier(5).to_bytes();
    assert_eq!(bytes.len(), 8 + 2 * 32);
    assert_eq!(Frontier::from_bytes(&bytes[..7]), Err(FrontierError::NoSize));
    for cut in 8..bytes.len() {
        let length = FrontierError::Length { size: 5, expected: 64, found: cut - 8 };
        assert_eq!(Frontier::from_bytes(&bytes[..cut]), Err(length));
    }
    for more in [1, 31, 32] {
        assert!(Frontier::from_bytes(&[bytes.clone(), vec![0; more]].concat()).is_err());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_exactly_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(read) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }

    #[test]
    fn any_size_with_its_number_of_hashes_is_a_frontier(size in any::<u64>(), fill in any::<u8>()) {
        let hashes = vec![fill; size.count_ones() as usize * 32];
        let bytes = [size.to_be_bytes().to_vec(), hashes].concat();
        prop_assert_eq!(Frontier::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    }

    #[test]
    fn any_changed_leaf_changes_the_root(size in 1_u64..200, changed in any::<prop::sample::Index>()) {
        let changed = changed.index(usize::try_from(size).unwrap()) as u64;
        let mut other = Frontier::new();
        for index in 0..size {
            other.append(leaf_hash(if index == changed { b"another" } else { b"same" }));
        }
        let mut tree = Frontier::new();
        (0..size).for_each(|_| tree.append(leaf_hash(b"same")));
        prop_assert_ne!(tree.root(), other.root());
    }
}
