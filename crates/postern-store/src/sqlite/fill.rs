//! Many new records, in large transactions: claimed, numbered and in the tree as any others. Nothing of the service calls it.

use std::path::Path;

use postern_core::ids::TenantId;
use postern_core::kernel::{DraftEvent, Key, KeyringEntry, Row, Sealer};
use rusqlite::{Connection, Error};

use super::broken::Broken;
use super::heads::Heads;
use super::lock::FolderLock;
use super::open::{OpenError, prepare};
use super::transaction::Transaction;
use super::{columns, schema};
use crate::loaded::Loaded;
use crate::many::Many;
use crate::rows::Rows as _;

/// A data folder that is being filled; no service has it meanwhile. If the machine crashes then, its database is lost.
pub struct Fill {
    connection: Connection,
    sealer: Sealer,
    tenant: TenantId,
    _lock: FolderLock,
}

/// Nothing of what was to be written is there.
#[derive(Debug, thiserror::Error)]
pub enum NotFilled {
    /// The folder could not be opened.
    #[error(transparent)]
    Unopened(#[from] OpenError),
    /// SQLite said no.
    #[error(transparent)]
    Sqlite(#[from] Error),
    /// What was to be written is there already.
    #[error("{0}")]
    Refused(String),
    /// The log's head has no seal that fits.
    #[error("the log head of {0} is not as it was written")]
    Head(TenantId),
}

/// Four gigabytes of pages stay in memory, and nothing waits for the disk.
const SETTINGS: &str = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF; \
     PRAGMA cache_size = -4000000;";

impl Fill {
    /// Takes the folder.
    ///
    /// # Errors
    /// [`NotFilled`].
    pub fn open(folder: &Path, sealer: Sealer, tenant: TenantId) -> Result<Self, NotFilled> {
        let (lock, connection) = prepare(folder)?;
        connection.execute_batch(SETTINGS)?;
        Ok(Self { connection, sealer, tenant, _lock: lock })
    }

    /// Writes records of this tenant and their events, all or none.
    ///
    /// # Errors
    /// [`NotFilled`]: nothing was written.
    pub fn write(&mut self, many: &Many) -> Result<(), NotFilled> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let mut heads = Heads::new(1);
        let mut transaction = Transaction::new(&self.connection, &self.sealer, &mut heads);
        let written = match transaction.head_is_genuine(self.tenant) {
            Ok(true) => write(&mut transaction, many.loaded()).map_err(refused),
            Ok(false) => Err(NotFilled::Head(self.tenant)),
            Err(broken) => Err(refused(broken)),
        };
        self.connection.execute_batch(if written.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        written
    }
}

fn write(transaction: &mut Transaction<'_>, loaded: &Loaded) -> Result<(), Broken> {
    for key in loaded.changed.keys() {
        if let Some(Some(row)) = loaded.rows.get(key) {
            put(transaction.connection, *key, row)?;
        }
    }
    for (claim, seal) in loaded.taken.values() {
        transaction.take(claim, *seal)?;
    }
    for (key, wrapped) in &loaded.keyring {
        transaction.keep_key(&KeyringEntry { subject: *key, wrapped: wrapped.clone() })?;
    }
    for event in &loaded.events {
        let (key, version, bytes) = (event.key, event.version, event.bytes.clone());
        transaction.append(&DraftEvent { key, version, bytes }, event.mac)?;
    }
    transaction.write_heads()
}

/// A new row with its parts.
fn put(connection: &Connection, key: Key, row: &Row) -> Result<(), Broken> {
    let (tenant, version) = (key.tenant.bytes(), columns::number(row.version));
    let due = row.due.map(columns::number);
    let mut insert = connection.prepare_cached(&schema::insert(key.kind))?;
    insert.execute((tenant, key.id, version, &row.body, &row.seal, &row.state, due))?;
    for part in &row.parts {
        let mut insert = connection.prepare_cached(schema::PART_PUT)?;
        insert.execute((key.kind.number(), tenant, key.id, part.number, &part.bytes, &part.seal))?;
    }
    Ok(())
}

fn refused(broken: Broken) -> NotFilled {
    NotFilled::Refused(broken.to_string())
}
