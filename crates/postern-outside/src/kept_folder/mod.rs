//! A folder that keeps anchors and bundles for an installation on another host.
//!
//! `anchors/NAME` is an anchor, `anchors/NAME.leave` the leave of somebody at this host to let it go back once,
//! `bundles/` what was shipped.

mod names;
mod tidy;

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use postern_core::ports::{Cell, CellFault, CellValue, NamePage, PlaceFault, Shelf, Wanted};
use sha2::{Digest as _, Sha256};

use crate::FileFault;
use crate::file::{self, Sort};
use crate::folder_place::FolderPlace;

/// The longest anchor, in bytes.
const MOST: u64 = 16 * 1024 * 1024;

/// The folder, which no other process of this machine keeps.
#[derive(Debug)]
pub struct KeptFolder {
    anchors: PathBuf,
    at: PathBuf,
    bundles: FolderPlace,
    _lock: File,
}

impl KeptFolder {
    /// The folder, which must be there; what is in it is made.
    ///
    /// # Errors
    /// [`PlaceFault`] if it is not there, or another process keeps it.
    pub fn open(folder: &Path) -> Result<Self, PlaceFault> {
        FolderPlace::open(folder)?;
        let lock = file::lock(&folder.join("keep")).map_err(said)?;
        let lock = lock.ok_or_else(|| {
            PlaceFault(format!("another process keeps {}: stop that one first", folder.display()))
        })?;
        let (anchors, at) = (folder.join("anchors"), folder.join("bundles"));
        for made in [&anchors, &at] {
            let made_it = DirBuilder::new().recursive(true).mode(0o700).create(made);
            made_it.map_err(|fault| PlaceFault(format!("{}: {fault}", made.display())))?;
        }
        let bundles = FolderPlace::open(&at)?;
        // Nobody else writes here, so what is unfinished now stays so.
        bundles.clear(None)?;
        Ok(Self { anchors, bundles, at, _lock: lock })
    }

    fn path(&self, name: &str) -> Result<PathBuf, PlaceFault> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if (1..=64).contains(&name.len()) && name.bytes().all(fits) {
            Ok(self.anchors.join(name))
        } else {
            Err(PlaceFault(format!("{name:?} is no name of an anchor")))
        }
    }

    fn leave(&self, name: &str) -> Result<PathBuf, PlaceFault> {
        let mut leave = self.path(name)?.into_os_string();
        leave.push(".leave");
        Ok(leave.into())
    }
}

impl Shelf for KeptFolder {
    fn anchor(&self, name: &str) -> Result<Box<dyn Cell>, PlaceFault> {
        Ok(Box::new(KeptCell(self.path(name)?)))
    }

    fn bundles(&self) -> &dyn postern_core::ports::Place {
        &self.bundles
    }

    fn names(&self, wanted: &Wanted) -> Result<NamePage, PlaceFault> {
        if !wanted.under.is_empty() {
            self.bundles.path(&wanted.under)?;
        }
        let page = names::page(&self.at, wanted);
        page.map_err(|fault| PlaceFault(format!("{}: {fault}", self.at.display())))
    }

    fn has_leave(&self, name: &str) -> Result<bool, PlaceFault> {
        Ok(self.leave(name)?.exists())
    }

    fn end_leave(&self, name: &str) -> Result<(), PlaceFault> {
        file::remove(&self.leave(name)?).map_err(said)
    }

    fn tidy(&self, today: u64, days: u64) -> Result<(), PlaceFault> {
        tidy::tidy(self, today, days)
    }
}

/// One anchor. The tag is its SHA-256.
struct KeptCell(PathBuf);

impl Cell for KeptCell {
    fn place(&self) -> String {
        self.0.display().to_string()
    }

    fn read(&self) -> Result<Option<CellValue>, CellFault> {
        match file::read(&self.0, Sort::Public, MOST) {
            Ok(bytes) => {
                let digest = Sha256::digest(&*bytes);
                let tag = digest.iter().fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}"));
                Ok(Some(CellValue { bytes: bytes.to_vec(), tag: format!("{tag}\"") }))
            }
            Err(FileFault::Missing { .. }) => Ok(None),
            Err(other) => Err(CellFault::Away(other.to_string())),
        }
    }

    fn swap(&self, from: Option<&CellValue>, to: &[u8]) -> Result<bool, CellFault> {
        let found = self.read()?;
        let written = match (from, found) {
            (None, None) => file::create(&self.0, to),
            (Some(from), Some(found)) if from.tag == found.tag => file::replace(&self.0, to),
            _ => return Ok(false),
        };
        written.map(|()| true).map_err(|fault| CellFault::Away(fault.to_string()))
    }
}

fn said(fault: FileFault) -> PlaceFault {
    PlaceFault(fault.to_string())
}

#[cfg(test)]
mod tests;
