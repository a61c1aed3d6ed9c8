//! Writing to a database behind the product's back, in SQL that both kinds of database understand.

use std::path::PathBuf;

use postern_cluster::Database;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// A database, without the product.
pub(crate) enum Behind<'a> {
    /// The file of SQLite.
    Sqlite(PathBuf),
    /// A database on a server.
    Postgres(&'a Database),
}

impl Behind<'_> {
    /// Runs statements, as one transaction.
    pub(crate) fn run(&self, sql: &str) {
        match self {
            Self::Sqlite(file) => connect(file).execute_batch(&format!("BEGIN; {sql}; COMMIT")).unwrap(),
            Self::Postgres(database) => drop(database.psql(sql)),
        }
    }

    /// Rows of text; no value has a `|` or a line's end in it. Bytes are asked for with [`Behind::hex`].
    #[must_use]
    pub(crate) fn read(&self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite(file) => {
                let database = connect(file);
                let mut statement = database.prepare(sql).unwrap();
                let columns = statement.column_count();
                let row =
                    |row: &rusqlite::Row<'_>| (0..columns).map(|at| row.get_ref(at).map(text)).collect();
                statement.query_map([], row).unwrap().map(Result::unwrap).collect()
            }
            Self::Postgres(database) => {
                let rows = database.psql(sql);
                rows.lines().map(|row| row.split('|').map(str::to_owned).collect()).collect()
            }
        }
    }

    /// Bytes of a column as hexadecimal digits.
    #[must_use]
    pub(crate) fn hex(&self, column: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("hex({column})"),
            Self::Postgres(_) => format!("encode({column}, 'hex')"),
        }
    }

    /// Bytes in a statement.
    #[must_use]
    pub(crate) fn bytes(&self, bytes: &[u8]) -> String {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Sqlite(_) => format!("x'{digits}'"),
            Self::Postgres(_) => format!("'\\x{digits}'::bytea"),
        }
    }

    /// Tables with their columns, and whether a column is of the table's key.
    #[must_use]
    pub(crate) fn columns(&self) -> Vec<(String, String, bool)> {
        let rows = self.read(match self {
            Self::Sqlite(_) => {
                "SELECT t.name, c.name, c.pk > 0 FROM sqlite_schema t, pragma_table_info(t.name) c \
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid"
            }
            Self::Postgres(_) => {
                "SELECT c.table_name, c.column_name, (EXISTS (SELECT 1 FROM information_schema.key_column_usage k \
                 WHERE k.table_name = c.table_name AND k.column_name = c.column_name \
                 AND k.constraint_name = c.table_name || '_pkey'))::int FROM information_schema.columns c \
                 WHERE c.table_schema = 'public' ORDER BY c.table_name, c.ordinal_position"
            }
        });
        rows.into_iter().map(|row| (row[0].clone(), row[1].clone(), row[2] == "1")).collect()
    }
}

fn connect(file: &PathBuf) -> Connection {
    let database = Connection::open(file).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    database
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
    }
}

/// Bytes of hexadecimal digits.
#[must_use]
pub(crate) fn from_hex(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap()).collect()
}
