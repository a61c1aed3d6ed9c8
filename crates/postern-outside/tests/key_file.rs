//! The key file: what is made opens again, and everything that should not be used is refused with a way on.

#![cfg(test)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, VerifyingKey};
use postern_core::ids::{SubjectId, TenantId};
use postern_core::ports::{Entropy, EntropyFault, Keys as _, SigningKey};
use postern_outside::FileFault;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{ContentFault, KeyFile, KeyFileError};

const TENANT: TenantId = TenantId::new([1; 16]);
const SUBJECT: SubjectId = SubjectId::new([2; 16]);

struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, _: &mut [u8]) -> Result<(), EntropyFault> {
        Err(EntropyFault)
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    (folder, path)
}

fn made() -> (tempfile::TempDir, PathBuf) {
    let (folder, path) = folder();
    KeyFile::create(&path, &SystemEntropy).unwrap();
    (folder, path)
}

fn refusal(path: &Path) -> KeyFileError {
    KeyFile::open(path).err().unwrap()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_made_opens_again_with_the_same_keys() {
    let (_folder, path) = folder();
    let made = KeyFile::create(&path, &SystemEntropy).unwrap();
    let opened = KeyFile::open(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(made.public(), opened.public());
    assert_eq!(made.local().nobody(TENANT, "a"), opened.local().nobody(TENANT, "a"));
    let key = |keys: &KeyFile| keys.subject_keys(TENANT, SUBJECT, b"epoch").unwrap();
    assert_eq!(key(&made).version(1), key(&opened).version(1));
    assert_eq!(key(&made).live.len(), 1);
}

#[test]
fn the_file_is_what_its_description_says() {
    let (_folder, path) = made();
    let text = fs::read_to_string(&path).unwrap();
    let labels: Vec<_> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    let expected = [
        "postern-key-file",
        "application-keys",
        "devices",
        "events",
        "external-ids",
        "idempotency",
        "log",
        "pepper",
        "receipts",
        "rows",
        "security",
        "sources",
        "subjects",
        "sum",
    ];
    assert_eq!(labels, expected);
}

#[test]
fn signatures_are_good_under_the_key_that_is_published() {
    let keys = KeyFile::generate(&SystemEntropy).unwrap();
    for (which, public) in
        [(SigningKey::Log, keys.public().log), (SigningKey::Receipts, keys.public().receipts)]
    {
        let signature = Signature::from_bytes(&keys.sign(which, b"message").unwrap());
        let public = VerifyingKey::from_bytes(&public).unwrap();
        assert!(public.verify_strict(b"message", &signature).is_ok());
        assert!(public.verify_strict(b"another", &signature).is_err());
    }
    assert_ne!(keys.public().log, keys.public().receipts);
}

#[test]
fn a_file_that_is_there_is_never_overwritten() {
    let (_folder, path) = made();
    let before = fs::read(&path).unwrap();
    let refusal = KeyFile::create(&path, &SystemEntropy).err().unwrap();
    assert!(matches!(refusal, KeyFileError::File(FileFault::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
    let (folder, path) = folder();
    symlink(folder.path().join("elsewhere"), &path).unwrap();
    assert!(KeyFile::create(&path, &SystemEntropy).is_err());
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn without_entropy_there_is_no_file() {
    let (_folder, path) = folder();
    let refusal = KeyFile::create(&path, &NoEntropy).err().unwrap();
    assert!(matches!(refusal, KeyFileError::Entropy(_)));
    assert!(!path.exists());
}

#[test]
fn others_must_not_be_able_to_use_it() {
    let (_folder, path) = made();
    for bits in [0o640, 0o644, 0o604, 0o620, 0o601, 0o777] {
        mode(&path, bits);
        let refusal = refusal(&path).to_string();
        assert!(refusal.contains(&format!("chmod 600 {}", path.display())), "{refusal}");
        assert!(refusal.contains(&format!("{bits:04o}")), "{refusal}");
    }
    for bits in [0o600, 0o400] {
        mode(&path, bits);
        assert!(KeyFile::open(&path).is_ok());
    }
}

#[test]
fn only_an_ordinary_file_is_opened() {
    let (folder, path) = made();
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0)
        .unwrap();
    for path in [&link, &pipe, folder.path()] {
        assert!(matches!(refusal(path), KeyFileError::File(FileFault::NotOrdinary { .. })), "{path:?}");
    }
    let missing = folder.path().join("missing");
    assert!(matches!(refusal(&missing), KeyFileError::File(FileFault::Missing { .. })));
}

#[test]
fn a_file_of_another_user_is_not_opened() {
    let (_folder, path) = made();
    let path = if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&path, Some(1), None).unwrap();
        path
    } else {
        PathBuf::from("/etc/passwd")
    };
    assert!(matches!(refusal(&path), KeyFileError::File(FileFault::Foreign { .. })));
}

#[test]
fn a_long_file_is_not_read() {
    let (_folder, path) = made();
    fs::write(&path, vec![b'a'; 64 * 1024 + 1]).unwrap();
    assert!(matches!(refusal(&path), KeyFileError::File(FileFault::TooLong { .. })));
    fs::write(&path, vec![b'a'; 64 * 1024]).unwrap();
    assert!(matches!(refusal(&path), KeyFileError::Content { fault: ContentFault::NotOne, .. }));
}

#[test]
fn damage_is_named_and_no_key_is_shown() {
    let (_folder, path) = made();
    let whole = fs::read_to_string(&path).unwrap();
    let keys: Vec<_> = whole.lines().map(|line| line.rsplit(' ').next().unwrap()).skip(1).collect();
    let (cut, _) = whole.split_at(whole.len() / 2);
    for text in [cut, &whole.replace("pepper 1", "pepper 2"), &whole.replace('\n', "\r\n"), ""] {
        fs::write(&path, text).unwrap();
        let refusal = refusal(&path);
        let shown = format!("{refusal} {refusal:?}");
        assert!(
            shown.contains("restore it from its backup") || shown.contains("restore the file"),
            "{shown}"
        );
        assert!(!keys.iter().any(|key| shown.contains(key)), "{shown}");
    }
    fs::write(&path, cut).unwrap();
    assert!(matches!(refusal(&path), KeyFileError::Content { fault: ContentFault::Damaged, .. }));
}
