//! Moving the write-ahead log into the database: a thread does most of it beside the writer, the writer
//! begins the log anew before it is too long.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::{Connection, Error, ffi};

use super::open::for_writing;

/// How often the thread looks.
const PERIOD: Duration = Duration::from_millis(100);
/// Bytes from which an idle writer begins the log anew.
const WHEN_IDLE: u64 = 16 << 20;
/// Bytes from which the writer does so under load.
const AT_MOST: u64 = 512 << 20;
/// Moves all of the log into the database, and empties it.
const EMPTY: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// Bytes of a frame of the log: a page and its header.
const FRAME: u64 = 4096 + 24;

/// How long the log is, in bytes; the thread measures, the writer acts.
#[derive(Clone, Default)]
pub(super) struct Wal {
    bytes: Arc<AtomicU64>,
    /// Something was deleted that the log is to hold no longer than it must.
    scrub: Arc<AtomicBool>,
}

impl Wal {
    /// Has the log emptied as soon as nobody reads from it.
    pub(super) fn scrub(&self) {
        self.scrub.store(true, Ordering::SeqCst);
    }

    /// Begins the log anew if it is very long.
    pub(super) fn after_batch(&self, connection: Option<&Connection>) {
        self.begin_anew(connection, AT_MOST);
    }

    /// Begins the log anew if it is long, and empties it: a start reads all that is in it.
    pub(super) fn when_idle(&self, connection: Option<&Connection>) {
        self.begin_anew(connection, WHEN_IDLE);
    }

    fn begin_anew(&self, connection: Option<&Connection>, from: u64) {
        let Some(connection) = connection else { return };
        if self.bytes.load(Ordering::Relaxed) < from {
            return;
        }
        match checkpoint(connection, EMPTY) {
            Ok(_) => self.bytes.store(0, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the write-ahead log was not begun anew"),
        }
    }

    /// Copies what is committed until `stop` is closed.
    pub(super) fn keep_short(&self, folder: PathBuf, stop: &Receiver<()>) {
        let mut connection = None;
        while stop.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
            let open = connection.take().map_or_else(|| for_writing(&folder), Ok);
            let scrub = self.scrub.swap(false, Ordering::SeqCst);
            let how = if scrub { EMPTY } else { "PRAGMA wal_checkpoint(PASSIVE)" };
            let copied = open.and_then(|open| Ok((checkpoint(&open, how)?, open)));
            if scrub && !matches!(copied, Ok((0, _))) {
                self.scrub();
            }
            match copied {
                Ok((bytes, open)) => {
                    self.bytes.store(bytes, Ordering::Relaxed);
                    connection = Some(open);
                }
                Err(error) => tracing::warn!(%error, "the write-ahead log was not copied: check the disk"),
            }
        }
    }
}

/// A connection after a failed commit. What the log holds since may not be on the disk, though the next flush says that it
/// is, and a log is read as far as it is whole: so it is moved into the database before anything is written behind it.
pub(super) fn after_failure(folder: &Path) -> Result<Connection, Error> {
    let connection = for_writing(folder)?;
    let is_busy: bool = connection.query_row(EMPTY, (), |row| row.get(0))?;
    if is_busy {
        let why = Some("somebody still reads from the write-ahead log of before".to_owned());
        return Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), why));
    }
    Ok(connection)
}

/// Runs a checkpoint; how long the log is, in bytes.
fn checkpoint(connection: &Connection, how: &str) -> Result<u64, Error> {
    let frames: i64 = connection.prepare_cached(how)?.query_one((), |row| row.get(1))?;
    Ok(u64::try_from(frames).unwrap_or(0).saturating_mul(FRAME))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::mpsc::channel;

    use tempfile::TempDir;

    use super::*;
    use crate::sqlite::open::prepare;

    /// A database with a log of some length, which nobody copies.
    fn grown(folder: &Path) -> Connection {
        let (_, connection) = prepare(folder).unwrap();
        connection.execute_batch("CREATE TABLE filling (bytes BLOB)").unwrap();
        fill(&connection, 1 << 20);
        connection
    }

    fn fill(connection: &Connection, bytes: u64) {
        connection
            .execute("INSERT INTO filling VALUES (zeroblob(?1))", (i64::try_from(bytes).unwrap(),))
            .unwrap();
    }

    fn length(folder: &Path) -> u64 {
        folder.join("postern.db-wal").metadata().unwrap().len()
    }

    #[test]
    fn an_idle_writer_begins_a_long_log_anew_and_leaves_a_short_one() {
        let (folder, wal) = (TempDir::new().unwrap(), Wal::default());
        let connection = grown(folder.path());
        let before = length(folder.path());
        wal.bytes.store(WHEN_IDLE - 1, Ordering::Relaxed);
        wal.when_idle(Some(&connection));
        fill(&connection, 100);
        assert!(length(folder.path()) > before, "a short log was begun anew");
        let before = length(folder.path());
        wal.bytes.store(WHEN_IDLE, Ordering::Relaxed);
        wal.when_idle(Some(&connection));
        assert_eq!(length(folder.path()), 0, "a start would read all of it");
        fill(&connection, 100);
        assert!(length(folder.path()) < before, "the log goes on where it was");
        assert_eq!(wal.bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_is_to_be_gone_goes_as_soon_as_nobody_reads_any_more() {
        let (folder, wal) = (TempDir::new().unwrap(), Wal::default());
        let connection = grown(folder.path());
        let reader = for_writing(folder.path()).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM filling").unwrap();
        fill(&connection, 100);
        let (stop, stopping) = channel();
        let (keeper, path) = (wal.clone(), folder.path().to_owned());
        let keeping = std::thread::spawn(move || keeper.keep_short(path, &stopping));
        wal.scrub();
        // Longer than the first try waits for the reader.
        std::thread::sleep(PERIOD * 16);
        assert!(length(folder.path()) > 0, "somebody reads from it");
        reader.execute_batch("COMMIT").unwrap();
        let is_empty = |_| {
            std::thread::sleep(PERIOD);
            length(folder.path()) == 0
        };
        assert!((0..100).any(is_empty), "it is still there");
        drop(stop);
        keeping.join().unwrap();
    }

    #[test]
    fn under_load_only_a_very_long_log_is_emptied() {
        let (folder, wal) = (TempDir::new().unwrap(), Wal::default());
        let connection = grown(folder.path());
        let before = length(folder.path());
        wal.bytes.store(AT_MOST - 1, Ordering::Relaxed);
        wal.after_batch(Some(&connection));
        assert_eq!(length(folder.path()), before);
        wal.bytes.store(AT_MOST, Ordering::Relaxed);
        wal.after_batch(Some(&connection));
        assert_eq!(length(folder.path()), 0);
        wal.bytes.store(AT_MOST, Ordering::Relaxed);
        wal.after_batch(None);
        assert_eq!(wal.bytes.load(Ordering::Relaxed), AT_MOST, "without a connection nothing is done");
    }

    #[test]
    fn the_thread_measures_a_log_that_a_reader_holds_up() {
        let (folder, wal) = (TempDir::new().unwrap(), Wal::default());
        let connection = grown(folder.path());
        let reader = for_writing(folder.path()).unwrap();
        reader.execute_batch("BEGIN").unwrap();
        let _: i64 = reader.query_row("SELECT count(*) FROM filling", (), |row| row.get(0)).unwrap();
        fill(&connection, WHEN_IDLE);
        let (stop, stopped) = channel();
        let (measures, at) = (wal.clone(), folder.path().to_owned());
        let thread = std::thread::spawn(move || measures.keep_short(at, &stopped));
        while wal.bytes.load(Ordering::Relaxed) < WHEN_IDLE {
            std::thread::yield_now();
        }
        drop(stop);
        thread.join().unwrap();
        // It cannot be begun anew while somebody reads what is in it, and is when nobody does any more.
        assert!(after_failure(folder.path()).is_err());
        assert!(length(folder.path()) > WHEN_IDLE);
        drop(reader);
        assert!(after_failure(folder.path()).is_ok());
        assert_eq!(length(folder.path()), 0);
    }
}
