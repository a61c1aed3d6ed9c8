//! What a database says of itself, as far as promises depend on it.

use tokio::time::Instant;

use super::call::Call;
use super::{OpenError, Shape, Target, client, columns, migrations, schema};

/// Settings and standing of a database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// 150020 is 15.20.
    pub version: u64,
    /// Whether and how far a commit waits: `on`, `remote_apply`, `remote_write`, `local`, `off`.
    pub synchronous_commit: String,
    /// Standbys that a commit waits for; empty for none.
    pub synchronous_standbys: String,
    /// Whether written pages reach the disk.
    pub fsync: bool,
    /// Whether a torn page can be mended.
    pub full_page_writes: bool,
    /// Whether a page that the disk changed is noticed.
    pub data_checksums: bool,
    /// Whether it only follows another one.
    pub is_standby: bool,
    /// Connections that it takes.
    pub connections: u64,
    /// Its clock, in milliseconds since 1970.
    pub clock: u64,
    /// How long it took to answer, in milliseconds.
    pub answered_in: u64,
    /// Which migrations it has.
    pub shape: Shape,
    /// Tables where the store's would be made, other than its list of migrations and what extensions brought.
    pub tables: u64,
}

const TABLES: &str = "SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
     WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'f') AND relname <> 'migration' AND NOT EXISTS \
     (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')";

/// Asks a database.
///
/// # Errors
/// See [`OpenError`].
pub async fn settings(target: impl Into<Target>) -> Result<Settings, OpenError> {
    let client = client(target).await?;
    let begun = Instant::now();
    let clock = Call::new(schema::CLOCK).run(&client).await?;
    let answered_in = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let rows = Call::new(schema::SETTINGS).run(&client).await?;
    let tables = Call::new(TABLES).run(&client).await?;
    let text = |at: usize| rows.first().and_then(|row| row.try_get::<_, String>(at).ok()).unwrap_or_default();
    let number = |at: usize| text(at).parse().unwrap_or_default();
    Ok(Settings {
        version: number(0),
        synchronous_commit: text(1),
        synchronous_standbys: text(2),
        fsync: text(3) == "on",
        full_page_writes: text(4) == "on",
        data_checksums: text(5) == "on",
        is_standby: text(6) == "true",
        connections: number(7),
        clock: clock.first().and_then(|row| columns::natural(row, 0)).unwrap_or_default(),
        answered_in,
        shape: migrations::shape(&client).await?,
        tables: tables.first().and_then(|row| columns::natural(row, 0)).unwrap_or_default(),
    })
}
