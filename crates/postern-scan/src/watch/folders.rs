//! What the kernel tells of folders (inotify). It watches a folder, not a tree: new folders are added when they appear.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use crate::source::walk;

/// Bytes that are read of the kernel's queue at once.
const ROOM: usize = 64 << 10;

/// What has changed.
pub(super) enum Change {
    /// A file or a folder.
    At(PathBuf),
    /// Something: the kernel's queue was too short.
    Unknown,
}

pub(super) struct Folders {
    inotify: OwnedFd,
    paths: HashMap<i32, PathBuf>,
}

impl Folders {
    pub(super) fn none() -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
        Ok(Self { inotify, paths: HashMap::new() })
    }

    /// Whether none is left.
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Watches a folder that is named, and all below it.
    pub(super) fn add(&mut self, root: &Path) -> io::Result<()> {
        self.watch(root, WatchFlags::ONLYDIR).map_err(|fault| match fault.kind() {
            io::ErrorKind::NotADirectory => io::Error::other(format!("{} is no folder", root.display())),
            _ => io::Error::new(fault.kind(), format!("{}: {fault}", root.display())),
        })?;
        self.below(root)
    }

    /// Watches the folders below one. One that is gone again is no fault.
    fn below(&mut self, root: &Path) -> io::Result<()> {
        let Some(walk) = walk(&[root.to_path_buf()]) else { return Ok(()) };
        let folders = walk
            .build()
            .flatten()
            .filter(|entry| entry.depth() > 0 && entry.file_type().is_some_and(|kind| kind.is_dir()));
        for folder in folders {
            self.inside(folder.path())?;
        }
        Ok(())
    }

    /// Watches a folder that was found. Links are not followed.
    fn inside(&mut self, folder: &Path) -> io::Result<()> {
        match self.watch(folder, WatchFlags::ONLYDIR | WatchFlags::DONT_FOLLOW) {
            Err(fault) if fault.kind() == io::ErrorKind::StorageFull => Err(io::Error::other(
                "the system watches no more folders for this user (fs.inotify.max_user_watches)",
            )),
            // The scan names it if it cannot be read.
            _ => Ok(()),
        }
    }

    fn watch(&mut self, folder: &Path, how: WatchFlags) -> io::Result<()> {
        let what = WatchFlags::CREATE
            | WatchFlags::MODIFY
            | WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVED_TO
            | WatchFlags::MOVED_FROM;
        let watch = inotify::add_watch(self.inotify.as_fd(), folder, what | how)?;
        self.paths.insert(watch, folder.to_path_buf());
        Ok(())
    }

    /// Tells everything that has changed since it was asked before.
    pub(super) fn changes(&mut self, told: &mut dyn FnMut(Change)) -> io::Result<()> {
        for (watch, events, name) in self.read(told)? {
            if events.contains(ReadFlags::IGNORED) {
                self.paths.remove(&watch);
                continue;
            }
            let Some(path) = self.paths.get(&watch).map(|folder| folder.join(OsStr::from_bytes(&name)))
            else {
                continue;
            };
            match (events.contains(ReadFlags::ISDIR), events.contains(ReadFlags::MOVED_FROM)) {
                (true, true) => self.forget(&path),
                (false, true) => {}
                (true, false) => {
                    self.inside(&path)?;
                    self.below(&path)?;
                    // What came before it was watched.
                    told(Change::At(path));
                }
                (false, false) => told(Change::At(path)),
            }
        }
        Ok(())
    }

    /// All that is in the kernel's queue.
    fn read(&self, told: &mut dyn FnMut(Change)) -> io::Result<Vec<(i32, ReadFlags, Vec<u8>)>> {
        let mut room = vec![MaybeUninit::uninit(); ROOM];
        let mut reader = Reader::new(self.inotify.as_fd(), &mut room);
        let mut read: Vec<(i32, ReadFlags, Vec<u8>)> = Vec::new();
        loop {
            match reader.next() {
                Ok(event) if event.events().contains(ReadFlags::QUEUE_OVERFLOW) => told(Change::Unknown),
                Ok(event) => {
                    let name = event.file_name().map(|name| name.to_bytes().to_vec()).unwrap_or_default();
                    let event = (event.wd(), event.events(), name);
                    // Of a file that is written piece by piece there are very many.
                    if read.last() != Some(&event) {
                        read.push(event);
                    }
                }
                Err(Errno::AGAIN) => return Ok(read),
                Err(Errno::INTR) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
    }

    /// A folder went elsewhere, and all below it: what they are called now is not known.
    fn forget(&mut self, folder: &Path) {
        let gone: Vec<i32> =
            self.paths.iter().filter(|(_, path)| path.starts_with(folder)).map(|(watch, _)| *watch).collect();
        for watch in gone {
            self.paths.remove(&watch);
            // It may be gone already.
            let _ = inotify::remove_watch(self.inotify.as_fd(), watch);
        }
    }
}
