//! Connections for reading: as many as read at once, a few of them kept.
//!
//! A read is done in a transaction, so that all that it sees is from one moment. A kept connection keeps its transaction
//! as well, and the pages that it has read, until something is committed: whoever reads next then sees the same
//! moment, which is still the newest. Under load some thirty reads share one; what they cost is mostly
//! the pages that are read again in each new transaction.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use postern_core::kernel::StoreFault;
use rusqlite::{Connection, Error};

use super::open::for_reading;

/// Connections that are kept while nobody reads.
const KEPT: usize = 8;

/// The readers of one folder. A lock held for a push or a pop is all that they share.
#[derive(Debug)]
pub(super) struct Pool {
    folder: PathBuf,
    /// How often the database may have changed.
    changes: AtomicU64,
    idle: Mutex<Idle>,
}

#[derive(Debug, Default)]
struct Idle {
    readers: Vec<Reader>,
    /// How many want the write-ahead log to themselves: meanwhile no transaction is kept.
    undisturbed: u32,
}

/// A connection, and how many changes its open transaction sees.
#[derive(Debug)]
struct Reader {
    connection: Connection,
    sees: Option<u64>,
}

impl Pool {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, changes: AtomicU64::new(0), idle: Mutex::default() }
    }

    /// To be told after each commit, also one that failed, and before anybody hears of it: who reads from then on
    /// sees it.
    pub(super) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// Runs `read` in one read transaction: all that it sees is from one moment, which is after all that was told to be
    /// committed.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, StoreFault> {
        self.try_read(read).map_err(|error| StoreFault(error.to_string()))
    }

    /// Runs `work` while no idle reader holds on to what the write-ahead log held a moment ago.
    pub(super) fn undisturbed<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut idle = self.idle();
        idle.undisturbed += 1;
        idle.rest();
        drop(idle);
        let done = work();
        self.idle().undisturbed -= 1;
        done
    }

    /// Ends the transactions of idle readers.
    pub(super) fn rest(&self) {
        self.idle().rest();
    }

    fn try_read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        // Before the transaction: a change between the two is seen, and looked for once more.
        let changes = self.changes.load(Ordering::SeqCst);
        let mut reader = self.take().map_or_else(|| Reader::open(&self.folder), Ok)?;
        // A connection that failed is not kept: closing it ends its transaction.
        reader.see(changes)?;
        let seen = read(&reader.connection)?;
        self.idle().keep(reader);
        Ok(seen)
    }

    fn take(&self) -> Option<Reader> {
        self.idle().readers.pop()
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    fn keep(&mut self, mut reader: Reader) {
        let rested = self.undisturbed == 0 || reader.rest().is_ok();
        if rested && self.readers.len() < KEPT {
            self.readers.push(reader);
        }
    }

    fn rest(&mut self) {
        self.readers.retain_mut(|reader| reader.rest().is_ok());
    }
}

impl Reader {
    fn open(folder: &std::path::Path) -> Result<Self, Error> {
        Ok(Self { connection: for_reading(folder)?, sees: None })
    }

    /// Has the transaction see so many changes at least.
    fn see(&mut self, changes: u64) -> Result<(), Error> {
        if self.sees.is_some_and(|sees| sees >= changes) {
            return Ok(());
        }
        self.rest()?;
        self.connection.prepare_cached("BEGIN")?.execute(())?;
        self.sees = Some(changes);
        Ok(())
    }

    /// Ends the transaction, if there is one.
    fn rest(&mut self) -> Result<(), Error> {
        if self.sees.take().is_some() {
            self.connection.prepare_cached("COMMIT")?.execute(())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::sqlite::open::prepare;

    /// A database with one number in it, somebody who writes it, and readers.
    fn counter() -> (TempDir, Connection, Pool) {
        let folder = TempDir::new().unwrap();
        let (_, writer) = prepare(folder.path()).unwrap();
        writer.execute_batch("CREATE TABLE counter (n INTEGER); INSERT INTO counter VALUES (0)").unwrap();
        let pool = Pool::new(folder.path().to_owned());
        (folder, writer, pool)
    }

    fn count(writer: &Connection) {
        writer.execute_batch("UPDATE counter SET n = n + 1").unwrap();
    }

    fn seen(pool: &Pool) -> i64 {
        let number =
            |connection: &Connection| connection.query_row("SELECT n FROM counter", (), |row| row.get(0));
        pool.read(number).unwrap()
    }

    #[test]
    fn what_was_told_to_be_committed_is_seen() {
        let (_folder, writer, pool) = counter();
        for number in 1..=3 {
            count(&writer);
            pool.changed();
            assert_eq!(seen(&pool), number);
        }
    }

    #[test]
    fn until_something_is_committed_reads_share_a_moment() {
        let (_folder, writer, pool) = counter();
        assert_eq!(seen(&pool), 0);
        count(&writer);
        assert_eq!(seen(&pool), 0, "not told yet");
        pool.rest();
        assert_eq!(seen(&pool), 1, "who rests begins anew");
    }

    #[test]
    fn a_read_that_began_before_others_goes_on_seeing_its_moment_and_the_next_one_does_not() {
        let (_folder, writer, pool) = counter();
        let (first, within) = pool
            .read(|connection| {
                let first: i64 = connection.query_row("SELECT n FROM counter", (), |row| row.get(0))?;
                count(&writer);
                pool.changed();
                let again: i64 = connection.query_row("SELECT n FROM counter", (), |row| row.get(0))?;
                assert_eq!(again, first);
                Ok((first, seen(&pool)))
            })
            .unwrap();
        assert_eq!((first, within, seen(&pool)), (0, 1, 1));
    }

    #[test]
    fn nobody_idle_holds_the_log_up() {
        let (folder, writer, pool) = counter();
        let log = folder.path().join("postern.db-wal");
        writer.busy_timeout(std::time::Duration::ZERO).unwrap();
        let is_held_up = || {
            count(&writer);
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, bool>(0)).unwrap()
        };
        assert_eq!(seen(&pool), 0);
        assert!(is_held_up(), "by an idle reader");
        assert!(!pool.undisturbed(is_held_up), "it has let go");
        assert_eq!(log.metadata().unwrap().len(), 0);
        let reads = || {
            pool.changed();
            seen(&pool)
        };
        assert_eq!(pool.undisturbed(reads), 2);
        assert!(!is_held_up(), "who read meanwhile holds nothing either");
        assert_eq!(reads(), 3);
        assert!(is_held_up(), "and afterwards they do again");
    }
}
