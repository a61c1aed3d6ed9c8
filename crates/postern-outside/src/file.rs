//! Files of which only this process's user may dispose: opened without following links, checked after they
//! are open, replaced whole.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use zeroize::Zeroizing;

use crate::FileFault;

/// Who may do what with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Nobody else reads it or writes it.
    Secret,
    /// The system's manager put it there for this process: it may be root's.
    Credential,
    /// Nobody else writes it.
    Public,
}

impl Sort {
    /// Permissions that such a file must not have.
    const fn forbidden(self) -> u32 {
        match self {
            Self::Secret => 0o077,
            // Where the user is let in by an access list, its mask stands in the place of the group's permission.
            Self::Credential => 0o037,
            Self::Public => 0o022,
        }
    }
}

/// The whole file, if it is an ordinary one of its sort with at most `most` bytes.
pub(crate) fn read(path: &Path, sort: Sort, most: u64) -> Result<Zeroizing<Vec<u8>>, FileFault> {
    // Not waiting: opening a pipe would block until somebody writes into it.
    let file = open(path, OFlags::RDONLY | OFlags::NONBLOCK)?;
    let length = check(&file, path, sort)?;
    let too_long = || FileFault::TooLong { path: path.to_owned(), most };
    if length > most {
        return Err(too_long());
    }
    // Some room to spare, so that the bytes are never moved and left behind where nothing wipes them.
    let room = usize::try_from(length).map_err(|_| too_long())?.saturating_add(64);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(length.saturating_add(1)).read_to_end(&mut bytes).map_err(system(path, "read it"))?;
    if bytes.len() as u64 > length {
        return Err(system(path, "read it")(io::Error::other("it grew meanwhile")));
    }
    Ok(bytes)
}

/// Makes a file that is not there yet and that only this user may use; durable when this returns. What could
/// not be written whole is taken away again.
pub(crate) fn create(path: &Path, bytes: &[u8]) -> Result<(), FileFault> {
    let mut file = open(path, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(system(path, "write it"))
        .and_then(|()| sync_folder(path));
    if written.is_err() {
        // The first error says more than a second one would.
        let _ = remove(path);
    }
    written
}

/// Puts new content in the place of a file: whoever reads it, also after a crash, sees the old or the new one
/// whole. Callers exclude each other with [`lock`].
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileFault> {
    let new = begin(path, bytes)?;
    std::fs::rename(&new, path).map_err(system(path, "put the new content in its place"))?;
    sync_folder(path)
}

/// Writes what is to take a file's place, beside it; where it lies. Callers exclude each other with [`lock`].
pub(crate) fn begin(path: &Path, bytes: &[u8]) -> Result<PathBuf, FileFault> {
    let new = beside(path, ".new");
    // Left over from a crash: nobody else writes under the lock.
    remove(&new)?;
    create(&new, bytes)?;
    Ok(new)
}

/// Puts a file that was written beside its place into it, if nothing is there.
pub(crate) fn put(new: &Path, path: &Path) -> Result<(), FileFault> {
    let put = rustix::fs::renameat_with(CWD, new, CWD, path, RenameFlags::NOREPLACE);
    put.map_err(|errno| match errno {
        Errno::EXIST => FileFault::Exists { path: path.to_owned() },
        other => system(path, "put it in its place")(other.into()),
    })?;
    sync_folder(path)
}

/// Makes a new file whole, under `aside` first, which nobody else may use: whoever reads it sees all of it or
/// nothing.
pub(crate) fn create_whole(path: &Path, aside: &Path, bytes: &[u8]) -> Result<(), FileFault> {
    create(aside, bytes)?;
    let moved = std::fs::rename(aside, path).map_err(system(path, "put the new file in its place"));
    if moved.is_err() {
        let _ = remove(aside);
    }
    moved?;
    sync_folder(path)
}

/// Removes a file; one that is not there is no error.
pub(crate) fn remove(path: &Path) -> Result<(), FileFault> {
    match std::fs::remove_file(path) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(system(path, "remove it")(fault)),
        _ => Ok(()),
    }
}

/// Takes the exclusive lock of a file, on a sibling that stays when the file is replaced; `None` if another
/// process has it. Ends when the result is dropped or the process ends, however it ends.
pub(crate) fn lock(path: &Path) -> Result<Option<File>, FileFault> {
    let path = beside(path, ".lock");
    let file = open(&path, OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK)?;
    check(&file, &path, Sort::Public)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(errno) => Err(system(&path, "lock it")(errno.into())),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn open(path: &Path, flags: OFlags) -> Result<File, FileFault> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR);
    opened.map(File::from).map_err(|errno| match errno {
        Errno::NOENT => FileFault::Missing { path: path.to_owned() },
        Errno::EXIST => FileFault::Exists { path: path.to_owned() },
        Errno::LOOP | Errno::ISDIR | Errno::NXIO => FileFault::NotOrdinary { path: path.to_owned() },
        other => system(path, "open it")(other.into()),
    })
}

/// The length of an open file, if it is an ordinary one of its sort.
fn check(file: &File, path: &Path, sort: Sort) -> Result<u64, FileFault> {
    let found = file.metadata().map_err(system(path, "ask for its owner"))?;
    let (owner, user) = (found.uid(), rustix::process::geteuid().as_raw());
    let mode = found.mode() & 0o7777;
    if !found.is_file() {
        return Err(FileFault::NotOrdinary { path: path.to_owned() });
    }
    let from_manager = sort == Sort::Credential && owner == 0;
    if owner != user && !from_manager {
        return Err(FileFault::Foreign { path: path.to_owned(), owner, user });
    }
    if mode & sort.forbidden() != 0 {
        return Err(FileFault::Shared { path: path.to_owned(), mode });
    }
    Ok(found.len())
}

/// Makes the file's name durable: its content alone survives a crash under no name.
fn sync_folder(path: &Path) -> Result<(), FileFault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(system(path, "sync its folder"))
}

fn system(path: &Path, step: &'static str) -> impl FnOnce(io::Error) -> FileFault {
    let path = path.to_owned();
    move |source| FileFault::System { path, step, source }
}
