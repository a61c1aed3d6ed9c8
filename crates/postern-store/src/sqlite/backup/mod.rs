//! Backups: the whole database as it is at one moment, copied by the writer between its batches, and laid down again.
//!
//! A backup is a folder with three files: `postern.db`; `keyring`, the subjects' wrapped keys apart, so that they can
//! be kept for less long, with the time at which they were copied; and `logs`, the right edge of every log, in the form of an anchor. It is written last: a
//! folder without it is no backup.

mod keyring;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use postern_core::Time;
use postern_core::kernel::{Key, KeyringEntry, Sealer, StoreFault};
use postern_core::ports::Copied;
use postern_log::{Anchor, AnchorError};
use rusqlite::{Connection, Error, OpenFlags};
use tokio::sync::oneshot;

use super::lock::{make_folder, private_file};
use super::open::database;
use super::{lists, reads, schema};

/// The file of the subjects' wrapped keys.
const KEYRING: &str = "keyring";
/// All that a backup may have in its folder while it is made: the database with what SQLite lays beside it first.
const FILES: [&str; 6] =
    ["postern.db", "postern.db-journal", "postern.db-wal", "postern.db-shm", KEYRING, "logs"];
/// Bytes that are copied until it is said how far it is.
const CHUNK: u64 = 8 * 1024 * 1024;

/// Pages that are copied between two batches: about a millisecond's work.
pub(super) const PAGES: i32 = 256;

/// Pages that are copied, and all that there are: for whoever watches.
#[derive(Default)]
pub(super) struct Pages {
    done: AtomicU64,
    all: AtomicU64,
}

impl Pages {
    /// So many are left of so many.
    pub(super) fn left(&self, left: i32, all: i32) {
        self.all.store(u64::try_from(all).unwrap_or_default(), Ordering::Relaxed);
        self.done.store(u64::try_from(all.saturating_sub(left)).unwrap_or_default(), Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }
}

/// A backup that is asked for.
pub(super) struct Copying {
    pub(super) folder: PathBuf,
    /// When it was asked for.
    pub(super) at: Time,
    pub(super) answer: oneshot::Sender<Result<Copied, StoreFault>>,
}

/// A backup was not made or not laid down.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder.
    #[error("{}: {source}; check the path, its permissions and the space left", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The database.
    #[error("the database of the backup cannot be used: {0}")]
    Database(#[from] Error),
    /// The folder that it is to go to has something in it.
    #[error("{} is not empty, and nothing is ever overwritten: name a new folder", .0.display())]
    NotEmpty(PathBuf),
    /// Its keys are older than they may be kept.
    #[error(
        "the keys in {} are more than 30 days old, and of whoever was erased since they must be gone. Take a younger backup; or remove that file and restore again: everything comes back, except who the people of this backup are. Nothing was laid down", .0.display()
    )]
    OldKeys(PathBuf),
    /// It is not one, or not whole.
    #[error("{} is no whole backup: {why}", .path.display())]
    NotWhole {
        /// The folder.
        path: PathBuf,
        /// What is missing or wrong.
        why: String,
    },
}

impl BackupError {
    fn not_whole(path: &Path, why: impl ToString) -> Self {
        Self::NotWhole { path: path.to_owned(), why: why.to_string() }
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { path, source }
}

/// Makes the empty database that is copied into.
pub(super) fn begin(folder: &Path) -> Result<Connection, BackupError> {
    private_file(&database(folder)).map_err(failed(&database(folder)))?;
    Ok(alone(folder)?)
}

/// Takes the keys out of a copied database and writes what says that the backup is whole.
pub(super) fn finish(
    copy: Connection,
    folder: &Path,
    at: Time,
    sealer: &Sealer,
) -> Result<Copied, BackupError> {
    copy.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA secure_delete = ON;")?;
    let mut logs = BTreeMap::new();
    for tenant in lists::tenants(&copy)? {
        let head = reads::head(&copy, tenant, sealer)?;
        let head = head
            .ok_or_else(|| BackupError::not_whole(folder, format!("the log head of {tenant} is altered")))?;
        logs.insert(tenant.to_string(), head);
    }
    keyring::write(&folder.join(KEYRING), &copy, at)?;
    copy.execute_batch("DELETE FROM keyring; VACUUM;")?;
    copy.close().map_err(|(_, error)| error)?;
    sync(&database(folder))?;
    let anchor = Anchor { epoch: 0, logs };
    write(&folder.join("logs"), &anchor.to_json())?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))?;
    Ok(Copied { logs: anchor.logs })
}

/// Removes the files of a backup that was not made, and none but these.
pub(super) fn take_away(folder: &Path) {
    for name in FILES {
        let path = folder.join(name);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
            Err(fault) => {
                tracing::error!(path = %path.display(), %fault, "a backup failed and this file is left of it: remove it");
            }
        }
    }
}

/// What a backup says of its logs.
///
/// # Errors
/// [`BackupError`] if it is not whole.
pub fn look(backup: &Path) -> Result<Copied, BackupError> {
    let read = std::fs::read(backup.join("logs"));
    let bytes = read.map_err(|fault| BackupError::not_whole(backup, format!("logs: {fault}")))?;
    let anchor = Anchor::from_json(&bytes);
    let anchor = anchor.map_err(|fault: AnchorError| BackupError::not_whole(backup, fault))?;
    Ok(Copied { logs: anchor.logs })
}

/// Lays a backup down as a new data folder, without the keys of those who were erased since. Keys that are gone are
/// no error: their subjects come back, and nobody can read who they are. Keys that are older at `now` than they may be kept
/// are. `copied` is told how many bytes are, and of how many.
///
/// # Errors
/// [`BackupError`]; what was made of the folder is taken away again.
pub fn lay_down(
    backup: &Path,
    folder: &Path,
    (erased, now): (&BTreeSet<Key>, Time),
    copied: &dyn Fn(u64, u64),
) -> Result<(), BackupError> {
    look(backup)?;
    let keys = keyring::read(backup, now)?;
    new_folder(folder)?;
    let keys = keys.iter().filter(|entry| !erased.contains(&entry.subject));
    fill(backup, folder, keys, copied).inspect_err(|_| {
        // The first error says more than a second one would.
        let _ = std::fs::remove_dir_all(folder);
    })
}

fn fill<'a>(
    backup: &Path,
    folder: &Path,
    keys: impl Iterator<Item = &'a KeyringEntry>,
    copied: &dyn Fn(u64, u64),
) -> Result<(), BackupError> {
    let (from, to) = (database(backup), database(folder));
    let mut source = File::open(&from).map_err(failed(&from))?;
    let all = source.metadata().map_err(failed(&from))?.len();
    let mut target = private_file(&to).map_err(failed(&to))?;
    let mut done = 0;
    loop {
        let some = io::copy(&mut (&mut source).take(CHUNK), &mut target).map_err(failed(&to))?;
        if some == 0 {
            break;
        }
        done += some;
        copied(done, all);
    }
    let database = alone(folder)?;
    database.execute_batch("BEGIN")?;
    for entry in keys {
        let mut put = database.prepare_cached(schema::KEYRING_PUT)?;
        put.execute((entry.subject.tenant.bytes(), entry.subject.id, &entry.wrapped))?;
    }
    database.execute_batch("COMMIT")?;
    database.close().map_err(|(_, error)| error)?;
    sync(&to)
}

/// Makes a folder that has nothing in it.
pub(super) fn new_folder(folder: &Path) -> Result<(), BackupError> {
    if folder.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        return Err(BackupError::NotEmpty(folder.to_owned()));
    }
    make_folder(folder).map_err(failed(folder))
}

/// A connection to a database that nobody else has.
fn alone(folder: &Path) -> Result<Connection, Error> {
    #[expect(clippy::disallowed_methods, reason = "this is the room that SQL lives in")]
    Connection::open_with_flags(database(folder), OpenFlags::SQLITE_OPEN_READ_WRITE)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let written = private_file(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(failed(path))
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(failed(path))
}
