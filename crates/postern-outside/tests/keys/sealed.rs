//! The key file sealed with a passphrase, and read as a credential of root's.

use std::fs;
use std::path::PathBuf;

use postern_core::ports::Keys as _;
use postern_outside::Place;
use postern_outside::entropy::SystemEntropy;
use postern_outside::key_file::{KeyFile, Passphrase};

use crate::plain::{Plain, add_pepper};
use crate::support::{Ground, NeverShown, passphrase};

/// A sealed key file.
pub(crate) struct Sealed {
    plain: Plain,
    passphrase: Passphrase,
}

impl Sealed {
    pub(crate) fn new() -> Self {
        let plain = Plain::new();
        let passphrase = passphrase(&plain.folder(), "correct horse battery");
        KeyFile::seal(&plain.path(), None, &passphrase, &SystemEntropy).unwrap();
        Self { plain, passphrase }
    }

    fn path(&self) -> PathBuf {
        self.plain.path()
    }
}

impl Ground for Sealed {
    type Service = KeyFile;

    fn open(&self) -> KeyFile {
        KeyFile::open_with(&Place::File(self.path()), Some(&self.passphrase)).unwrap()
    }

    fn add_pepper(&self) {
        KeyFile::unseal(&self.path(), &self.passphrase).unwrap();
        add_pepper(&self.path());
        KeyFile::seal(&self.path(), None, &self.passphrase, &SystemEntropy).unwrap();
    }
}

#[test]
fn a_passphrase_is_never_shown() {
    <Passphrase as NeverShown<_>>::is_never_shown();
}

#[test]
fn the_plain_and_the_sealed_file_have_the_same_keys() {
    let plain = Plain::new();
    let before = plain.open();
    let text = fs::read_to_string(plain.path()).unwrap();
    let passphrase = passphrase(&plain.folder(), "correct horse battery");
    KeyFile::seal(&plain.path(), None, &passphrase, &SystemEntropy).unwrap();
    let sealed = KeyFile::open_with(&Place::File(plain.path()), Some(&passphrase)).unwrap();
    assert_eq!(before.public(), sealed.public());
    KeyFile::unseal(&plain.path(), &passphrase).unwrap();
    assert_eq!(fs::read_to_string(plain.path()).unwrap(), text);
}

#[test]
fn a_credential_is_read_and_not_changed() {
    let sealed = Sealed::new();
    let open = || KeyFile::open_with(&Place::Credential(sealed.path()), Some(&sealed.passphrase)).unwrap();
    let keys = open();
    let said = keys.custody().unwrap().add_pepper(&SystemEntropy).err().unwrap().0;
    assert!(said.contains("credential"), "{said}");
    assert!(crate::support::asked(&keys) == crate::support::asked(&open()));
}

#[test]
fn a_backup_is_sealed_and_has_the_same_keys() {
    let plain = Plain::new();
    let to = plain.folder().join("backup");
    let seal = passphrase(&plain.folder(), "correct horse battery");
    let back_up = || KeyFile::back_up(&Place::File(plain.path()), None, &to, &seal, &SystemEntropy);
    back_up().unwrap();
    let restored = KeyFile::open_with(&Place::File(to.clone()), Some(&seal)).unwrap();
    assert!(crate::support::asked(&restored) == crate::support::asked(&plain.open()));
    assert_eq!(restored.public(), plain.open().public());
    assert!(KeyFile::open(&to).is_err(), "the backup opens without its passphrase");
    assert!(back_up().is_err(), "a backup was overwritten");
}
