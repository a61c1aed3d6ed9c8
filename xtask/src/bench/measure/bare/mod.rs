//! W: the same rows, columns and bytes as a redemption's commit, in a bare loop over SQLite: 64 redemptions a
//! transaction, `synchronous=FULL`, the product's own tables and settings, its log copied beside the writer
//! as the product does. Nothing is read but what an UPDATE finds, nothing is decided, sealed or signed.

mod database;
mod server;

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

pub(crate) use self::database::Bytes;
use self::database::{checkpoint, connect, filled, id};
pub(crate) use self::server::Server;
use crate::{Done, Fault};

/// Redemptions of a transaction.
const GROUP: u64 = 64;
/// Redemptions of a person, one after the other, as in the measured load.
const REDEEMED: u64 = 7;
/// The tenant.
const TENANT: [u8; 16] = [1; 16];

const RECORDS: &str =
    include_str!("../../../../../crates/postern-store/src/sqlite/migrations/0001_records.sql");
const LOG: &str = include_str!("../../../../../crates/postern-store/src/sqlite/migrations/0002_log.sql");

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
        let text =
            "INSERT INTO subject (tenant, id, version, body, seal, state) VALUES (?1, ?2, 0, ?3, ?4, ?5)";
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
        let head =
            (TENANT, self.done.cast_signed(), filled(self.bytes.head, self.done), filled(32, self.done));
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
        let event =
            (TENANT, number.cast_signed(), person, version, filled(bytes.event, number), filled(32, number));
        self.connection.prepare_cached(text)?.execute(event)?;
        self.done += 1;
        Ok(())
    }
}
