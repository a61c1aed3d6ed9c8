//! A database of SQLite, read in memory: the values of all its tables.

use std::io;

use postern_scan::Spot;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::child::Take;

/// Where the header says how the file is written: 1 is in one file, 2 with a log beside it.
const VERSIONS: std::ops::Range<usize> = 18..20;

/// Tables that hold rows. A virtual one has no page, and keeps its rows in others.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rootpage";

/// Reads it. A table that is damaged does not keep the others from being read.
pub(crate) fn read(content: &mut [u8], take: &mut Take<'_>) -> io::Result<()> {
    let connection = open(content).map_err(fault)?;
    let mut statement = connection.prepare(TABLES).map_err(fault)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0)).map_err(fault)?;
    let mut damaged = None;
    for name in names {
        let name = name.map_err(fault)?;
        if let Err(fault) = table(&connection, &name, take) {
            damaged = Some(fault);
        }
    }
    damaged.map_or(Ok(()), Err)
}

/// Opens what is in memory. Nothing in its schema is trusted.
#[expect(
    clippy::disallowed_methods,
    reason = "a database of other people, in memory and read once: no store of ours"
)]
fn open(content: &mut [u8]) -> rusqlite::Result<Connection> {
    // The log lies beside, as a file that is read as it stands; the database is what it was before it.
    content.get_mut(VERSIONS).into_iter().flatten().for_each(|version| *version = 1);
    let mut connection = Connection::open_in_memory()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.deserialize_read_exact("main", &*content, content.len(), true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Gives the values of one table.
fn table(connection: &Connection, name: &str, take: &mut Take<'_>) -> io::Result<()> {
    let quoted = name.replace('"', "\"\"");
    let numbered = connection.prepare(&format!("SELECT rowid, * FROM \"{quoted}\""));
    let first = usize::from(numbered.is_ok());
    // A table may have no row ids.
    let statement = numbered.or_else(|_| connection.prepare(&format!("SELECT * FROM \"{quoted}\"")));
    let mut statement = statement.map_err(fault)?;
    let columns = statement.column_count();
    let part = std::rc::Rc::<str>::from(name);
    let mut rows = statement.query([]).map_err(fault)?;
    let mut number = 0;
    while let Some(row) = rows.next().map_err(fault)? {
        number += 1;
        let line = if first == 1 { row_id(row) } else { Some(number) };
        for column in first..columns {
            let place = (column + 1 - first) as u64;
            let spot = Spot { part: Some(std::rc::Rc::clone(&part)), line, column: Some(place) };
            match row.get_ref(column).map_err(fault)? {
                ValueRef::Text(text) => take(spot, text)?,
                ValueRef::Blob(bytes) => take(spot, bytes)?,
                // A numeric code may have been kept as a number.
                ValueRef::Integer(integer) => take(spot, integer.to_string().as_bytes())?,
                ValueRef::Null | ValueRef::Real(_) => {}
            }
        }
    }
    Ok(())
}

fn row_id(row: &Row<'_>) -> Option<u64> {
    row.get::<_, i64>(0).ok().and_then(|id| u64::try_from(id).ok())
}

/// What went wrong, without what the database says of itself.
fn fault(fault: rusqlite::Error) -> io::Error {
    match fault {
        rusqlite::Error::SqliteFailure(fault, _) => io::Error::other(format!("SQLite says: {fault}")),
        other => io::Error::other(format!("SQLite says: {}", kind(&other))),
    }
}

fn kind(fault: &rusqlite::Error) -> &'static str {
    match fault {
        rusqlite::Error::Utf8Error(..) | rusqlite::Error::FromSqlConversionFailure(..) => "a text is no text",
        _ => "it could not be read",
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::read;

    /// A database, as bytes.
    #[expect(clippy::disallowed_methods, reason = "made for the test, in memory")]
    fn made(sql: &str) -> Vec<u8> {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(sql).unwrap();
        connection.serialize("main").unwrap().to_vec()
    }

    fn values(content: &[u8]) -> (Vec<String>, bool) {
        let mut seen = Vec::new();
        let done = read(&mut content.to_vec(), &mut |spot, text| {
            let text = String::from_utf8_lossy(text);
            let number =
                |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
            seen.push(format!("{} {} {} {text}", spot.part.unwrap(), number(spot.line), number(spot.column)));
            Ok(())
        });
        (seen, done.is_ok())
    }

    #[test]
    fn values_are_given_by_table_row_and_column() {
        let database = made(
            "CREATE TABLE \"no\"\"te\" (a, b); INSERT INTO \"no\"\"te\" (rowid, a, b) VALUES (7, 'x', 12345), (-2, NULL, x'79');
             CREATE TABLE keyed (k TEXT PRIMARY KEY, v REAL) WITHOUT ROWID; INSERT INTO keyed VALUES ('z', 1.5);
             CREATE VIEW seen AS SELECT a FROM \"no\"\"te\";",
        );
        let expected = ["no\"te - 2 y", "no\"te 7 1 x", "no\"te 7 2 12345", "keyed 1 1 z"];
        assert_eq!(values(&database), (expected.map(str::to_owned).to_vec(), true));
    }

    #[test]
    fn a_database_with_a_log_beside_it_is_opened() {
        let mut database = made("CREATE TABLE a (b); INSERT INTO a VALUES ('x');");
        database[18..20].copy_from_slice(&[2, 2]);
        assert_eq!(values(&database).0, ["a 1 1 x"]);
    }

    #[test]
    fn damage_is_told_and_never_more_than_that() {
        let database = made(
            "CREATE TABLE a (b); INSERT INTO a VALUES ('x'); CREATE TABLE c (d); INSERT INTO c VALUES ('y');",
        );
        assert!(!values(b"SQLite format 3\0").1);
        for at in (0..database.len()).step_by(13) {
            let mut other = database.clone();
            other[at] ^= 0xff;
            let _ = values(&other);
            let _ = values(&database[..at]);
        }
    }
}
