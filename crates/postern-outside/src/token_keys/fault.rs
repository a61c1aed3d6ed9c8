//! Why a token was not used, and what to do about it. Never with a PIN.

use std::path::PathBuf;

use cryptoki::error::Error;
use postern_core::ports::{EntropyFault, KeysUnavailable};

use crate::key_file::KeyFileError;

/// A token was not used.
#[derive(Debug, thiserror::Error)]
pub enum TokenFault {
    /// The module.
    #[error("the PKCS#11 module {path} was not loaded: {source}; check keys.pkcs11.module")]
    Module {
        /// Where it should be.
        path: PathBuf,
        /// What the loader or the module said.
        source: Error,
    },
    /// It is not there.
    #[error("there is no token {0:?}: plug it in, start what connects to it, or mend keys.pkcs11.token")]
    Away(String),
    /// Two tokens have this label.
    #[error("there are two tokens {0:?}: give them labels of their own")]
    Ambiguous(String),
    /// No PIN.
    #[error("the first line of {path} is no PIN")]
    NoPin {
        /// The file.
        path: PathBuf,
    },
    /// It did not take the PIN.
    #[error(
        "the token did not take the PIN. A token locks itself after a few wrong ones, so it was not tried again: mend the PIN's file, then start anew"
    )]
    WrongPin,
    /// A key is not there.
    #[error("the token has no key {0:?}: is this the installation's token?")]
    Missing(String),
    /// More of a key than there may be.
    #[error("the token has the key {0:?} more often than it may")]
    TooMany(String),
    /// Keys are there where new ones should be made.
    #[error(
        "the token has the key {0:?} already. A token has the keys of one installation: take an empty one"
    )]
    NotEmpty(String),
    /// It has other keys than it had at the start.
    #[error("the token that is here now has other keys than the one that was here at the start")]
    Other,
    /// All sessions are in use, and stayed so.
    #[error("the token has more to do than it can")]
    Busy,
    /// A call failed.
    #[error("the token did not do it: {0}")]
    Failed(#[from] Error),
    /// It takes no key that was made elsewhere.
    #[error(
        "the token took no key that was made elsewhere ({0}): many tokens are set so. Keys cannot be moved into this one; a new installation can be made in it"
    )]
    NotTaken(Error),
    /// It gave something that is no answer.
    #[error("the token's answer has the wrong length")]
    Odd,
    /// As many versions of the pepper as there may be.
    #[error("the token has two versions of the pepper: retire the older one first")]
    TwoLive,
    /// A version that cannot be taken away.
    #[error("the token has no newer version of the pepper than this one: make a new one first")]
    NotOlder,
    /// The key file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// No keys could be made.
    #[error("{0}: try again once the system has started up")]
    Entropy(#[from] EntropyFault),
}

impl From<TokenFault> for KeysUnavailable {
    fn from(fault: TokenFault) -> Self {
        Self(fault.to_string())
    }
}
