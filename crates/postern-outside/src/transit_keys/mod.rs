//! Keys in a transit engine: OpenBao's or Vault's, over HTTPS.
//!
//! | in the engine | type | used as |
//! |---|---|---|
//! | `postern-pepper` | `hmac`, 32 bytes; a version of the key is a version of the pepper | `hmac/…/sha2-256`, an attempt |
//! | `postern-log`, `postern-receipts` | `ed25519` | `sign/…` |
//! | `postern-wrap` | `aes256-gcm96` | `decrypt/…`, once at start |
//!
//! None of them leaves it. The local keys are in a key file that only `postern-wrap` opens. An engine (a mount) has
//! the keys of one installation.

mod bring;
mod custody;
mod engine;
mod fault;
mod keys;
mod make;
mod service;

use std::sync::RwLock;
use std::sync::atomic::AtomicBool;

use postern_core::local_keys::LocalKeys;
use postern_core::ports::PublicKeys;

use crate::Place;
use crate::key_file::content;
use crate::key_file::envelope::{By, Envelope};
use crate::key_file::{ContentFault, KeyFileError, MOST};
pub use engine::Transit;
pub use fault::TransitFault;
use keys::Version;

/// The key service that works with a transit engine. No `Debug`, no `Serialize`.
pub struct TransitKeys {
    transit: Transit,
    /// The newest version first.
    versions: RwLock<Vec<Version>>,
    /// Whether these are the versions that are there: not known after a fault.
    known: AtomicBool,
    public: PublicKeys,
    local: LocalKeys,
}

impl TransitKeys {
    /// Finds the keys, and opens the local ones.
    ///
    /// # Errors
    /// [`TransitFault`]
    pub fn open(transit: Transit, file: &Place) -> Result<Self, TransitFault> {
        let envelope = envelope(file)?;
        let text = keys::unwrap(&transit, &envelope.sealed, &envelope.header())?;
        let local = content::local(&text).map_err(|fault| of_content(file, fault))?;
        Ok(Self {
            versions: RwLock::new(keys::checked(&transit)?),
            known: AtomicBool::new(true),
            public: keys::public(&transit)?,
            transit,
            local,
        })
    }
}

fn envelope(file: &Place) -> Result<Envelope, TransitFault> {
    let bytes = file.read(MOST).map_err(KeyFileError::from)?;
    let envelope = Envelope::read(&bytes).ok().filter(|envelope| envelope.by == By::Transit);
    envelope.ok_or_else(|| of_content(file, ContentFault::NotOfTransit))
}

fn of_content(file: &Place, fault: ContentFault) -> TransitFault {
    KeyFileError::Content { path: file.path().to_owned(), fault }.into()
}
