//! Key files made, opened, sealed and unsealed.

use std::path::Path;

use postern_core::ports::Entropy;
use zeroize::Zeroizing;

use super::content::{self, Holds};
use super::envelope::{By, Envelope};
use super::reading::{assemble, opened};
use super::{ContentFault, KeyFile, KeyFileError, Kind, MOST, Origin, Passphrase, passphrase};
use crate::{Place, file};

type Text = Zeroizing<Vec<u8>>;

impl KeyFile {
    /// Makes a new key file with mode 0600, durable when this returns, and opens it by the same rules as ever
    /// after: a file system that cannot keep others out is found now. Never overwrites.
    ///
    /// # Errors
    /// See [`KeyFileError`]; there is then no new file.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyFileError> {
        Self::create_with(path, None, entropy)
    }

    /// The same, sealed if there is a passphrase. The keys are then never on the disk as they are.
    ///
    /// # Errors
    /// See [`KeyFile::create`].
    pub fn create_with(
        path: &Path,
        passphrase: Option<&Passphrase>,
        entropy: &dyn Entropy,
    ) -> Result<Self, KeyFileError> {
        let text = content::write(Holds::All, &content::generate(Holds::All, entropy)?);
        match passphrase {
            Some(passphrase) => file::create(path, &sealed(path, text.as_bytes(), passphrase, entropy)?)?,
            None => file::create(path, text.as_bytes())?,
        }
        let opened = Self::open_with(&Place::File(path.to_owned()), passphrase);
        if opened.is_err() {
            // The first error says more than a second one would.
            let _ = file::remove(path);
        }
        opened
    }

    /// Opens a plain key file.
    ///
    /// # Errors
    /// See [`KeyFileError`]: above all if others than its owner may read it, or if it is damaged.
    pub fn open(path: &Path) -> Result<Self, KeyFileError> {
        Self::open_with(&Place::File(path.to_owned()), None)
    }

    /// Opens a key file, plain or sealed.
    ///
    /// # Errors
    /// See [`KeyFile::open`]; also if it is sealed with another passphrase than this one.
    pub fn open_with(place: &Place, passphrase: Option<&Passphrase>) -> Result<Self, KeyFileError> {
        let keys = KeyFile::from_bytes(place.read(MOST)?, passphrase).map_err(fault_of(place.path()))?;
        let origin = Origin { place: place.clone(), passphrase: passphrase.map(Passphrase::copy) };
        Ok(Self { origin: Some(origin), ..keys })
    }

    /// What kind of key file lies there.
    ///
    /// # Errors
    /// See [`KeyFileError`].
    pub fn kind(place: &Place) -> Result<Kind, KeyFileError> {
        let bytes = place.read(MOST)?;
        if !Envelope::is_one(&bytes) {
            return Ok(Kind::Plain);
        }
        let envelope = Envelope::read(&bytes).map_err(fault_of(place.path()))?;
        Ok(match envelope.by {
            By::Passphrase(_) => Kind::Sealed,
            By::Token => Kind::Token,
            By::Transit => Kind::Transit,
        })
    }

    /// Seals a key file with a passphrase, in its place. One that is sealed already is opened with the passphrase
    /// before. Whoever reads it meanwhile, also after a crash, sees the old or the new one whole.
    ///
    /// # Errors
    /// See [`KeyFileError`]; the file is then as it was.
    pub fn seal(
        path: &Path,
        before: Option<&Passphrase>,
        passphrase: &Passphrase,
        entropy: &dyn Entropy,
    ) -> Result<(), KeyFileError> {
        change(path, before, |text| sealed(path, text, passphrase, entropy))?;
        Self::open_with(&Place::File(path.to_owned()), Some(passphrase)).map(drop)
    }

    /// Writes a sealed copy of a key file, which is opened with a passphrase if it is sealed itself, to a file that is
    /// not there yet. What is kept by a token or an engine stays there: of such a key file the copy is as it is, and
    /// opens with that alone.
    ///
    /// # Errors
    /// See [`KeyFileError`]; there is then no new file.
    pub fn back_up(
        place: &Place,
        passphrase: Option<&Passphrase>,
        to: &Path,
        seal: &Passphrase,
        entropy: &dyn Entropy,
    ) -> Result<(), KeyFileError> {
        if matches!(Self::kind(place)?, Kind::Token | Kind::Transit) {
            return Ok(file::create(to, &place.read(MOST)?)?);
        }
        let text = text(place, passphrase)?;
        assemble(&text).map_err(fault_of(place.path()))?;
        file::create(to, &sealed(to, &text, seal, entropy)?)?;
        Self::open_with(&Place::File(to.to_owned()), Some(seal)).map(drop)
    }

    /// Makes a sealed key file a plain one, in its place.
    ///
    /// # Errors
    /// See [`KeyFile::seal`].
    pub fn unseal(path: &Path, passphrase: &Passphrase) -> Result<(), KeyFileError> {
        change(path, Some(passphrase), |text| Ok(Zeroizing::new(text.to_vec())))?;
        Self::open(path).map(drop)
    }
}

/// Puts what `new` makes of a key file's text in the file's place.
pub(super) fn change(
    path: &Path,
    passphrase: Option<&Passphrase>,
    new: impl FnOnce(&[u8]) -> Result<Text, KeyFileError>,
) -> Result<(), KeyFileError> {
    let _lock = file::lock(path)?.ok_or_else(|| fault_of(path)(ContentFault::Busy))?;
    let text = text(&Place::File(path.to_owned()), passphrase)?;
    assemble(&text).map_err(fault_of(path))?;
    Ok(file::replace(path, &new(&text)?)?)
}

/// The text of a key file, opened if it is sealed.
pub(super) fn text(place: &Place, passphrase: Option<&Passphrase>) -> Result<Text, KeyFileError> {
    opened(place.read(MOST)?, passphrase).map_err(fault_of(place.path()))
}

pub(super) fn sealed(
    path: &Path,
    text: &[u8],
    passphrase: &Passphrase,
    entropy: &dyn Entropy,
) -> Result<Text, KeyFileError> {
    let envelope = passphrase::seal(text, passphrase, entropy)?;
    let envelope = envelope.ok_or_else(|| fault_of(path)(ContentFault::Stretch))?;
    Ok(Zeroizing::new(envelope.text().into_bytes()))
}

pub(super) fn fault_of(path: &Path) -> impl FnOnce(ContentFault) -> KeyFileError + use<> {
    let path = path.to_owned();
    move |fault| KeyFileError::Content { path, fault }
}
