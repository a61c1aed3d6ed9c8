//! The anchor: kept outside the database, so that one set back is noticed. One algorithm for every cell.
//!
//! A file on the same host protects against accidents. Against somebody who can write both, the anchor has to
//! be on another host. Two processes on one host exclude each other by a lock; a process elsewhere is found by the
//! epoch: where the cell is a file, not between the comparison and the renaming.

mod cell;
mod error;
mod keeper;

use std::collections::BTreeMap;
use std::path::Path;

use postern_core::ports::CellValue;
use postern_log::{Anchor, Frontier};

pub use cell::{AnchorCell, AwayCell, FileCell};
pub use error::AnchorError;
pub use keeper::AnchorKeeper;

/// The highest epoch: JSON readers elsewhere hold integers no further (2⁵³ − 1).
const LAST_EPOCH: u64 = (1 << 53) - 1;
/// How often a write is tried that another one came before: each time it is looked who that was.
const TRIES: u32 = 3;

/// The right to write an installation's anchor, held until it is dropped.
#[derive(Debug)]
pub struct HeldAnchor<C> {
    cell: C,
    epoch: u64,
}

/// The anchor in a file of this machine.
pub type AnchorFile = HeldAnchor<FileCell>;

impl AnchorFile {
    /// Makes a new anchor that knows no log yet, with epoch 0 and mode 0600. Never overwrites.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn create(path: &Path) -> Result<(Self, Anchor), AnchorError> {
        Self::begin(FileCell::locked(path)?, &Anchor::default())
    }

    /// Takes the lock and reads the anchor. [`HeldAnchor::take_over`] comes next, before the first write.
    ///
    /// # Errors
    /// See [`AnchorError`]; one that is missing or damaged is never made anew here.
    pub fn open(path: &Path) -> Result<(Self, Anchor), AnchorError> {
        // The anchor first: a wrong path should not leave a lock file behind.
        Self::look(path)?;
        Self::hold(FileCell::locked(path)?)
    }

    /// The anchor as it is now, for a look without the right to write it.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn look(path: &Path) -> Result<Anchor, AnchorError> {
        look(&FileCell::unlocked(path))
    }
}

/// The anchor in a cell as it is now, for a look without the right to write it.
///
/// # Errors
/// See [`AnchorError`].
pub fn look(cell: &impl AnchorCell) -> Result<Anchor, AnchorError> {
    read(cell).map(|(anchor, _)| anchor)
}

impl<C: AnchorCell> HeldAnchor<C> {
    /// Begins with this anchor in an empty cell. Never overwrites.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn begin(cell: C, anchor: &Anchor) -> Result<(Self, Anchor), AnchorError> {
        if cell.swap(None, &anchor.to_json())? {
            Ok((Self { cell, epoch: anchor.epoch }, anchor.clone()))
        } else {
            Err(AnchorError::Exists { path: cell.place() })
        }
    }

    /// Reads the anchor. [`HeldAnchor::take_over`] comes next, before the first write.
    ///
    /// # Errors
    /// See [`AnchorError`]; one that is missing or damaged is never made anew here.
    pub fn hold(cell: C) -> Result<(Self, Anchor), AnchorError> {
        let anchor = look(&cell)?;
        Ok((Self { cell, epoch: anchor.epoch }, anchor))
    }

    /// Raises the epoch by one, so that every instance that was there before is fenced off. Gives the anchor
    /// as it is from now on.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn take_over(&mut self) -> Result<Anchor, AnchorError> {
        self.raise(|logs| logs)
    }

    /// Begins the anchor anew with these logs, and raises the epoch: what a resolved rollback ends with. Whoever
    /// calls has recorded what was lost.
    ///
    /// # Errors
    /// See [`AnchorError`].
    pub fn begin_anew(&mut self, logs: BTreeMap<String, Frontier>) -> Result<Anchor, AnchorError> {
        self.raise(|_| logs.clone())
    }

    /// Replaces the anchor, if it is still this instance's and no log goes backwards. Durable when this
    /// returns; after an error the old anchor or the new one is there, whole.
    ///
    /// # Errors
    /// [`AnchorError::Overtaken`] if another instance took over; see [`AnchorError`] for others.
    pub fn write(&mut self, next: &Anchor) -> Result<(), AnchorError> {
        if next.epoch != self.epoch {
            return Err(AnchorError::OtherEpoch { held: self.epoch, given: next.epoch });
        }
        for _ in 0..TRIES {
            let (current, value) = self.current()?;
            if *next == current {
                return Ok(());
            }
            let mut forward = current.clone();
            for log in current.logs.keys() {
                forward.advance(log, next.logs.get(log).cloned().unwrap_or_default())?;
            }
            if self.cell.swap(Some(&value), &next.to_json())? {
                return Ok(());
            }
        }
        Err(AnchorError::Busy { path: self.cell.place() })
    }

    /// Whether it is on this machine.
    pub(crate) fn is_here(&self) -> bool {
        self.cell.is_here()
    }

    fn raise(
        &mut self,
        logs: impl Fn(BTreeMap<String, Frontier>) -> BTreeMap<String, Frontier>,
    ) -> Result<Anchor, AnchorError> {
        let (current, value) = self.current()?;
        if current.epoch >= LAST_EPOCH {
            return Err(AnchorError::NoEpochLeft { path: self.cell.place() });
        }
        let anchor = Anchor { epoch: current.epoch + 1, logs: logs(current.logs) };
        if self.cell.swap(Some(&value), &anchor.to_json())? {
            self.epoch = anchor.epoch;
            return Ok(anchor);
        }
        // Another one came before.
        self.current()?;
        Err(AnchorError::Busy { path: self.cell.place() })
    }

    fn current(&self) -> Result<(Anchor, CellValue), AnchorError> {
        let found = read(&self.cell)?;
        let epoch = found.0.epoch;
        if epoch == self.epoch { Ok(found) } else { Err(AnchorError::Overtaken { epoch }) }
    }
}

fn read(cell: &impl AnchorCell) -> Result<(Anchor, CellValue), AnchorError> {
    let value = cell.read()?.ok_or_else(|| AnchorError::Missing { path: cell.place() })?;
    let anchor = Anchor::from_json(&value.bytes)
        .map_err(|fault| AnchorError::Damaged { path: cell.place(), fault })?;
    Ok((anchor, value))
}
