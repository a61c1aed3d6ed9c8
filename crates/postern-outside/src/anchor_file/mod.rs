//! The anchor in a file: kept outside the database, so that one set back by accident is noticed.
//!
//! A file on the same host protects against accidents. Against somebody who can write both, the anchor has to
//! be on another host. Two processes on one host exclude each other by a lock; a process elsewhere that shares
//! the folder is found by the epoch, though not between the comparison and the renaming.

mod error;
mod keeper;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use postern_log::{Anchor, Frontier};

use crate::file::{self, Sort};
pub use error::AnchorError;
pub use keeper::AnchorKeeper;

/// The longest anchor that is read, in bytes: some fifty thousand logs.
const MOST: u64 = 64 * 1024 * 1024;
/// The highest epoch: JSON readers elsewhere hold integers no further (2⁵³ − 1).
const LAST_EPOCH: u64 = (1 << 53) - 1;

/// The right to write an installation's anchor, held until it is dropped.
#[derive(Debug)]
pub struct AnchorFile {
    path: PathBuf,
    epoch: u64,
    _lock: File,
}

impl AnchorFile {
    /// Makes a new anchor that knows no log yet, with epoch 0 and mode 0600. Never overwrites.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn create(path: &Path) -> Result<(Self, Anchor), AnchorError> {
        let lock = lock(path)?;
        let anchor = Anchor::default();
        file::create(path, &anchor.to_json())?;
        Ok((Self { path: path.to_owned(), epoch: anchor.epoch, _lock: lock }, anchor))
    }

    /// Takes the lock and reads the anchor. [`AnchorFile::take_over`] comes next, before the first write.
    ///
    /// # Errors
    /// See [`AnchorError`]; one that is missing or damaged is never made anew here.
    pub fn open(path: &Path) -> Result<(Self, Anchor), AnchorError> {
        // The anchor first: a wrong path should not leave a lock file behind.
        read(path)?;
        let lock = lock(path)?;
        let anchor = read(path)?;
        Ok((Self { path: path.to_owned(), epoch: anchor.epoch, _lock: lock }, anchor))
    }

    /// The anchor as it is now, for a look without the right to write it.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn look(path: &Path) -> Result<Anchor, AnchorError> {
        read(path)
    }

    /// Raises the epoch by one, so that every instance that was there before is fenced off. Gives the anchor
    /// as it is from now on.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn take_over(&mut self) -> Result<Anchor, AnchorError> {
        let mut anchor = self.current()?;
        if anchor.epoch >= LAST_EPOCH {
            return Err(AnchorError::NoEpochLeft { path: self.path.clone() });
        }
        anchor.epoch += 1;
        file::replace(&self.path, &anchor.to_json())?;
        self.epoch = anchor.epoch;
        Ok(anchor)
    }

    /// Replaces the anchor, if it is still this instance's and no log goes backwards. Durable when this
    /// returns; after an error the file holds the old anchor or the new one, whole.
    ///
    /// # Errors
    /// [`AnchorError::Overtaken`] if another instance took over; see [`AnchorError`] for others.
    pub fn write(&mut self, next: &Anchor) -> Result<(), AnchorError> {
        if next.epoch != self.epoch {
            return Err(AnchorError::OtherEpoch { held: self.epoch, given: next.epoch });
        }
        let current = self.current()?;
        if *next == current {
            return Ok(());
        }
        let mut forward = current.clone();
        for log in current.logs.keys() {
            forward.advance(log, next.logs.get(log).cloned().unwrap_or_default())?;
        }
        Ok(file::replace(&self.path, &next.to_json())?)
    }

    /// Begins the anchor anew with these logs, and raises the epoch: what a resolved rollback ends with. Whoever
    /// calls has recorded what was lost.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn begin_anew(&mut self, logs: BTreeMap<String, Frontier>) -> Result<Anchor, AnchorError> {
        let current = self.current()?;
        if current.epoch >= LAST_EPOCH {
            return Err(AnchorError::NoEpochLeft { path: self.path.clone() });
        }
        let anchor = Anchor { epoch: current.epoch + 1, logs };
        file::replace(&self.path, &anchor.to_json())?;
        self.epoch = anchor.epoch;
        Ok(anchor)
    }

    fn current(&self) -> Result<Anchor, AnchorError> {
        let found = read(&self.path)?;
        if found.epoch == self.epoch { Ok(found) } else { Err(AnchorError::Overtaken { epoch: found.epoch }) }
    }
}

fn read(path: &Path) -> Result<Anchor, AnchorError> {
    let bytes = file::read(path, Sort::Public, MOST)?;
    Anchor::from_json(&bytes).map_err(|fault| AnchorError::Damaged { path: path.to_owned(), fault })
}

fn lock(path: &Path) -> Result<File, AnchorError> {
    file::lock(path)?.ok_or_else(|| AnchorError::InUse { path: path.to_owned() })
}
