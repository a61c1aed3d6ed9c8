//! Connections for reading: as many as read at once, a few of them kept.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use postern_core::kernel::StoreFault;
use rusqlite::{Connection, Error};

use super::open::for_reading;

/// Connections that are kept while nobody reads.
const KEPT: usize = 8;

/// The readers of one folder. A lock held for a push or a pop is all that they share.
#[derive(Debug)]
pub(super) struct Pool {
    folder: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder, idle: Mutex::new(Vec::new()) }
    }

    /// Runs `read` in one read transaction: all that it sees is from one moment.
    pub(super) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, StoreFault> {
        self.try_read(read).map_err(|error| StoreFault(error.to_string()))
    }

    fn try_read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let connection = self.take().map_or_else(|| for_reading(&self.folder), Ok)?;
        connection.prepare_cached("BEGIN")?.execute(())?;
        // A connection that failed is not kept: closing it ends its transaction.
        let seen = read(&connection)?;
        connection.prepare_cached("COMMIT")?.execute(())?;
        self.keep(connection);
        Ok(seen)
    }

    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
    }
}
