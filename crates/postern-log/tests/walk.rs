//! The offline walk: what it accepts, and each thing it stops at.

#![cfg(test)]

use postern_log::{Checkpoint, Frontier, Walk, WalkError, leaf_hash};

fn event(index: u64) -> Vec<u8> {
    format!(r#"{{"n":{index}}}"#).into_bytes()
}

fn checkpoint(size: u64) -> Checkpoint {
    let mut tree = Frontier::new();
    (0..size).for_each(|index| tree.append(leaf_hash(&event(index))));
    Checkpoint { origin: "codes.example/log".to_owned(), size, root: tree.root() }
}

fn walked(events: std::ops::Range<u64>, mut walk: Walk) -> Walk {
    for index in events {
        walk.step(index, &event(index)).unwrap();
    }
    walk
}

#[test]
fn a_whole_log_ends_at_its_checkpoint() {
    for size in [0, 1, 2, 3, 100] {
        let tree = walked(0..size, Walk::new([])).finish(&checkpoint(size)).unwrap();
        assert_eq!((tree.size(), tree.root()), (size, checkpoint(size).root));
    }
}

#[test]
fn earlier_checkpoints_are_compared_on_the_way() {
    let walk = walked(0..50, Walk::new([0, 7, 32, 99]));
    for size in [0, 7, 32, 50] {
        assert_eq!(walk.check(&checkpoint(size)), Ok(()));
    }
    for size in [8, 99] {
        assert_eq!(walk.check(&checkpoint(size)), Err(WalkError::Size { expected: size, found: 50 }));
    }
    let forged = Checkpoint { root: [0; 32], ..checkpoint(7) };
    assert_eq!(walk.check(&forged), Err(WalkError::Root { size: 7 }));
    assert_eq!(walk.finish(&checkpoint(7)), Err(WalkError::Size { expected: 7, found: 50 }));
}

#[test]
fn a_walk_goes_on_from_a_trusted_frontier() {
    let first = walked(0..13, Walk::new([]));
    let walk = walked(13..40, Walk::after(first.frontier().clone(), [13, 20]));
    assert_eq!(walk.root_at(13), Some(checkpoint(13).root));
    assert_eq!(walk.root_at(20), Some(checkpoint(20).root));
    assert_eq!(walk.root_at(12), None);
    assert!(walk.finish(&checkpoint(40)).is_ok());
}

#[test]
fn gaps_repetitions_and_disorder_are_found() {
    let mut walk = walked(0..3, Walk::new([]));
    for found in [0, 2, 4, u64::MAX] {
        assert_eq!(walk.step(found, &event(found)), Err(WalkError::Gap { expected: 3, found }));
    }
    assert!(walked(3..4, walk).finish(&checkpoint(4)).is_ok(), "a refused event leaves no trace");
}

#[test]
fn bytes_that_are_not_canonical_are_found() {
    let mut walk = Walk::new([]);
    for bytes in [b"{ }".as_slice(), b"", b"{\"b\":1,\"a\":1}", b"{\"a\":0.5}", b"\xff"] {
        assert_eq!(walk.step(0, bytes), Err(WalkError::NotCanonical { index: 0 }));
    }
}

#[test]
fn a_changed_removed_or_added_event_is_found() {
    let mut changed = walked(0..5, Walk::new([]));
    changed.step(5, br#"{"n":6}"#).unwrap();
    let changed = walked(6..9, changed);
    assert_eq!(changed.finish(&checkpoint(9)), Err(WalkError::Root { size: 9 }));
    let short = walked(0..8, Walk::new([]));
    assert_eq!(short.finish(&checkpoint(9)), Err(WalkError::Size { expected: 9, found: 8 }));
    let long = walked(0..10, Walk::new([]));
    assert_eq!(long.finish(&checkpoint(9)), Err(WalkError::Size { expected: 9, found: 10 }));
}
