//! The sealed key file: a wrong passphrase and damage are told apart, nothing secret is in it, nothing is half done.

#![cfg(test)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{ContentFault, KeyFile, KeyFileError, Kind, Passphrase};
use postern_outside::{FileFault, Place};

fn file(folder: &tempfile::TempDir, name: &str, text: &str) -> Place {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    Place::File(path)
}

fn passphrase(text: &str) -> Passphrase {
    let folder = tempfile::tempdir().unwrap();
    Passphrase::read(&file(&folder, "passphrase", text)).unwrap()
}

fn made() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    KeyFile::create_with(&path, Some(&passphrase("correct horse battery")), &SystemEntropy).unwrap();
    (folder, path)
}

fn refusal(path: &Path, passphrase: Option<&Passphrase>) -> ContentFault {
    match KeyFile::open_with(&Place::File(path.to_owned()), passphrase).err().unwrap() {
        KeyFileError::Content { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

#[test]
fn only_its_passphrase_opens_it() {
    let (_folder, path) = made();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(KeyFile::kind(&Place::File(path.clone())).unwrap(), Kind::Sealed);
    assert_eq!(refusal(&path, None), ContentFault::Sealed);
    assert_eq!(refusal(&path, Some(&passphrase("correct horse batterx"))), ContentFault::NotOpened);
    let right = passphrase("correct horse battery\r\nmore");
    assert!(KeyFile::open_with(&Place::File(path), Some(&right)).is_ok());
}

#[test]
fn damage_and_another_passphrase_are_told_apart() {
    let (_folder, path) = made();
    let right = passphrase("correct horse battery");
    let whole = fs::read_to_string(&path).unwrap();
    let (cut, _) = whole.split_at(whole.len() / 2);
    for text in [cut, &whole.replace("argon2id 65536", "argon2id 65537"), &whole.replace('\n', "\r\n")] {
        fs::write(&path, text).unwrap();
        let fault = refusal(&path, Some(&right));
        assert!([ContentFault::Damaged, ContentFault::NotOne].contains(&fault), "{fault}");
    }
    // Somebody who mends the sum as well is told nothing but that it does not open.
    let changed = summed(&whole.replace("argon2id 65536 3", "argon2id 65536 2"));
    fs::write(&path, changed).unwrap();
    assert_eq!(refusal(&path, Some(&right)), ContentFault::NotOpened);
}

#[test]
fn a_file_does_not_decide_how_much_work_it_is() {
    let (_folder, path) = made();
    let whole = fs::read_to_string(&path).unwrap();
    for much in ["argon2id 4294967295 3 4", "argon2id 65536 4294967295 4", "argon2id 65536 3 255"] {
        fs::write(&path, summed(&whole.replace("argon2id 65536 3 4", much))).unwrap();
        assert_eq!(refusal(&path, Some(&passphrase("correct horse battery"))), ContentFault::Stretch);
    }
}

#[test]
fn no_key_is_in_the_file_and_none_in_what_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    KeyFile::create(&path, &SystemEntropy).unwrap();
    let plain = fs::read_to_string(&path).unwrap();
    let keys: Vec<_> = plain.lines().skip(1).map(|line| line.rsplit(' ').next().unwrap()).collect();
    KeyFile::seal(&path, None, &passphrase("correct horse battery"), &SystemEntropy).unwrap();
    let sealed = fs::read_to_string(&path).unwrap();
    let said = refusal(&path, Some(&passphrase("another passphrase")));
    for text in [sealed, format!("{said} {said:?}")] {
        assert!(!keys.iter().any(|key| text.contains(key)) && !text.contains("horse"));
    }
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| ["keys", "keys.lock"].contains(&name.to_str().unwrap())), "{left:?}");
}

#[test]
fn the_passphrase_is_changed_and_a_wrong_old_one_changes_nothing() {
    let (_folder, path) = made();
    let (old, new) = (passphrase("correct horse battery"), passphrase("another long one"));
    let before = fs::read(&path).unwrap();
    assert!(KeyFile::seal(&path, Some(&new), &new, &SystemEntropy).is_err());
    assert!(KeyFile::seal(&path, None, &new, &SystemEntropy).is_err());
    assert_eq!(fs::read(&path).unwrap(), before);
    KeyFile::seal(&path, Some(&old), &new, &SystemEntropy).unwrap();
    assert_eq!(refusal(&path, Some(&old)), ContentFault::NotOpened);
    assert!(KeyFile::open_with(&Place::File(path), Some(&new)).is_ok());
}

#[test]
fn a_passphrase_is_long_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    for short in ["", "\n", "elevenchars\n"] {
        let refused = Passphrase::read(&file(&folder, "passphrase", short)).err().unwrap();
        assert!(matches!(refused, KeyFileError::ShortPassphrase { .. }), "{refused}");
        assert!(short.trim().is_empty() || !refused.to_string().contains(short.trim()));
    }
    let place = file(&folder, "passphrase", "correct horse battery");
    for mode in [0o640, 0o644, 0o620] {
        fs::set_permissions(place.path(), Permissions::from_mode(mode)).unwrap();
        let refused = Passphrase::read(&place).err().unwrap();
        assert!(matches!(refused, KeyFileError::File(FileFault::Shared { .. })), "{refused}");
    }
    // What an access list on a credential looks like: the group's permission is its mask.
    let credential = Place::Credential(place.path().to_owned());
    for (mode, read) in [(0o440, true), (0o400, true), (0o460, false), (0o444, false)] {
        fs::set_permissions(place.path(), Permissions::from_mode(mode)).unwrap();
        assert_eq!(Passphrase::read(&credential).is_ok(), read, "{mode:o}");
    }
}

/// The text with a sum that fits.
fn summed(text: &str) -> String {
    use sha2::Digest as _;
    let (lines, _) = text.split_at(text.rfind("sum ").unwrap());
    format!("{lines}sum {}\n", postern_core::encoding::base64url(&sha2::Sha256::digest(lines)))
}
