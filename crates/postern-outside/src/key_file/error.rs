//! Why a key file was not used, and what to do about it. Never with a byte of a key.

use std::path::PathBuf;

use postern_core::ports::EntropyFault;

use crate::FileFault;

/// A key file was not made or not opened.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file itself.
    #[error(transparent)]
    File(#[from] FileFault),
    /// What is in it.
    #[error("{path} {fault}")]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it: completes "the file …".
        fault: ContentFault,
    },
    /// A passphrase that could be guessed.
    #[error(
        "the first line of {path} is the passphrase, and has fewer than {least} characters: take a longer one"
    )]
    ShortPassphrase {
        /// The file.
        path: PathBuf,
        /// The fewest bytes that a passphrase has.
        least: usize,
    },
    /// No keys could be made.
    #[error("{0}: try again once the system has started up")]
    Entropy(#[from] EntropyFault),
}

/// What is wrong with the content of a key file. Lines are named by number only: a damaged one may begin with
/// the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ContentFault {
    /// It does not begin as one.
    #[error(
        "does not begin as a key file of this release: check the path, or restore the file from its backup"
    )]
    NotOne,
    /// Its sum does not fit.
    #[error("is damaged, its sum does not fit what is in it: restore it from its backup")]
    Damaged,
    /// A line does not have the form `label version key`.
    #[error("has a line {line} that is no label, version and key: restore it from its backup")]
    Line {
        /// Its number, from 1.
        line: usize,
    },
    /// A line's label is not known.
    #[error(
        "has an unknown label in line {line}: use the release that wrote it, or restore it from its backup"
    )]
    Unknown {
        /// Its number, from 1.
        line: usize,
    },
    /// The lines are not sorted by label and version.
    #[error("has a line {line} out of order: restore it from its backup")]
    Order {
        /// Its number, from 1.
        line: usize,
    },
    /// A key is there twice.
    #[error("has the key {label:?} more than once: restore it from its backup")]
    Duplicate {
        /// Its label.
        label: &'static str,
    },
    /// More live peppers than there may be.
    #[error(
        "has two versions of the pepper, and has no room for a third: `postern key retire` the older one first"
    )]
    Peppers,
    /// A version of the pepper that cannot be taken away.
    #[error("has no newer version of the pepper than this one: make a new one first")]
    NotOlder,
    /// A key is not there.
    #[error("has no key {label:?}: restore it from its backup, or use the release that wrote it")]
    Missing {
        /// Its label.
        label: &'static str,
    },
    /// It is sealed, and there is no passphrase.
    #[error("is sealed with a passphrase: name the file that has it in keys.passphrase_file")]
    Sealed,
    /// It is whole, and what opened it once does not any more.
    #[error(
        "did not open: it was sealed with another passphrase, or somebody changed it. Try the passphrase of its time, or restore it from its backup"
    )]
    NotOpened,
    /// Its parameters ask for more memory or time than it is given.
    #[error(
        "asks for more memory or time than this release gives to a passphrase: restore it from its backup"
    )]
    Stretch,
    /// The keys that it lacks are in a token.
    #[error("has only the keys that are in no token: name the token in keys.pkcs11")]
    Token,
    /// No token sealed it.
    #[error("was sealed by no token: take keys.pkcs11 out, or name the file that belongs to the token")]
    NotOfToken,
    /// The keys that it lacks are in a transit engine.
    #[error("has only the keys that are in no transit engine: name the engine in keys.transit")]
    Transit,
    /// No transit engine sealed it.
    #[error(
        "was sealed by no transit engine: take keys.transit out, or name the file that belongs to the engine"
    )]
    NotOfTransit,
    /// Somebody else seals or opens it.
    #[error("is being changed by another command: wait for that")]
    Busy,
    /// The signature library did not take a seed.
    #[error("has a key {label:?} that cannot sign: restore it from its backup")]
    Rejected {
        /// Its label.
        label: &'static str,
    },
}
