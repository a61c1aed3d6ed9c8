//! The key file: every key of an installation in one text file, and the key service that works from it.
//!
//! ```text
//! postern-key-file v1
//! application-keys 1 <base64url of 32 bytes>
//! …                                            one line a key, sorted by label and version
//! pepper 1 <…>
//! pepper 2 <…>                                 the pepper may have two live versions
//! …
//! sum <base64url of SHA-256 over all bytes before this line>
//! ```
//!
//! The sum finds damage, not tampering: whoever may write the file has the keys anyway. With a passphrase the same
//! text is sealed (`envelope`).

pub(crate) mod content;
mod custody;
pub(crate) mod envelope;
mod error;
mod files;
mod moving;
mod passphrase;
mod reading;
mod service;
mod stretch;
mod sum;

use std::sync::RwLock;

use aws_lc_rs::signature::Ed25519KeyPair;
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Entropy, PublicKeys};
use zeroize::Zeroizing;

use content::{Entry, Holds};
pub use error::{ContentFault, KeyFileError};
pub use moving::{MoveFault, Moving};
pub use passphrase::Passphrase;

use crate::Place;

/// The longest file that is read, in bytes. Thirteen keys need one kilobyte.
pub(crate) const MOST: u64 = 64 * 1024;

/// What kind of key file lies somewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Whoever reads it has the keys.
    Plain,
    /// Sealed with a passphrase.
    Sealed,
    /// Sealed by a token, which has the other keys.
    Token,
    /// Sealed by a transit engine, which has the other keys.
    Transit,
}

/// The keys of an installation, read from a key file or made in memory. No `Debug`, no `Serialize`.
pub struct KeyFile {
    /// The newest version first.
    peppers: RwLock<Vec<(u16, Secret)>>,
    log: Ed25519KeyPair,
    receipts: Ed25519KeyPair,
    public: PublicKeys,
    local: LocalKeys,
    /// Where it was read; none of keys in memory.
    origin: Option<Origin>,
}

/// Where a key file lies, and what opens it.
struct Origin {
    place: Place,
    passphrase: Option<Passphrase>,
}

type Secret = Zeroizing<[u8; 32]>;

impl KeyFile {
    /// New keys that live in memory only: for demonstrations and tests.
    ///
    /// # Errors
    /// [`KeyFileError::Entropy`].
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, KeyFileError> {
        let entries = content::generate(Holds::All, entropy)?;
        service::assemble(&entries)
            .map_err(|fault| KeyFileError::Content { path: "(in memory)".into(), fault })
    }
}
