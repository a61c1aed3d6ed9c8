//! Why a transaction of the writer cannot go on, and what that is to whoever waits.

use postern_core::kernel::{Committed, Key};
use rusqlite::{Error, ffi};

/// Why a transaction cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// The log has this event already: a row or a head is an old one, put back.
    #[error("the log already has the next event of {0}")]
    Collision(Key),
    /// A row is not at the version that was read a moment ago.
    #[error("{0} moved inside a transaction")]
    Moved(Key),
    /// SQLite failed.
    #[error(transparent)]
    Sqlite(#[from] Error),
}

/// An event that is there already: by its place in the log, or by its record and version.
pub(super) fn collision(error: Error, key: Key) -> Broken {
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Broken::Collision(Key::tenant(key.tenant)),
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE) => Broken::Collision(key),
        _ => Broken::Sqlite(error),
    }
}

/// What an error of one job alone comes to. All of it was rolled back.
pub(super) fn after_rollback(broken: &Broken) -> Committed {
    match broken {
        Broken::Collision(key) => Committed::Rejected(*key),
        Broken::Moved(_) | Broken::Sqlite(_) => Committed::Busy,
    }
}
