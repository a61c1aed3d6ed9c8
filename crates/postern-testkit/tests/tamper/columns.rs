//! Another value in each column of each recorded table: refused when it is loaded, or named by the verification.

use postern_testkit::StoreKind;

use crate::behind::{Behind, from_hex};
use crate::ground::{Day, Ground, RECORDED};

/// Another value of the same type, as close as it can be; nothing for no value.
fn other(behind: &Behind<'_>, hex: bool, value: &str) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    if hex {
        let mut bytes = from_hex(value);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        return Some(behind.bytes(&bytes));
    }
    let number = value.parse::<i64>().ok().map(|number| (number ^ 1024).to_string());
    number.or_else(|| Some(format!("'{}x'", &value[1..])))
}

/// Alters one value of a column, in a row about a tenant where there is one; whether there was any.
fn alter(ground: &Ground, table: &str, column: &str, keys: &[String]) -> bool {
    let behind = ground.behind();
    let is_hex = |column: &str| {
        ["tenant", "id", "body", "seal", "key", "owner", "wrapped", "object", "mac", "frontier"]
            .contains(&column)
    };
    let shown = |column: &String| if is_hex(column) { behind.hex(column) } else { column.clone() };
    let listed: Vec<String> = keys.iter().map(shown).collect();
    let found = behind.read(&format!(
        "SELECT {}, {} FROM {table} WHERE {column} IS NOT NULL ORDER BY tenant DESC, {} DESC LIMIT 1",
        shown(&column.to_owned()),
        listed.join(", "),
        keys.join(", ")
    ));
    let Some(row) = found.first() else { return false };
    let Some(value) = other(&behind, is_hex(column), &row[0]) else { return false };
    let at = keys.iter().zip(&row[1..]).map(|(key, value)| {
        if is_hex(key) {
            format!("{key} = {}", behind.bytes(&from_hex(value)))
        } else {
            format!("{key} = {value}")
        }
    });
    behind.run(&format!(
        "UPDATE {table} SET {column} = {value} WHERE {}",
        at.collect::<Vec<_>>().join(" AND ")
    ));
    true
}

async fn every_column(kind: StoreKind) {
    let ground = Ground::new(kind).await;
    let columns: Vec<_> = ground
        .behind()
        .columns()
        .into_iter()
        .filter(|(table, ..)| RECORDED.contains(&table.as_str()))
        .collect();
    let (mut noticed, mut empty) = (0, Vec::new());
    for (table, column, _) in &columns {
        ground.lay(Day::Today);
        let keys: Vec<String> = columns
            .iter()
            .filter(|(of, _, is_key)| of == table && *is_key)
            .map(|(_, name, _)| name.clone())
            .collect();
        if !alter(&ground, table, column, &keys) {
            empty.push(format!("{table}.{column}"));
            continue;
        }
        let report = ground.open().await.verify(None, true).await;
        let seen = report.as_ref().map_or(true, |report| !report.verified);
        assert!(seen, "{kind:?}: {table}.{column} was altered and not noticed");
        noticed += 1;
    }
    // Columns that hold nothing in this history: no time alone changes these records.
    assert_eq!(empty, ["application.due", "bucket.due", "prover.due", "tenant.due"], "{kind:?}");
    assert!(noticed > 40, "{noticed} of {columns:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_value_in_any_column_is_noticed_sqlite() {
    every_column(StoreKind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_value_in_any_column_is_noticed_postgres() {
    // The same on a server takes a minute: there the short form leaves it to the store's own tests of every column.
    if std::env::var_os("POSTERN_LONG").is_some() {
        every_column(StoreKind::Postgres).await;
    }
}
