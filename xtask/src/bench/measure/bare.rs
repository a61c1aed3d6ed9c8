//! W: the same rows, columns and bytes as a redemption's commit, in a bare loop over SQLite: 64 redemptions a
//! transaction, `synchronous=FULL`, the product's own tables and settings, its log copied beside the writer
//! as the product does. Nothing is read but what an UPDATE finds, nothing is decided, sealed or signed.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::time::Instant;

use crate::{Done, Fault};

/// Redemptions of a transaction.
const GROUP: u64 = 64;
/// Redemptions of a person, one after the other, as in the measured load.
const REDEEMED: u64 = 7;
/// The tenant.
const TENANT: [u8; 16] = [1; 16];

const RECORDS: &str = include_str!("../../../../crates/postern-store/src/sqlite/migrations/0001_records.sql");
const LOG: &str = include_str!("../../../../crates/postern-store/src/sqlite/migrations/0002_log.sql");

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
        let mean = |of: &str| -> Done<usize> {
            let last = format!("SELECT length({of} ORDER BY rowid DESC LIMIT 500");
            let mean = format!("SELECT CAST(round(avg(n)) AS INTEGER) FROM ({last})");
            Ok(usize::try_from(database.query_one(&mean, (), |row| row.get::<_, i64>(0))?)?)
        };
        let head = "SELECT max(length(frontier)) FROM log_head";
        let head = usize::try_from(database.query_one(head, (), |row| row.get::<_, i64>(0))?)?;
        Ok(Self { subject: mean("body) AS n FROM subject")?, event: mean("body) AS n FROM event")?, head })
    }
}

/// The bare database.
pub(crate) struct Bare {
    connection: Connection,
    bytes: Bytes,
    people: u64,
    /// Redemptions so far.
    done: u64,
}

impl Bare {
    /// Makes it in a folder, with so many people.
    pub(crate) fn make(folder: &Path, people: u64, bytes: Bytes) -> Done<Self> {
        let connection = connect(&folder.join("bare.db"))?;
        connection.execute_batch(RECORDS)?;
        connection.execute_batch(LOG)?;
        connection.execute_batch("BEGIN")?;
        let text = "INSERT INTO subject (tenant, id, version, body, seal, state) VALUES (?1, ?2, 0, ?3, ?4, ?5)";
        for number in 0..people {
            let row = (TENANT, id(number), filled(bytes.subject, number), filled(32, number), "active");
            connection.prepare_cached(text)?.execute(row)?;
        }
        connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(Self { connection, bytes, people, done: 0 })
    }

    /// Redemptions in a second.
    pub(crate) fn measure(&mut self, folder: &Path, span: Duration) -> Done<f64> {
        let (stop, stopping) = channel::<()>();
        let copied = connect(&folder.join("bare.db"))?;
        let copying = std::thread::spawn(move || -> Result<(), rusqlite::Error> {
            while stopping.recv_timeout(Duration::from_millis(100)) == Err(RecvTimeoutError::Timeout) {
                checkpoint(&copied, "PRAGMA wal_checkpoint(PASSIVE)")?;
            }
            Ok(())
        });
        let (begun, before) = (Instant::now(), self.done);
        while begun.elapsed() < span {
            self.group()?;
        }
        let per_second = (self.done - before) as f64 / begun.elapsed().as_secs_f64();
        drop(stop);
        copying.join().map_err(|_| Fault::from("measuring W panicked"))??;
        checkpoint(&self.connection, "PRAGMA wal_checkpoint(TRUNCATE)")?;
        Ok(per_second)
    }

    fn group(&mut self) -> Done {
        let run = |text: &str| self.connection.prepare_cached(text)?.execute(());
        run("BEGIN IMMEDIATE")?;
        for _ in 0..GROUP {
            self.redemption()?;
        }
        let head = (TENANT, self.done.cast_signed(), filled(self.bytes.head, self.done), filled(32, self.done));
        let text = "INSERT OR REPLACE INTO log_head (tenant, size, frontier, seal) VALUES (?1, ?2, ?3, ?4)";
        self.connection.prepare_cached(text)?.execute(head)?;
        self.connection.prepare_cached("COMMIT")?.execute(())?;
        Ok(())
    }

    /// The version is the guard, as in the product.
    fn redemption(&mut self) -> Done {
        let (number, bytes) = (self.done, self.bytes);
        // 64 people at once, each REDEEMED times in a row, then the next 64.
        let block = number / (GROUP * REDEEMED);
        let person = id((block * GROUP + number % GROUP) % self.people);
        let text = "UPDATE subject SET version = ?3, body = ?4, seal = ?5 WHERE tenant = ?1 AND id = ?2 \
                    AND version < ?3 AND state = ?6 AND due IS ?7";
        let version = number.cast_signed() + 1;
        let (body, seal) = (filled(bytes.subject, number), filled(32, number));
        let row = (TENANT, person, version, body, seal, "active", None::<i64>);
        if self.connection.prepare_cached(text)?.execute(row)? != 1 {
            return Err("measuring W: a row was not there".into());
        }
        let text = "INSERT INTO event (tenant, idx, kind, object, version, body, mac) \
                    VALUES (?1, ?2, 4, ?3, ?4, ?5, ?6)";
        let event = (TENANT, number.cast_signed(), person, version, filled(bytes.event, number), filled(32, number));
        self.connection.prepare_cached(text)?.execute(event)?;
        self.done += 1;
        Ok(())
    }
}

/// The product's settings.
fn connect(path: &Path) -> Done<Connection> {
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

fn checkpoint(connection: &Connection, how: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(how)?.query_one((), |_| Ok(()))
}

/// Spread like the product's ids, which are random.
fn id(number: u64) -> [u8; 16] {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (u128::from(mixed) << 64 | u128::from(number)).to_be_bytes()
}

/// Bytes that differ from write to write.
fn filled(length: usize, number: u64) -> Vec<u8> {
    number.to_be_bytes().into_iter().cycle().take(length).collect()
}
