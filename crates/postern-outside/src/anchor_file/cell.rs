//! Where an anchor is kept: a locked file of this machine, or one value on another host.

use std::fs::File;
use std::path::{Path, PathBuf};

use postern_core::ports::{Cell, CellValue};

use super::AnchorError;
use crate::FileFault;
use crate::file::{self, Sort};

/// The longest anchor that is read, in bytes: some fifty thousand logs.
const MOST: u64 = 64 * 1024 * 1024;

/// Where an anchor is kept.
pub trait AnchorCell: Send {
    /// For messages.
    fn place(&self) -> String;

    /// Whether it is on this machine, where damage is nobody's error page.
    fn is_here(&self) -> bool;

    /// What is kept, if anything is.
    ///
    /// # Errors
    /// [`AnchorError`]
    fn read(&self) -> Result<Option<CellValue>, AnchorError>;

    /// Keeps `to` if what is kept is still `from`: whether it did.
    ///
    /// # Errors
    /// [`AnchorError`]
    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, AnchorError>;
}

/// An anchor file.
#[derive(Debug)]
pub struct FileCell {
    path: PathBuf,
    /// Against other processes of this machine; none for a look.
    lock: Option<File>,
}

impl FileCell {
    /// To look at.
    #[must_use]
    pub fn unlocked(path: &Path) -> Self {
        Self { path: path.to_owned(), lock: None }
    }

    /// To write. What is not there yet is made by [`super::HeldAnchor::begin`].
    ///
    /// # Errors
    /// [`AnchorError::InUse`]
    pub fn locked(path: &Path) -> Result<Self, AnchorError> {
        let lock = file::lock(path)?.ok_or_else(|| AnchorError::InUse { path: path.to_owned() })?;
        Ok(Self { path: path.to_owned(), lock: Some(lock) })
    }
}

impl AnchorCell for FileCell {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn is_here(&self) -> bool {
        true
    }

    fn read(&self) -> Result<Option<CellValue>, AnchorError> {
        match file::read(&self.path, Sort::Public, MOST) {
            Ok(bytes) => Ok(Some(CellValue { bytes: bytes.to_vec(), tag: String::new() })),
            Err(FileFault::Missing { .. }) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, AnchorError> {
        if self.lock.is_none() {
            return Err(AnchorError::InUse { path: self.path.clone() });
        }
        match from {
            None => file::create(&self.path, to)?,
            Some(before) if self.read()?.as_ref() == Some(before) => file::replace(&self.path, to)?,
            Some(_) => return Ok(false),
        }
        Ok(true)
    }
}

/// An anchor on another host.
pub struct AwayCell(pub Box<dyn Cell>);

impl AnchorCell for AwayCell {
    fn place(&self) -> String {
        self.0.place()
    }

    fn is_here(&self) -> bool {
        false
    }

    fn read(&self) -> Result<Option<CellValue>, AnchorError> {
        self.0.read().map_err(|fault| AnchorError::Cell { path: self.place(), fault })
    }

    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, AnchorError> {
        self.0.swap(from, to).map_err(|fault| AnchorError::Cell { path: self.place(), fault })
    }
}

impl AnchorCell for Box<dyn AnchorCell> {
    fn place(&self) -> String {
        (**self).place()
    }

    fn is_here(&self) -> bool {
        (**self).is_here()
    }

    fn read(&self) -> Result<Option<CellValue>, AnchorError> {
        (**self).read()
    }

    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, AnchorError> {
        (**self).swap(from, to)
    }
}
