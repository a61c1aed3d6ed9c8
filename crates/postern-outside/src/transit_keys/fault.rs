//! Why a transit engine was not used, and what to do about it. Never with its token.

use std::path::PathBuf;

use postern_core::ports::{EntropyFault, KeysUnavailable};

use crate::key_file::KeyFileError;

/// A transit engine was not used.
#[derive(Debug, thiserror::Error)]
pub enum TransitFault {
    /// Keys would go over the network as they are.
    #[error(
        "{0:?} is no address of a transit engine: it looks like https://bao.example:8200/v1/transit. Plain http is taken on this machine's loopback only"
    )]
    Address(String),
    /// A certificate authority is needed, and there is none.
    #[error(
        "{path} has no certificate in PEM: name the certificate authority of the server in keys.transit.ca_file"
    )]
    NoAuthority {
        /// The file, or the setting that names none.
        path: PathBuf,
    },
    /// No token.
    #[error("the first line of {path} is no token")]
    NoToken {
        /// The file.
        path: PathBuf,
    },
    /// It was not reached, or did not answer in time.
    #[error("the transit engine did not answer: {0}")]
    Away(String),
    /// It answers, and is sealed or not ready.
    #[error("the transit engine is sealed or not ready: unseal it; nothing has to be done here then")]
    Sealed,
    /// The token may not do this.
    #[error(
        "the transit engine does not let this token {0}: mend its policy (docs/how-to/keep-the-keys.md has it), or put a live token into the file"
    )]
    Denied(&'static str),
    /// A key is not there.
    #[error("the transit engine has no key {0:?}: is keys.transit.url the installation's engine?")]
    Missing(&'static str),
    /// Keys are there where new ones should be made.
    #[error(
        "the transit engine has the key {0:?} already. An engine has the keys of one installation: mount another one"
    )]
    NotEmpty(&'static str),
    /// A key has other properties than it was made with.
    #[error("the key {0:?} of the transit engine is of another type than Postern makes, or may be exported")]
    OtherType(&'static str),
    /// It has other keys than it had at the start.
    #[error("the transit engine that answers now has other keys than the one at the start")]
    Other,
    /// It refused, as it does for a version that it does not have any more.
    #[error("the transit engine would not {does}: status {status}")]
    Refused {
        /// What was asked.
        does: &'static str,
        /// HTTP status.
        status: u16,
    },
    /// It gave something that is no answer.
    #[error("the transit engine's answer is not one of its form")]
    Odd,
    /// As many versions of the pepper as there may be.
    #[error("the pepper has two live versions: retire the older one first")]
    TwoLive,
    /// A version that cannot be taken away.
    #[error("only the older of two live versions is taken away: make a new one first")]
    NotOlder,
    /// The key file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// No keys could be made.
    #[error("{0}: try again once the system has started up")]
    Entropy(#[from] EntropyFault),
}

impl From<TransitFault> for KeysUnavailable {
    fn from(fault: TransitFault) -> Self {
        Self(fault.to_string())
    }
}
