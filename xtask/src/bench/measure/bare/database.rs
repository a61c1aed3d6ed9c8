//! The database of the bare loop: settings, and bytes of the product's lengths.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::Done;

/// How many bytes the product writes.
#[derive(Clone, Copy)]
pub(crate) struct Bytes {
    /// A subject's body.
    pub(crate) subject: usize,
    /// An event's body.
    pub(crate) event: usize,
    /// A log's head.
    pub(crate) head: usize,
}

impl Bytes {
    /// What the measured server has just written, read from its database.
    pub(crate) fn of(data: &Path) -> Done<Self> {
        let database = open(&data.join("postern.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let number = |text: &str| -> Done<usize> {
            Ok(usize::try_from(database.query_one(text, (), |row| row.get::<_, i64>(0))?)?)
        };
        let last = |table: &str| {
            let last = format!("SELECT body FROM {table} ORDER BY rowid DESC LIMIT 500");
            number(&format!("SELECT CAST(round(avg(length(body))) AS INTEGER) FROM ({last})"))
        };
        let head = number("SELECT max(length(frontier)) FROM log_head")?;
        Ok(Self { subject: last("subject")?, event: last("event")?, head })
    }
}

/// The product's settings.
pub(super) fn connect(path: &Path) -> Done<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(
        "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
         PRAGMA foreign_keys = OFF; PRAGMA cache_size = -8000;",
    )?;
    Ok(connection)
}

#[expect(clippy::disallowed_methods, reason = "the limit that the product's own SQL is held against")]
fn open(path: &Path, flags: OpenFlags) -> Done<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

pub(super) fn checkpoint(connection: &Connection, how: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(how)?.query_one((), |_| Ok(()))
}

/// Spread like the product's ids, which are random.
pub(super) fn id(number: u64) -> [u8; 16] {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (u128::from(mixed) << 64 | u128::from(number)).to_be_bytes()
}

/// Bytes that differ from write to write.
pub(super) fn filled(length: usize, number: u64) -> Vec<u8> {
    number.to_be_bytes().into_iter().cycle().take(length).collect()
}
