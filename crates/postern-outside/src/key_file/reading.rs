//! A key file's bytes, read: no file, no disk.

use zeroize::Zeroizing;

use super::content::{self, Holds};
use super::envelope::Envelope;
use super::{ContentFault, KeyFile, Passphrase, passphrase, service};

/// Bytes that hold keys.
type Text = Zeroizing<Vec<u8>>;

impl KeyFile {
    /// The keys in a key file's bytes, opened if they are sealed. They are in memory only.
    ///
    /// # Errors
    /// See [`ContentFault`].
    pub fn from_bytes(bytes: Text, passphrase: Option<&Passphrase>) -> Result<Self, ContentFault> {
        assemble(&opened(bytes, passphrase)?)
    }

    /// A key file's bytes as this release writes what it reads in them. A sealed one is not opened. They are the same
    /// bytes, since one set of keys has one spelling.
    ///
    /// # Errors
    /// See [`ContentFault`].
    pub fn spelled(bytes: &[u8]) -> Result<Text, ContentFault> {
        if Envelope::is_one(bytes) {
            return Envelope::read(bytes).map(|envelope| Zeroizing::new(envelope.text().into_bytes()));
        }
        let entries = content::read(Holds::All, bytes)?;
        Ok(Zeroizing::new(content::write(Holds::All, &entries).as_bytes().to_vec()))
    }
}

/// The text in a key file's bytes.
pub(super) fn opened(bytes: Text, passphrase: Option<&Passphrase>) -> Result<Text, ContentFault> {
    if !Envelope::is_one(&bytes) {
        return Ok(bytes);
    }
    passphrase::open(&Envelope::read(&bytes)?, passphrase)
}

/// The keys in a text.
pub(super) fn assemble(text: &[u8]) -> Result<KeyFile, ContentFault> {
    content::read(Holds::All, text).and_then(|entries| service::assemble(&entries))
}
