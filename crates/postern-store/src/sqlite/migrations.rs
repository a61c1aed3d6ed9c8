//! Brings a database to the shape that this program knows, one numbered step at a time.

use rusqlite::{Connection, Error, TransactionBehavior};

/// The steps in order: number, name, text. A released one never changes.
const STEPS: [(i64, &str, &str); 9] = [
    (1, "records", include_str!("migrations/0001_records.sql")),
    (2, "log", include_str!("migrations/0002_log.sql")),
    (3, "tally", include_str!("migrations/0003_tally.sql")),
    (4, "nodes", include_str!("migrations/0004_nodes.sql")),
    (5, "functions", include_str!("migrations/0005_functions.sql")),
    (6, "space", include_str!("migrations/0006_space.sql")),
    (7, "forgetting", include_str!("migrations/0007_forgetting.sql")),
    (8, "retention", include_str!("migrations/0008_retention.sql")),
    (9, "forged", include_str!("migrations/0009_forged.sql")),
];

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied TEXT NOT NULL
) STRICT";

/// The number of the newest step that this program knows.
pub(super) const NEWEST: i64 = {
    let [.., (number, ..)] = STEPS;
    number
};

/// Why a database was left as it is.
#[derive(Debug)]
pub(super) enum Refused {
    /// It has a step that this program does not know, or another one under the same number.
    Foreign(i64),
    /// SQLite failed.
    Sqlite(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Applies the steps that are missing, all or none.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Refused> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLE)?;
    let applied = applied(&transaction)?;
    if let Some((number, _)) = applied.iter().find(|(number, name)| !is_ours(*number, name)) {
        return Err(Refused::Foreign(*number));
    }
    for (number, name, text) in STEPS.iter().skip(applied.len()) {
        transaction.execute_batch(text)?;
        transaction.execute(
            "INSERT INTO migration (number, name, applied) VALUES (?1, ?2, strftime('%Y-%m-%dT%H:%M:%SZ'))",
            (number, name),
        )?;
    }
    transaction.commit()?;
    Ok(())
}

fn applied(connection: &Connection) -> Result<Vec<(i64, String)>, Error> {
    let mut statement = connection.prepare("SELECT number, name FROM migration ORDER BY number")?;
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn is_ours(number: i64, name: &str) -> bool {
    STEPS.iter().any(|(ours, known, _)| *ours == number && *known == name)
}
