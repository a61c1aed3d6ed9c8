//! The key file, as it lies there without being asked for anything else.

use std::fs;
use std::path::{Path, PathBuf};

use postern_core::encoding::base64url;
use postern_core::local_keys::LocalKeys;
use postern_core::ports::SubjectKeys;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::KeyFile;
use sha2::{Digest as _, Sha256};

use crate::support::{Ground, NeverShown};

/// A key file in a folder of its own.
pub(crate) struct Plain(tempfile::TempDir);

impl Plain {
    pub(crate) fn new() -> Self {
        let new = Self(tempfile::tempdir().unwrap());
        KeyFile::create(&new.path(), &SystemEntropy).unwrap();
        new
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("keys")
    }

    /// Takes a line out, as a file of an earlier release lacks it, with a sum that fits.
    pub(crate) fn forget(&self, label: &str) {
        let text = fs::read_to_string(self.path()).unwrap();
        let stays = |line: &&str| !line.starts_with(&format!("{label} ")) && !line.starts_with("sum ");
        let lines: String = text.lines().filter(stays).map(|line| format!("{line}\n")).collect();
        fs::write(self.path(), format!("{lines}sum {}\n", base64url(&Sha256::digest(&lines)))).unwrap();
    }
}

impl Ground for Plain {
    type Service = KeyFile;

    fn open(&self) -> KeyFile {
        KeyFile::open(&self.path()).unwrap()
    }

    fn add_pepper(&self) {
        add_pepper(&self.path());
    }
}

/// Writes a second pepper into a key file, with a sum that fits.
pub(crate) fn add_pepper(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    let (lines, _) = text.split_at(text.rfind("sum ").unwrap());
    let pepper = format!("pepper 2 {}\nreceipts", base64url(&[7; 32]));
    let lines = lines.replace("receipts", &pepper);
    fs::write(path, format!("{lines}sum {}\n", base64url(&Sha256::digest(&lines)))).unwrap();
}

#[test]
fn what_holds_keys_is_never_shown() {
    <KeyFile as NeverShown<_>>::is_never_shown();
    <SubjectKeys as NeverShown<_>>::is_never_shown();
    <LocalKeys as NeverShown<_>>::is_never_shown();
}
