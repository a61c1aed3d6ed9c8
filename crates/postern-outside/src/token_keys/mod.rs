//! Keys in a token: an HSM or a smart card behind a PKCS#11 module.
//!
//! | in the token | what | used as |
//! |---|---|---|
//! | `postern-pepper-1` | generic secret, 32 bytes | `CKM_SHA256_HMAC`; a second version may be live |
//! | `postern-log`, `postern-receipts` | Ed25519 key pairs | `CKM_EDDSA` |
//! | `postern-wrap` | AES-256 | `CKM_AES_GCM`, once at start |
//!
//! None of them leaves it. The local keys are in a key file that only `postern-wrap` opens. A token has the keys of
//! one installation.

mod bring;
mod custody;
mod fault;
mod line;
mod lines;
mod make;
mod module;
mod objects;
mod service;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use cryptoki::types::AuthPin;
use postern_core::local_keys::LocalKeys;

use crate::Place;
use crate::key_file::content;
use crate::key_file::envelope::{By, Envelope};
use crate::key_file::{ContentFault, KeyFileError, MOST};
pub use fault::TokenFault;
use line::Line;
use lines::Lines;

/// Which token, and how to log in. No `Debug`, no `Serialize`.
pub struct Token {
    module: PathBuf,
    label: String,
    pin: AuthPin,
    /// A token counts wrong PINs and locks itself: one is enough.
    refused: AtomicBool,
}

impl Token {
    /// A token by its label, under a module; the PIN is the first line of a file.
    ///
    /// # Errors
    /// If the PIN cannot be read.
    pub fn new(module: PathBuf, label: String, pin: &Place) -> Result<Self, TokenFault> {
        let line = pin.first_line().map_err(KeyFileError::from)?;
        let text = std::str::from_utf8(&line).ok().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| TokenFault::NoPin { path: pin.path().to_owned() })?;
        Ok(Self { module, label, pin: AuthPin::from(text), refused: AtomicBool::new(false) })
    }

    /// Another one of the same.
    fn copy(&self) -> Self {
        let (module, label) = (self.module.clone(), self.label.clone());
        Self { module, label, pin: self.pin.clone(), refused: AtomicBool::new(self.is_refused()) }
    }

    fn is_refused(&self) -> bool {
        self.refused.load(Ordering::SeqCst)
    }
}

/// The key service that works with a token. No `Debug`, no `Serialize`.
pub struct TokenKeys {
    lines: Lines,
    local: LocalKeys,
}

impl TokenKeys {
    /// Logs in, finds the keys, and opens the local ones.
    ///
    /// # Errors
    /// [`TokenFault`]
    pub fn open(token: Token, file: &Place) -> Result<Self, TokenFault> {
        let envelope = envelope(file)?;
        let line = Line::open(&token, None)?;
        let text = line.unwrap(&envelope)?;
        let local = content::local(&text).map_err(|fault| of_content(file, fault))?;
        Ok(Self { lines: Lines::new(token, line), local })
    }
}

fn envelope(file: &Place) -> Result<Envelope, TokenFault> {
    let bytes = file.read(MOST).map_err(KeyFileError::from)?;
    let envelope = Envelope::read(&bytes).map_err(|_| of_content(file, ContentFault::NotOfToken))?;
    if envelope.by == By::Token { Ok(envelope) } else { Err(of_content(file, ContentFault::NotOfToken)) }
}

fn of_content(file: &Place, fault: ContentFault) -> TokenFault {
    KeyFileError::Content { path: file.path().to_owned(), fault }.into()
}
