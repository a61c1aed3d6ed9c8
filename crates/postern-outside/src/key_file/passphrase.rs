//! Passphrases, and what is sealed by one: AES-256-GCM under a key that was stretched from it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use postern_core::ports::Entropy;
use zeroize::Zeroizing;

use super::envelope::{By, Envelope};
use super::stretch::Stretch;
use super::{ContentFault, KeyFileError};
use crate::Place;

/// The fewest bytes of a passphrase: somebody who has the file may guess for as long as they like.
const SHORTEST: usize = 12;

/// A passphrase: the first line of a file. No `Debug`, no `Serialize`.
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Reads one.
    ///
    /// # Errors
    /// [`KeyFileError::File`], above all if others may read it; [`KeyFileError::ShortPassphrase`].
    pub fn read(place: &Place) -> Result<Self, KeyFileError> {
        let short = || KeyFileError::ShortPassphrase { path: place.path().to_owned(), least: SHORTEST };
        Self::of(place.first_line()?).ok_or_else(short)
    }

    /// One that was read already; `None` if it is too short.
    #[must_use]
    pub fn of(line: Zeroizing<Vec<u8>>) -> Option<Self> {
        (line.len() >= SHORTEST).then_some(Self(line))
    }

    /// Another one of the same: a sealed file is opened again when a version of the pepper is made.
    pub(super) fn copy(&self) -> Self {
        Self(self.0.clone())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Seals the text of a key file. `None` if the library refused, which it has no reason to.
pub(super) fn seal(
    text: &[u8],
    passphrase: &Passphrase,
    entropy: &dyn Entropy,
) -> Result<Option<Envelope>, KeyFileError> {
    let (mut salt, mut nonce) = ([0; 16], [0; 12]);
    entropy.fill(&mut salt)?;
    entropy.fill(&mut nonce)?;
    let stretch = Stretch::new(salt);
    let mut envelope = Envelope { by: By::Passphrase(stretch), nonce, sealed: Vec::new() };
    // Room for the tag, so that the text is never moved and left behind where nothing wipes it.
    let mut data = Zeroizing::new(Vec::with_capacity(text.len() + AES_256_GCM.tag_len()));
    data.extend_from_slice(text);
    let Some(key) = key(&stretch, passphrase) else { return Ok(None) };
    let sealed = key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(envelope.header()),
        &mut *data,
    );
    envelope.sealed.extend_from_slice(&data);
    Ok(sealed.is_ok().then_some(envelope))
}

/// Opens what [`seal`] sealed.
pub(super) fn open(
    envelope: &Envelope,
    passphrase: Option<&Passphrase>,
) -> Result<Zeroizing<Vec<u8>>, ContentFault> {
    let stretch = match &envelope.by {
        By::Passphrase(stretch) => stretch,
        By::Token => return Err(ContentFault::Token),
        By::Transit => return Err(ContentFault::Transit),
    };
    let passphrase = passphrase.ok_or(ContentFault::Sealed)?;
    let key = key(stretch, passphrase).ok_or(ContentFault::Stretch)?;
    let mut data = Zeroizing::new(envelope.sealed.clone());
    let nonce = Nonce::assume_unique_for_key(envelope.nonce);
    let opened = key.open_in_place(nonce, Aad::from(envelope.header()), &mut data);
    let length = opened.map_err(|_| ContentFault::NotOpened)?.len();
    data.truncate(length);
    Ok(data)
}

fn key(stretch: &Stretch, passphrase: &Passphrase) -> Option<LessSafeKey> {
    let key = stretch.key(passphrase)?;
    UnboundKey::new(&AES_256_GCM, &*key).ok().map(LessSafeKey::new)
}
