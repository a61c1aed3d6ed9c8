//! The keys of a key file on their way to another place: brought there as they are, and believed to be there only
//! when that place computes what the file does.

use std::path::Path;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use postern_core::local_keys::{LABELS, SECURITY};
use postern_core::pepper::CHECKED;
use postern_core::ports::{Entropy, Keys, KeysUnavailable, SigningKey};
use zeroize::Zeroizing;

use super::content::{self, Entry, Holds, LOG, PEPPER, RECEIPTS};
use super::files::{fault_of, sealed, text};
use super::{ContentFault, KeyFile, KeyFileError, Passphrase, Secret, service};
use crate::file;
use crate::token_keys::TokenFault;
use crate::transit_keys::TransitFault;
use crate::{FileFault, Place};

type Text = Zeroizing<Vec<u8>>;

/// Keys that are moved. No `Debug`, no `Serialize`.
pub struct Moving {
    entries: Vec<Entry>,
    keys: KeyFile,
    /// The key `security` was made for the new place: the old one has none of its own.
    made_security: bool,
}

/// Keys were not moved. The old place is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveFault {
    /// A key file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// A token.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// A transit engine.
    #[error(transparent)]
    Transit(#[from] TransitFault),
    /// The new place did not answer when it was read back.
    #[error("{0}")]
    Unavailable(#[from] KeysUnavailable),
    /// The new place does not have these keys.
    #[error(
        "the new place does not compute what the old one does ({0}): it has other keys, or changed these"
    )]
    Differs(&'static str),
}

impl Moving {
    /// Takes the keys of a key file. If it has no key `security` of its own, one is made for the new place.
    ///
    /// # Errors
    /// [`KeyFileError`]; above all if the keys are in a token or an engine, which never gives them away.
    pub fn from_file(
        place: &Place,
        passphrase: Option<&Passphrase>,
        entropy: &dyn Entropy,
    ) -> Result<Self, KeyFileError> {
        let text = text(place, passphrase)?;
        let mut entries = content::read(Holds::All, &text).map_err(fault_of(place.path()))?;
        let made_security = !entries.iter().any(|entry| entry.label == SECURITY);
        if made_security {
            let mut key = Secret::default();
            entropy.fill(&mut *key)?;
            // The second version: the first is made of the key `subjects`, and goes on opening what it sealed.
            entries.push(Entry { label: SECURITY, version: 2, key });
            entries.sort_by_key(|entry| (entry.label, entry.version));
        }
        let keys = service::assemble(&entries).map_err(fault_of(place.path()))?;
        Ok(Self { entries, keys, made_security })
    }

    /// Writes them to another key file, sealed if there is a passphrase.
    ///
    /// # Errors
    /// [`MoveFault`]; there is then no new file.
    pub fn into_file(
        &self,
        path: &Path,
        passphrase: Option<&Passphrase>,
        entropy: &dyn Entropy,
    ) -> Result<(), MoveFault> {
        let make = || {
            let text = content::write(Holds::All, &self.entries);
            Ok(match passphrase {
                Some(passphrase) => sealed(path, text.as_bytes(), passphrase, entropy)?,
                None => Zeroizing::new(text.as_bytes().to_vec()),
            })
        };
        self.lay_down(path, make, |place| Ok(KeyFile::open_with(place, passphrase)?))
    }

    /// Puts a key file in its place, once it was opened beside it and computes what the old one does. One that is
    /// there already may be what was left of a command that was cut off: it has to do the same.
    pub(crate) fn lay_down<K: Keys>(
        &self,
        path: &Path,
        make: impl FnOnce() -> Result<Text, MoveFault>,
        open: impl Fn(&Place) -> Result<K, MoveFault>,
    ) -> Result<(), MoveFault> {
        let lock = file::lock(path).map_err(KeyFileError::from)?;
        let _lock = lock.ok_or_else(|| fault_of(path)(ContentFault::Busy))?;
        if std::fs::symlink_metadata(path).is_ok() {
            return self.compare(&open(&Place::File(path.to_owned()))?);
        }
        let new = file::begin(path, &make()?).map_err(KeyFileError::from)?;
        let kept = open(&Place::File(new.clone())).and_then(|opened| self.compare(&opened));
        let put = kept.and_then(|()| Ok(file::put(&new, path).map_err(KeyFileError::from)?));
        if put.is_err() {
            // The first error says more than a second one would.
            let _: Result<(), FileFault> = file::remove(&new);
        }
        put
    }

    /// Whether a place computes what the old one does, with every key.
    fn compare(&self, new: &dyn Keys) -> Result<(), MoveFault> {
        let (tenant, subject, epoch) = CHECKED;
        let [old, found] =
            [&self.keys as &dyn Keys, new].map(|keys| keys.subject_keys(tenant, subject, epoch));
        if old?.live != found?.live {
            return Err(MoveFault::Differs("the pepper"));
        }
        let public = self.keys.public();
        for (key, public) in [(SigningKey::Log, public.log), (SigningKey::Receipts, public.receipts)] {
            let message = b"postern/moved-key-check/v1";
            let signature = new.sign(key, message)?;
            let verified = UnparsedPublicKey::new(&ED25519, public).verify(message, &signature);
            verified.map_err(|_| MoveFault::Differs("a key that signs"))?;
        }
        if new.public() != public {
            return Err(MoveFault::Differs("a key that signs"));
        }
        let (old, found) = (self.keys.local(), new.local());
        // One that was made for this move was made by each try anew.
        let security =
            if self.made_security { found.security().is_some() } else { old.security() == found.security() };
        if old.check() != found.check() || !security {
            return Err(MoveFault::Differs("a local key"));
        }
        Ok(())
    }

    /// The versions of the pepper, the oldest first.
    pub(crate) fn peppers(&self) -> impl Iterator<Item = (u16, &Secret)> {
        let peppers = self.entries.iter().filter(|entry| entry.label == PEPPER);
        peppers.map(|entry| (entry.version, &entry.key))
    }

    /// The seed of a signing key, and its public half.
    pub(crate) fn seed(&self, key: SigningKey) -> Option<(&Secret, [u8; 32])> {
        let public = self.keys.public();
        let (label, public) = match key {
            SigningKey::Log => (LOG, public.log),
            SigningKey::Receipts => (RECEIPTS, public.receipts),
        };
        let found = self.entries.iter().find(|entry| entry.label == label);
        found.map(|entry| (&entry.key, public))
    }

    /// What the pepper computes, of every version, for a subject that nobody is.
    pub(crate) fn checks(&self) -> Result<postern_core::ports::SubjectKeys, KeysUnavailable> {
        let (tenant, subject, epoch) = CHECKED;
        self.keys.subject_keys(tenant, subject, epoch)
    }

    /// The text of the keys that work inside the process.
    pub(crate) fn local(&self) -> Zeroizing<String> {
        let local = self.entries.iter().filter(|entry| LABELS.contains(&entry.label));
        let local: Vec<Entry> = local.map(Entry::copy).collect();
        content::write(Holds::Local, &local)
    }
}
