//! Brings a database to the shape that this program knows, one numbered step at a time.

use tokio_postgres::{Client, Error};

use super::functions;

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

/// What is missing where a restore left functions out, or somebody changed one: this step, which does
/// nothing else, is made again.
const FUNCTIONS: (i64, &str) = (5, "functions");

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    number bigint NOT NULL PRIMARY KEY, name text NOT NULL, applied text NOT NULL
)";

/// Is told how many steps were applied, and of how many.
pub(super) type Applied<'a> = dyn Fn(u64, u64) + Sync + 'a;

/// Where a database stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Every step that this program knows was applied, and possibly later ones that only add.
    Known,
    /// These steps are missing, by number and name.
    Behind(Vec<(i64, &'static str)>),
    /// A step has another name than this program knows, or one is missing before another.
    Foreign(i64),
}

/// Where a database stands. A database with later steps is served: steps add before they take away, and the one
/// that takes away comes a release later.
pub(super) async fn shape(client: &Client) -> Result<Shape, Error> {
    let there = client.query_typed("SELECT to_regclass('migration') IS NOT NULL", &[]).await?;
    let there = there.first().and_then(|row| row.try_get(0).ok()).unwrap_or(false);
    let applied = if there {
        client.query_typed("SELECT number, name FROM migration ORDER BY number", &[]).await?
    } else {
        Vec::new()
    };
    let applied: Vec<(i64, String)> =
        applied.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))).collect();
    for ((number, name, _), (found, known)) in STEPS.iter().zip(&applied) {
        if number != found || name != known {
            return Ok(Shape::Foreign(*found));
        }
    }
    let mut missing: Vec<_> =
        STEPS.iter().skip(applied.len()).map(|(number, name, _)| (*number, *name)).collect();
    // A later program's database has that program's functions.
    if missing.is_empty() && applied.len() == STEPS.len() && !functions::are_there(client).await? {
        missing.push(FUNCTIONS);
    }
    Ok(if missing.is_empty() { Shape::Known } else { Shape::Behind(missing) })
}

/// Applies the steps that are missing, all or none. Of two at once, one waits for the other.
pub(super) async fn migrate(client: &Client, applied: &Applied<'_>) -> Result<Shape, Error> {
    client.batch_execute(TABLE).await.or_else(already)?;
    client
        .batch_execute("BEGIN; SET LOCAL lock_timeout = '5s'; LOCK TABLE migration IN ACCESS EXCLUSIVE MODE")
        .await?;
    let migrated = apply(client, applied).await;
    client.batch_execute(if migrated.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    migrated
}

async fn apply(client: &Client, applied: &Applied<'_>) -> Result<Shape, Error> {
    let found = shape(client).await?;
    let Shape::Behind(missing) = found else { return Ok(found) };
    let is_missing = |number: i64| missing.iter().any(|(of, _)| *of == number);
    let (mut done, all) = (0, missing.len() as u64);
    applied(done, all);
    for (number, name, text) in STEPS.iter().filter(|(number, ..)| is_missing(*number)) {
        client.batch_execute(text).await?;
        let note = format!(
            "INSERT INTO migration (number, name, applied) VALUES ({number}, '{name}', \
             to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) \
             ON CONFLICT (number) DO NOTHING"
        );
        client.batch_execute(&note).await?;
        done += 1;
        applied(done, all);
    }
    client.batch_execute(&functions::create()).await?;
    Ok(Shape::Known)
}

/// Two who make one table at the same moment: the other was first.
fn already(error: Error) -> Result<(), Error> {
    use tokio_postgres::error::SqlState;
    let raced = [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT];
    if error.code().is_some_and(|code| raced.contains(code)) { Ok(()) } else { Err(error) }
}
