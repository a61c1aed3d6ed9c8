//! A folder that events are shipped to: on another disk, or a mount of another machine.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use postern_core::Time;
use postern_core::ports::{Entropy as _, Place, PlaceFault, Put};

use crate::FileFault;
use crate::entropy::SystemEntropy;
use crate::file::{self, Sort};

/// The longest file that is read, in bytes: a bundle of the longest events, and room to spare.
const MOST: u64 = 16 * 1024 * 1024;

/// The end of the name of a file that is not whole yet.
const UNFINISHED: &str = "new";

/// A folder of files that are written once, whole.
#[derive(Debug)]
pub struct FolderPlace {
    folder: PathBuf,
}

impl FolderPlace {
    /// The folder, which must be there: a mount that is not must not become a folder on this disk.
    ///
    /// # Errors
    /// [`PlaceFault`] if it is not there.
    pub fn open(folder: &Path) -> Result<Self, PlaceFault> {
        if folder.is_dir() {
            return Ok(Self { folder: folder.to_owned() });
        }
        let shown = folder.display();
        Err(PlaceFault(format!(
            "there is no folder {shown}: mount it, or make it with `mkdir -m 700 {shown}`"
        )))
    }

    /// Where a name's file is.
    pub(crate) fn path(&self, name: &str) -> Result<PathBuf, PlaceFault> {
        let fits = |part: &str| {
            !["", ".", ".."].contains(&part)
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        if name.split('/').all(fits) {
            Ok(self.folder.join(name))
        } else {
            Err(PlaceFault(format!("{name:?} is no name")))
        }
    }

    /// Removes what is not whole; with a time, only what nobody has written to since.
    pub(crate) fn clear(&self, before: Option<SystemTime>) -> Result<(), PlaceFault> {
        let mut files = Vec::new();
        walk(&self.folder, &mut files).map_err(fault(&self.folder))?;
        for path in files.iter().filter(|path| is_unfinished(path)) {
            let written = || path.metadata().and_then(|found| found.modified());
            if before.is_none_or(|before| written().is_ok_and(|written| written < before)) {
                file::remove(path).map_err(said)?;
            }
        }
        Ok(())
    }
}

/// Every file in a folder and the folders in it.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        // The root of a disk has a folder of the file system's own, which nobody else may enter.
        if entry.file_name() == "lost+found" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Whether a file is one of [`aside`]: it is being written, or was left over from a crash.
pub(crate) fn is_unfinished(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == UNFINISHED)
}

impl Place for FolderPlace {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<Put, PlaceFault> {
        Self::open(&self.folder)?;
        let path = self.path(name)?;
        if path.exists() {
            return Ok(Put::WasThere);
        }
        if let Some(parent) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(fault(parent))?;
        }
        file::create_whole(&path, &aside(&path)?, bytes).map_err(said)?;
        Ok(Put::Kept)
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceFault> {
        match file::read(&self.path(name)?, Sort::Public, MOST) {
            Ok(bytes) => Ok(Some(bytes.to_vec())),
            Err(FileFault::Missing { .. }) => Ok(None),
            Err(other) => Err(said(other)),
        }
    }

    fn list(&self, under: &str) -> Result<Vec<String>, PlaceFault> {
        let folder = if under.is_empty() { self.folder.clone() } else { self.path(under)? };
        let mut files = Vec::new();
        match walk(&folder, &mut files) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound && !under.is_empty() => {}
            walked => walked.map_err(fault(&folder))?,
        }
        files.retain(|path| !is_unfinished(path));
        let name = |path: &PathBuf| Some(path.strip_prefix(&self.folder).ok()?.to_str()?.to_owned());
        Ok(files.iter().filter_map(name).collect())
    }

    fn remove(&self, name: &str) -> Result<(), PlaceFault> {
        file::remove(&self.path(name)?).map_err(said)
    }

    fn clear_unfinished(&self, before: Time) -> Result<(), PlaceFault> {
        self.clear(Some(UNIX_EPOCH + Duration::from_millis(before.millis())))
    }
}

/// A name that no other node takes for the file while it is being written.
fn aside(path: &Path) -> Result<PathBuf, PlaceFault> {
    let mut random = [0; 8];
    SystemEntropy.fill(&mut random).map_err(|fault| PlaceFault(fault.to_string()))?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{:016x}.{UNFINISHED}", u64::from_be_bytes(random)));
    Ok(name.into())
}

fn said(fault: FileFault) -> PlaceFault {
    PlaceFault(fault.to_string())
}

fn fault(path: &Path) -> impl FnOnce(io::Error) -> PlaceFault {
    let shown = path.display().to_string();
    move |fault| PlaceFault(format!("{shown}: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_there_whole_and_no_name_leads_out_of_the_folder() {
        let folder = tempfile::TempDir::new().unwrap();
        let place = FolderPlace::open(folder.path()).unwrap();
        assert_eq!(place.get("a/b").unwrap(), None);
        assert_eq!(place.put("a/b", b"one"), Ok(Put::Kept));
        assert_eq!(place.put("a/b", b"two"), Ok(Put::WasThere));
        place.put("a/c.p/7", b"three").unwrap();
        std::fs::write(folder.path().join("a/d.new"), b"cut").unwrap();
        assert_eq!(place.get("a/b").unwrap().as_deref(), Some(b"one".as_slice()));
        let mut names = place.list("").unwrap();
        names.sort();
        assert_eq!(names, ["a/b", "a/c.p/7"]);
        assert_eq!(place.list("nothing").unwrap(), Vec::<String>::new());
        place.remove("a/b").unwrap();
        place.remove("a/b").unwrap();
        assert_eq!(place.list("a").unwrap(), ["a/c.p/7"]);
        for name in ["", "..", "../a", "/a", "a//b", "a/../../b", "a b"] {
            assert!(place.put(name, b"out").is_err(), "{name}");
        }
    }

    #[test]
    fn nodes_that_put_at_once_leave_one_whole_file_and_no_other() {
        let folder = tempfile::TempDir::new().unwrap();
        let places: Vec<_> = (0..4).map(|_| FolderPlace::open(folder.path()).unwrap()).collect();
        for round in 0..50 {
            let name = format!("a/{round}");
            std::thread::scope(|threads| {
                for (place, byte) in places.iter().zip(1u8..) {
                    let name = &name;
                    threads.spawn(move || place.put(name, &vec![byte; 9000]).unwrap());
                }
            });
            let kept = places[0].get(&name).unwrap().unwrap();
            assert!(kept.len() == 9000 && kept.iter().all(|byte| *byte == kept[0]), "a torn file");
        }
        assert_eq!(std::fs::read_dir(folder.path().join("a")).unwrap().count(), 50);
    }

    #[test]
    fn what_a_crash_left_is_cleared_away_and_what_is_being_written_is_not() {
        let folder = tempfile::TempDir::new().unwrap();
        let place = FolderPlace::open(folder.path()).unwrap();
        place.put("a/entries/000", b"whole").unwrap();
        let (old, young) = (folder.path().join("a/entries/001.0a.new"), folder.path().join("002.0b.new"));
        for (path, seconds) in [(&old, 99), (&young, 101), (&folder.path().join("a/entries/000"), 1)] {
            let file = std::fs::File::options().write(true).create(true).truncate(false).open(path).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        }
        place.clear_unfinished(Time::from_millis(100_000)).unwrap();
        assert_eq!((old.exists(), young.exists()), (false, true));
        assert_eq!(place.list("").unwrap(), ["a/entries/000"]);
    }

    #[test]
    fn a_mount_that_is_gone_is_not_made_on_this_disk() {
        let folder = tempfile::TempDir::new().unwrap();
        let mount = folder.path().join("mount");
        assert!(FolderPlace::open(&mount).unwrap_err().to_string().contains("mount it"));
        std::fs::create_dir(&mount).unwrap();
        let place = FolderPlace::open(&mount).unwrap();
        std::fs::remove_dir(&mount).unwrap();
        assert!(place.put("a", b"one").is_err());
        assert!(!mount.exists());
    }
}
