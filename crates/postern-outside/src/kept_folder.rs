//! A folder that keeps anchors and bundles for an installation on another host.
//!
//! `anchors/NAME` is an anchor, `anchors/NAME.leave` the leave of somebody at this host to let it go back once,
//! `bundles/` what was shipped.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use postern_core::ports::{Cell, CellFault, CellValue, Place as _, PlaceFault, Shelf};
use postern_log::{Tile, TileKind};
use sha2::{Digest as _, Sha256};

use crate::FileFault;
use crate::file::{self, Sort};
use crate::folder_place::FolderPlace;

/// The longest anchor, in bytes.
const MOST: u64 = 16 * 1024 * 1024;
/// A day.
const DAY: u64 = 24 * 3600;

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

    /// The day on which a file was written, since 1970.
    fn day_of(&self, name: &str) -> Option<u64> {
        let written = std::fs::metadata(self.at.join(name)).and_then(|found| found.modified()).ok()?;
        Some(written.duration_since(UNIX_EPOCH).ok()?.as_secs() / DAY)
    }
}

impl Shelf for KeptFolder {
    fn anchor(&self, name: &str) -> Result<Box<dyn Cell>, PlaceFault> {
        Ok(Box::new(KeptCell(self.path(name)?)))
    }

    fn bundles(&self) -> &dyn postern_core::ports::Place {
        &self.bundles
    }

    fn take_leave(&self, name: &str) -> Result<bool, PlaceFault> {
        let mut leave = self.path(name)?.into_os_string();
        leave.push(".leave");
        let leave = PathBuf::from(leave);
        let given = leave.exists();
        file::remove(&leave).map_err(said)?;
        Ok(given)
    }

    fn tidy(&self, today: u64, days: u64) -> Result<(), PlaceFault> {
        let names = self.bundles.list("")?;
        let day = |name: &str| {
            name.strip_prefix("keyring/")
                .and_then(|rest| rest.split('/').next())
                .and_then(|day| day.parse::<u64>().ok())
        };
        let is_old = |day: Option<u64>| day.is_some_and(|day| day.saturating_add(days) < today);
        for name in &names {
            let expired = is_old(day(name));
            let replaced = names.iter().any(|other| is_wider(other, name) && is_old(self.day_of(other)));
            if expired || replaced {
                self.bundles.remove(name)?;
            }
        }
        Ok(())
    }
}

/// Whether a bundle has all that another one has.
fn is_wider(wider: &str, narrower: &str) -> bool {
    let read = |name: &str| {
        let (log, tile) = name.split_once('/')?;
        let tile = Tile::parse(tile).filter(|tile| tile.kind() == TileKind::Entries)?;
        Some((log.to_owned(), tile))
    };
    let (Some((log, wide)), Some((other, narrow))) = (read(wider), read(narrower)) else { return false };
    log == other && wide.index() == narrow.index() && wide.range().end > narrow.range().end
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
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn keys_go_after_their_days_and_narrower_bundles_when_the_wider_one_is_as_old() {
        let folder = tempfile::TempDir::new().unwrap();
        let kept = KeptFolder::open(folder.path()).unwrap();
        assert!(KeptFolder::open(folder.path()).is_err(), "two processes keep one folder");
        let names = ["keyring/100/ten_a/0-5", "keyring/101/ten_a/5-7"];
        let bundles =
            ["ten_a/entries/000", "ten_a/entries/000.p/7", "ten_a/entries/001.p/3", "ten_b/entries/000.p/7"];
        for name in names.iter().chain(&bundles) {
            kept.bundles().put(name, b"x").unwrap();
        }
        let left = |kept: &KeptFolder| {
            let mut left = kept.bundles().list("").unwrap();
            left.sort();
            left
        };
        kept.tidy(130, 30).unwrap();
        assert_eq!(left(&kept).len(), 6);
        kept.tidy(131, 30).unwrap();
        assert_eq!(left(&kept), [&names[1..], &bundles].concat());
        let old = UNIX_EPOCH + std::time::Duration::from_secs(100 * DAY);
        let wide = File::options().write(true).open(folder.path().join("bundles/ten_a/entries/000")).unwrap();
        wide.set_modified(old).unwrap();
        kept.tidy(131, 30).unwrap();
        assert_eq!(left(&kept), [names[1], bundles[0], bundles[2], bundles[3]]);
    }

    #[test]
    fn a_leave_is_given_at_this_host_and_used_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let kept = KeptFolder::open(folder.path()).unwrap();
        assert_eq!(kept.take_leave("node"), Ok(false));
        File::create(folder.path().join("anchors/node.leave")).unwrap();
        assert_eq!(kept.take_leave("node"), Ok(true));
        assert_eq!(kept.take_leave("node"), Ok(false));
        for name in ["", "..", "a/b", "a.leave", "node.lock", &"a".repeat(65)] {
            assert!(kept.anchor(name).is_err(), "{name}");
        }
    }
}
