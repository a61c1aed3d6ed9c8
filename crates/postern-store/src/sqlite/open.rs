//! Opening a data folder and connections to its database.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Error, OpenFlags};

use super::lock::{FolderLock, make_folder, private_file, take};
use super::migrations::{NEWEST, Refused, migrate};

/// Why a data folder was not opened. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or a file in it cannot be made or opened.
    #[error("cannot use the data folder {}: {source}; let the service's user own it", .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error(
        "the data folder {} is in use; stop the postern process that has it, or choose another folder",
        .folder.display()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The database was made by another program.
    #[error(
        "the database in {} has migration {found}, which this release (migration {NEWEST}) does not know; \
         start the release that wrote it, or restore a backup into an empty folder",
        .folder.display()
    )]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// The first migration that is not known.
        found: i64,
    },
    /// SQLite cannot use the database.
    #[error("cannot use the database in {}: {source}; check the disk, or restore a backup", .folder.display())]
    Database {
        /// The folder.
        folder: PathBuf,
        /// What SQLite said.
        source: Error,
    },
}

/// Where the database of a folder is.
pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("postern.db")
}

/// Takes the folder and brings its database to the shape that this program knows.
pub(super) fn prepare(folder: &Path) -> Result<(FolderLock, Connection), OpenError> {
    let failed = |source| OpenError::Folder { folder: folder.to_owned(), source };
    make_folder(folder).map_err(failed)?;
    let lock = take(folder).map_err(failed)?;
    let lock = lock.ok_or_else(|| OpenError::InUse { folder: folder.to_owned() })?;
    // SQLite gives its companion files the mode of this one.
    private_file(&database(folder)).map_err(failed)?;
    let unusable = |source| OpenError::Database { folder: folder.to_owned(), source };
    let mut connection = for_writing(folder).map_err(unusable)?;
    migrate(&mut connection).map_err(|refused| match refused {
        Refused::Foreign(found) => OpenError::Foreign { folder: folder.to_owned(), found },
        Refused::Sqlite(source) => unusable(source),
    })?;
    Ok((lock, connection))
}

/// A connection that writes.
pub(super) fn for_writing(folder: &Path) -> Result<Connection, Error> {
    let connection = connect(folder)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
         PRAGMA foreign_keys = OFF; PRAGMA cache_size = -8000; PRAGMA secure_delete = ON;",
    )?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn for_reading(folder: &Path) -> Result<Connection, Error> {
    let connection = connect(folder)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8000;")?;
    Ok(connection)
}

/// More than the statements there are, so that each is compiled once a connection.
const STATEMENTS: usize = 128;

/// How long a connection waits for a lock. Readers wait only while a write-ahead log is recovered or
/// begun anew.
const LOCK_WAIT: Duration = Duration::from_secs(1);

fn connect(folder: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    #[expect(clippy::disallowed_methods, reason = "this is the room that SQL lives in")]
    let connection = Connection::open_with_flags(database(folder), flags)?;
    connection.busy_timeout(LOCK_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Whoever can write to the file must not get code run by it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    // Else a statement may be compiled again for other values: measured, a read then took 27 µs instead of 8.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    Ok(connection)
}
