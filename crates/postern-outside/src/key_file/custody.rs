//! Versions of the pepper made in a key file, and taken away: the file is replaced whole, then the process goes on
//! with it.

use std::sync::PoisonError;

use postern_core::ports::{Custody, CustodyFault, Entropy};
use zeroize::Zeroizing;

use super::content::{self, Holds, PEPPER};
use super::files::{change, fault_of, sealed};
use super::{ContentFault, Entry, KeyFile, KeyFileError, Origin, Secret};
use crate::Place;
use crate::entropy::SystemEntropy;

impl Custody for KeyFile {
    fn name(&self) -> &'static str {
        "key file"
    }

    fn refresh(&self) -> Result<(), CustodyFault> {
        let origin = self.origin()?;
        let now = Self::open_with(&origin.place, origin.passphrase.as_ref())?;
        if now.public != self.public {
            return Err(CustodyFault(format!(
                "{} is another installation's now",
                origin.place.path().display()
            )));
        }
        let new = now.peppers.into_inner().unwrap_or_else(PoisonError::into_inner);
        *self.peppers.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    fn add_pepper(&self, entropy: &dyn Entropy) -> Result<u16, CustodyFault> {
        let mut key = Secret::default();
        entropy.fill(&mut *key).map_err(KeyFileError::from)?;
        let mut made = 0;
        self.rewrite(|entries| {
            let peppers: Vec<u16> = versions(entries);
            let (1, Some(newest)) = (peppers.len(), peppers.iter().max()) else {
                return Err(ContentFault::Peppers);
            };
            made = newest.checked_add(1).ok_or(ContentFault::Peppers)?;
            let after = entries.iter().rposition(|entry| entry.label == PEPPER).map_or(0, |last| last + 1);
            entries.insert(after, Entry { label: PEPPER, version: made, key: key.clone() });
            Ok(())
        })?;
        Ok(made)
    }

    fn remove_pepper(&self, version: u16) -> Result<(), CustodyFault> {
        self.rewrite(|entries| {
            let peppers = versions(entries);
            if peppers.iter().max().is_none_or(|newest| version >= *newest) {
                return Err(ContentFault::NotOlder);
            }
            entries.retain(|entry| entry.label != PEPPER || entry.version != version);
            Ok(())
        })
    }
}

impl KeyFile {
    fn origin(&self) -> Result<&Origin, CustodyFault> {
        self.origin.as_ref().ok_or_else(|| CustodyFault("These keys are in memory only.".to_owned()))
    }

    /// Puts the changed file in its place, sealed as before, and goes on with it.
    fn rewrite(
        &self,
        work: impl FnOnce(&mut Vec<Entry>) -> Result<(), ContentFault>,
    ) -> Result<(), CustodyFault> {
        let origin = self.origin()?;
        let Place::File(path) = &origin.place else {
            let path = origin.place.path().display();
            return Err(CustodyFault(format!(
                "{path} is a credential, which only the system's manager replaces: change the key file where the credential is made, with `postern key` there, then start anew"
            )));
        };
        change(path, origin.passphrase.as_ref(), |text| {
            let mut entries = content::read(Holds::All, text).map_err(fault_of(path))?;
            work(&mut entries).map_err(fault_of(path))?;
            let text = content::write(Holds::All, &entries);
            match &origin.passphrase {
                Some(passphrase) => sealed(path, text.as_bytes(), passphrase, &SystemEntropy),
                None => Ok(Zeroizing::new(text.as_bytes().to_vec())),
            }
        })?;
        self.refresh()
    }
}

fn versions(entries: &[Entry]) -> Vec<u16> {
    entries.iter().filter(|entry| entry.label == PEPPER).map(|entry| entry.version).collect()
}

impl From<KeyFileError> for CustodyFault {
    fn from(fault: KeyFileError) -> Self {
        Self(fault.to_string())
    }
}
