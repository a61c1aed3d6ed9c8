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
//! The sum finds damage, not tampering: whoever may write the file has the keys anyway.

mod content;
mod error;
mod service;

use std::path::Path;

use aws_lc_rs::signature::Ed25519KeyPair;
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Entropy, PublicKeys};
use zeroize::Zeroizing;

use crate::file::{self, Sort};
use content::Entry;
pub use error::{ContentFault, KeyFileError};

/// The longest file that is read, in bytes. Thirteen keys need one kilobyte.
const MOST: u64 = 64 * 1024;

/// The keys of an installation, read from a key file or made in memory. No `Debug`, no `Serialize`.
pub struct KeyFile {
    /// The newest version first.
    peppers: Vec<(u16, Secret)>,
    log: Ed25519KeyPair,
    receipts: Ed25519KeyPair,
    public: PublicKeys,
    local: LocalKeys,
}

type Secret = Zeroizing<[u8; 32]>;

impl KeyFile {
    /// New keys that live in memory only: for demonstrations and tests.
    ///
    /// # Errors
    /// [`KeyFileError::Entropy`].
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, KeyFileError> {
        let entries = content::generate(entropy)?;
        service::assemble(&entries)
            .map_err(|fault| KeyFileError::Content { path: "(in memory)".into(), fault })
    }

    /// Makes a new key file with mode 0600, durable when this returns, and opens it by the same rules as ever
    /// after: a file system that cannot keep others out is found now. Never overwrites.
    ///
    /// # Errors
    /// See [`KeyFileError`]; there is then no new file.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyFileError> {
        let entries = content::generate(entropy)?;
        file::create(path, content::write(&entries).as_bytes())?;
        let opened = Self::open(path);
        if opened.is_err() {
            // The first error says more than a second one would.
            let _ = file::remove(path);
        }
        opened
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// See [`KeyFileError`]: above all if others than its owner may read it, or if it is damaged.
    pub fn open(path: &Path) -> Result<Self, KeyFileError> {
        let bytes = file::read(path, Sort::Secret, MOST)?;
        let assembled = content::read(&bytes).and_then(|entries| service::assemble(&entries));
        assembled.map_err(|fault| KeyFileError::Content { path: path.to_owned(), fault })
    }
}
