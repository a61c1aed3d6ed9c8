//! The anchor file: it goes forward only, has one writer, and says so when it is not what was written.

#![cfg(test)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use postern_core::ports::{AnchorFault, Anchors as _};
use postern_log::{Anchor, Frontier, leaf_hash};
use postern_outside::FileFault;
use postern_outside::anchor_file::{AnchorError, AnchorFile, AnchorKeeper};

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchor");
    (folder, path)
}

fn frontier(first: &str, size: u8) -> Frontier {
    let mut tree = Frontier::new();
    (0..size).for_each(|leaf| tree.append(leaf_hash(format!("{first}{leaf}").as_bytes())));
    tree
}

fn with(anchor: &Anchor, log: &str, size: u8) -> Anchor {
    let mut next = anchor.clone();
    next.advance(log, frontier("", size)).unwrap();
    next
}

/// An anchor with five events in one log, taken over once.
fn five(path: &Path) -> (AnchorFile, Anchor) {
    let (mut file, _) = AnchorFile::create(path).unwrap();
    let five = with(&file.take_over().unwrap(), "ten_a", 5);
    file.write(&five).unwrap();
    (file, five)
}

/// Another instance, on another host that shares the folder and so is not kept out by the lock.
fn elsewhere(path: &Path, anchor: &Anchor) {
    fs::write(path, anchor.to_json()).unwrap();
}

#[test]
fn what_is_written_is_there_after_the_next_start() {
    let (folder, path) = folder();
    let (file, five) = five(&path);
    assert_eq!(five.epoch, 1);
    drop(file);
    let (mut file, opened) = AnchorFile::open(&path).unwrap();
    assert_eq!(opened, five);
    let second = file.take_over().unwrap();
    assert_eq!((second.epoch, &second.logs), (2, &five.logs));
    let six = with(&with(&second, "ten_a", 6), "ten_b", 1);
    file.write(&six).unwrap();
    file.write(&six).unwrap();
    assert_eq!(AnchorFile::look(&path).unwrap(), six);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["anchor", "anchor.lock"]);
}

#[test]
fn no_log_goes_backwards() {
    let (_folder, path) = folder();
    let (mut file, five) = five(&path);
    let shorter = Anchor { logs: [("ten_a".to_owned(), frontier("", 4))].into(), ..five };
    let other = Anchor { logs: [("ten_a".to_owned(), frontier("x", 5))].into(), ..five };
    let missing = Anchor { logs: [("ten_b".to_owned(), frontier("", 9))].into(), ..five };
    for backwards in [shorter, other, missing] {
        assert!(matches!(file.write(&backwards), Err(AnchorError::Backwards(_))));
        assert_eq!(AnchorFile::look(&path).unwrap(), five);
    }
}

#[test]
fn an_instance_that_was_overtaken_writes_no_more() {
    let (_folder, path) = folder();
    let (mut file, five) = five(&path);
    elsewhere(&path, &Anchor { epoch: 2, ..five.clone() });
    let next = with(&five, "ten_a", 6);
    assert!(matches!(file.write(&next), Err(AnchorError::Overtaken { epoch: 2 })));
    assert!(matches!(file.take_over(), Err(AnchorError::Overtaken { epoch: 2 })));
    // A file put back is somebody else's act as well.
    elsewhere(&path, &Anchor { epoch: 0, ..five });
    assert!(matches!(file.write(&next), Err(AnchorError::Overtaken { epoch: 0 })));
    let ahead = Anchor { epoch: 2, ..next };
    assert!(matches!(file.write(&ahead), Err(AnchorError::OtherEpoch { held: 1, given: 2 })));
}

#[test]
fn one_process_at_a_time() {
    let (_folder, path) = folder();
    let (file, five) = five(&path);
    assert!(matches!(AnchorFile::open(&path), Err(AnchorError::InUse { .. })));
    assert!(matches!(AnchorFile::create(&path), Err(AnchorError::InUse { .. })));
    assert_eq!(AnchorFile::look(&path).unwrap(), five);
    drop(file);
    assert!(AnchorFile::open(&path).is_ok());
}

#[test]
fn the_lock_outlives_a_replaced_file() {
    let (_folder, path) = folder();
    let (mut file, five) = five(&path);
    file.write(&with(&five, "ten_a", 6)).unwrap();
    assert!(matches!(AnchorFile::open(&path), Err(AnchorError::InUse { .. })));
}

#[test]
fn an_anchor_is_never_made_anew() {
    let (folder, path) = folder();
    assert!(matches!(AnchorFile::open(&path), Err(AnchorError::Missing { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let (mut file, five) = five(&path);
    fs::remove_file(&path).unwrap();
    assert!(matches!(file.write(&with(&five, "ten_a", 6)), Err(AnchorError::Missing { .. })));
    assert!(!path.exists());
    drop(file);
    elsewhere(&path, &five);
    assert!(matches!(AnchorFile::create(&path), Err(AnchorError::File(FileFault::Exists { .. }))));
}

#[test]
fn damage_is_named() {
    let (_folder, path) = folder();
    let (mut file, five) = five(&path);
    let whole = five.to_json();
    let mut flipped = whole.clone();
    flipped[20] ^= 1;
    for bytes in [&whole[..whole.len() - 1], &flipped, b"", b"{}"] {
        fs::write(&path, bytes).unwrap();
        let refusal = file.write(&with(&five, "ten_a", 6)).err().unwrap();
        assert!(matches!(refusal, AnchorError::Damaged { .. }), "{refusal}");
        let shown = refusal.to_string();
        assert!(shown.contains(path.to_str().unwrap()) && shown.contains("put the newest copy"), "{shown}");
    }
}

#[test]
fn others_must_not_be_able_to_write_it() {
    let (folder, path) = folder();
    drop(five(&path));
    fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
    assert!(matches!(AnchorFile::open(&path), Err(AnchorError::File(FileFault::Shared { mode: 0o664, .. }))));
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    assert!(AnchorFile::open(&path).is_ok());
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(matches!(AnchorFile::open(&link), Err(AnchorError::File(FileFault::NotOrdinary { .. }))));
}

#[test]
fn what_a_crash_left_behind_is_no_obstacle() {
    let (folder, path) = folder();
    let (mut file, five) = five(&path);
    fs::write(folder.path().join("anchor.new"), b"half").unwrap();
    let six = with(&five, "ten_a", 6);
    file.write(&six).unwrap();
    assert_eq!(AnchorFile::look(&path).unwrap(), six);
}

#[test]
fn epochs_end_where_other_readers_stop_counting() {
    let (_folder, path) = folder();
    elsewhere(&path, &Anchor { epoch: (1 << 53) - 1, ..Anchor::default() });
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let (mut file, _) = AnchorFile::open(&path).unwrap();
    assert!(matches!(file.take_over(), Err(AnchorError::NoEpochLeft { .. })));
}

#[test]
fn the_keeper_goes_forward_and_stops_when_overtaken() {
    let (_folder, path) = folder();
    let (file, five) = five(&path);
    let keeper = AnchorKeeper::new(file, five.clone());
    keeper.keep(vec![("ten_b".to_owned(), frontier("", 2)), ("ten_a".to_owned(), frontier("", 7))]).unwrap();
    let kept = AnchorFile::look(&path).unwrap();
    assert_eq!((kept.size_of("ten_a"), kept.size_of("ten_b")), (7, 2));
    let shorter = vec![("ten_a".to_owned(), frontier("", 6))];
    assert!(matches!(keeper.keep(shorter), Err(AnchorFault::Backwards(_))));
    elsewhere(&path, &Anchor { epoch: 9, ..five });
    assert_eq!(keeper.keep(vec![("ten_a".to_owned(), frontier("", 8))]), Err(AnchorFault::Overtaken));
}
