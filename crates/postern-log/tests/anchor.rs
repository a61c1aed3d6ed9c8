//! The anchor: its bytes, and that a log set back, forked or shortened is found.

#![cfg(test)]

use postern_log::{
    Anchor, AnchorError, Frontier, Hash, Rollback, check_against_anchor, is_canonical, leaf_hash,
};
use proptest::prelude::*;

fn leaves(range: std::ops::Range<u64>) -> impl Iterator<Item = Hash> {
    range.map(|index| leaf_hash(&index.to_be_bytes()))
}

fn frontier(size: u64) -> Frontier {
    let mut tree = Frontier::new();
    leaves(0..size).for_each(|leaf| tree.append(leaf));
    tree
}

/// A log of the same size with another first event.
fn forked(size: u64) -> Frontier {
    let mut tree = Frontier::new();
    tree.append(leaf_hash(b"another"));
    leaves(1..size).for_each(|leaf| tree.append(leaf));
    tree
}

fn anchor() -> Anchor {
    let mut anchor = Anchor { epoch: 3, ..Anchor::default() };
    for (log, size) in [("ten_b", 5), ("ten_a", 8), ("ten_\"é", 0)] {
        anchor.advance(log, frontier(size)).unwrap();
    }
    anchor
}

#[test]
fn the_root_is_over_canonical_leaves_in_order() {
    let mut tree = Frontier::new();
    for (log, size) in [("ten_\\\"é", 0), ("ten_a", 8), ("ten_b", 5)] {
        let root = tlog_tiles::Hash(frontier(size).root());
        let leaf = format!(r#"{{"log":"{log}","root":"{root}","size":{size}}}"#);
        assert!(is_canonical(leaf.as_bytes()));
        tree.append(leaf_hash(leaf.as_bytes()));
    }
    assert_eq!(anchor().root(), tree.root());
    assert_eq!(Anchor::default().root(), Frontier::new().root());
}

#[test]
fn bytes_come_back() {
    for anchor in [anchor(), Anchor::default(), Anchor { epoch: u64::MAX, ..anchor() }] {
        assert_eq!(Anchor::from_json(&anchor.to_json()).unwrap(), anchor);
    }
    assert!(is_canonical(&anchor().to_json()));
    let empty = r#"{"epoch":0,"logs":[],"root":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}"#;
    assert_eq!(String::from_utf8(Anchor::default().to_json()).unwrap(), empty);
}

#[test]
fn a_root_that_does_not_match_is_refused() {
    let text = String::from_utf8(anchor().to_json()).unwrap();
    let wrong = tlog_tiles::Hash([1; 32]).to_string();
    let whole = text.replace(&tlog_tiles::Hash(anchor().root()).to_string(), &wrong);
    assert!(matches!(Anchor::from_json(whole.as_bytes()), Err(AnchorError::Root)));
    let one = text.replace(&tlog_tiles::Hash(frontier(5).root()).to_string(), &wrong);
    assert!(matches!(Anchor::from_json(one.as_bytes()), Err(AnchorError::Log { log }) if log == "ten_b"));
    let size = text.replace("\"size\":5", "\"size\":4");
    assert!(matches!(Anchor::from_json(size.as_bytes()), Err(AnchorError::Log { .. })));
    let renamed = text.replace("ten_b", "ten_c");
    assert!(matches!(Anchor::from_json(renamed.as_bytes()), Err(AnchorError::Root)));
}

#[test]
fn other_bytes_are_refused() {
    let text = String::from_utf8(anchor().to_json()).unwrap();
    assert!(matches!(Anchor::from_json(format!("{text}\n").as_bytes()), Err(AnchorError::NotCanonical)));
    assert!(matches!(
        Anchor::from_json(text.replace(":3,", ":3,\"x\":1,").as_bytes()),
        Err(AnchorError::Json(_))
    ));
    assert!(matches!(
        Anchor::from_json(text.replace("\"frontier\":\"", "\"frontier\":\"!").as_bytes()),
        Err(AnchorError::Base64 { .. })
    ));
    assert!(matches!(
        Anchor::from_json(text.replace("\"frontier\":\"", "\"frontier\":\"AAAA").as_bytes()),
        Err(AnchorError::Frontier(_))
    ));
    for cut in 0..text.len() {
        assert!(Anchor::from_json(text.as_bytes().get(..cut).unwrap()).is_err());
    }
}

#[test]
fn no_log_goes_backwards() {
    let mut anchor = anchor();
    let shrunk = anchor.advance("ten_a", frontier(7)).unwrap_err();
    assert_eq!(shrunk.log, "ten_a");
    assert_eq!(shrunk.rollback, Rollback::Shorter { anchored: 8, found: 7 });
    assert_eq!(anchor.advance("ten_a", forked(8)).unwrap_err().rollback, Rollback::Differs { size: 8 });
    assert_eq!(anchor.size_of("ten_a"), 8);
    anchor.advance("ten_a", frontier(8)).unwrap();
    anchor.advance("ten_a", frontier(9)).unwrap();
    anchor.advance("ten_new", frontier(1)).unwrap();
    assert_eq!((anchor.size_of("ten_a"), anchor.size_of("ten_new"), anchor.size_of("none")), (9, 1, 0));
}

#[test]
fn an_anchor_replaces_only_what_it_covers() {
    let older = anchor();
    let mut newer = anchor();
    assert!(newer.covers(&older));
    newer.advance("ten_a", frontier(20)).unwrap();
    newer.advance("ten_new", frontier(1)).unwrap();
    assert!(newer.covers(&older) && !older.covers(&newer));
    assert!(Anchor { epoch: 4, ..newer.clone() }.covers(&older));
    assert!(!Anchor { epoch: 2, ..newer.clone() }.covers(&older));
    newer.logs.remove("ten_b");
    assert!(!newer.covers(&older));
    newer.logs.insert("ten_b".to_owned(), forked(5));
    assert!(!newer.covers(&older));
}

#[test]
fn equal_and_longer_heads_are_fine() {
    for (anchored, head) in [(0, 0), (0, 9), (5, 5), (5, 6), (5, 300), (8, 64)] {
        let found = check_against_anchor(&frontier(anchored), &frontier(head), leaves(anchored..head));
        assert_eq!(found, Ok(()), "{anchored} to {head}");
    }
    // Events that are not numbered into the head yet are none of its business.
    assert_eq!(check_against_anchor(&frontier(5), &frontier(6), leaves(5..100)), Ok(()));
}

#[test]
fn a_database_set_back_is_found() {
    let found = check_against_anchor(&frontier(9), &frontier(6), leaves(6..9));
    assert_eq!(found, Err(Rollback::Shorter { anchored: 9, found: 6 }));
}

#[test]
fn a_fork_is_found_before_and_after_the_anchor() {
    let same_size = check_against_anchor(&frontier(9), &forked(9), leaves(9..9));
    assert_eq!(same_size, Err(Rollback::Differs { size: 9 }));
    let before = check_against_anchor(&frontier(9), &forked(12), leaves(9..12));
    assert_eq!(before, Err(Rollback::Differs { size: 12 }));
    let after = check_against_anchor(&frontier(9), &frontier(12), leaves(10..13));
    assert_eq!(after, Err(Rollback::Differs { size: 12 }));
    let missing = check_against_anchor(&frontier(9), &frontier(12), leaves(9..11));
    assert_eq!(missing, Err(Rollback::Differs { size: 11 }));
}

proptest! {
    #[test]
    fn any_bytes_are_judged_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        prop_assert!(Anchor::from_json(&bytes).is_err());
    }

    #[test]
    fn any_changed_byte_is_refused_or_another_epoch(at in any::<prop::sample::Index>(), with in any::<u8>()) {
        let mut bytes = anchor().to_json();
        let at = at.index(bytes.len());
        bytes[at] = with;
        if let Ok(read) = Anchor::from_json(&bytes) {
            prop_assert_eq!(Anchor { epoch: 3, ..read }, anchor());
        }
    }

    #[test]
    fn every_anchor_comes_back(epoch in 0_u64..1 << 53, logs in proptest::collection::btree_map(".{0,6}", 0_u64..40, 0..6)) {
        let logs = logs.into_iter().map(|(log, size)| (log, frontier(size))).collect();
        let anchor = Anchor { epoch, logs };
        prop_assert!(is_canonical(&anchor.to_json()));
        prop_assert_eq!(Anchor::from_json(&anchor.to_json()).unwrap(), anchor);
    }

    #[test]
    fn every_honest_extension_passes(anchored in 0_u64..200, more in 0_u64..200) {
        let head = anchored + more;
        let found = check_against_anchor(&frontier(anchored), &frontier(head), leaves(anchored..head));
        prop_assert_eq!(found, Ok(()));
    }
}
