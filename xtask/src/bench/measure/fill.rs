//! A database full of people, made before anything is measured. Some of them redeem; the rest are there.

use std::path::Path;

use postern_testkit::Database;

use crate::Done;
use crate::bare::Server;
use crate::demo::Demo;
use crate::people::Sheet;

/// Sheets that are kept for redeeming: as many as five rounds redeem.
const KEPT: u64 = 33_000;
/// People after which it is said how many there are.
const SAID: u64 = 500_000;

/// Fills the demonstration's tenant; gives some of the sheets, evenly spread, and what a subject takes at rest.
pub(crate) async fn fill(
    postern: &Path,
    demo: &mut Demo,
    server: Option<&Server>,
    people: u64,
) -> Done<(Vec<Sheet>, AtRest)> {
    let Some(server) = server else {
        demo.end()?;
        let (file, folder) = (demo.data.join("postern.db"), demo.data.clone());
        let before = std::fs::metadata(&file)?.len();
        let sheets = write(demo, Database::Folder(&folder), people).await;
        let bytes = std::fs::metadata(&file)?.len().saturating_sub(before) as f64 / people as f64;
        demo.resume(postern)?;
        return Ok((sheets, vec![("bytes of the file for a subject, its three events with it", bytes)]));
    };
    server.newest()?.psql(NO_REPLAY);
    let sheets = write(demo, Database::Server(&server.newest()?.url()), people).await;
    for settle in SETTLE {
        server.newest()?.psql(settle);
    }
    Ok((sheets, at_rest(&server.newest()?.psql(SIZES))?))
}

async fn write(demo: &Demo, database: Database<'_>, people: u64) -> Vec<Sheet> {
    let said = |count: u64| {
        if count.is_multiple_of(SAID) {
            eprintln!("bench: {count} people");
        }
    };
    let keys = demo.data.with_file_name("keys");
    let made = postern_testkit::fill(&keys, database, &demo.tenant, [people, KEPT], said).await;
    made.into_iter().map(|(name, codes)| Sheet { name, codes }).collect()
}

/// Bytes at rest for each subject, of several things.
pub(crate) type AtRest = Vec<(&'static str, f64)>;

/// What the statement that measures them says: three numbers in a line.
fn at_rest(said: &str) -> Done<AtRest> {
    let mut numbers = said.trim().split('|').map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(row), Some(all), Some(log)) => Ok(vec![
            ("bytes at rest for a subject: row and its key's index", row?),
            ("the same with claim and wrapped key", all?),
            ("its three events with their indexes", log?),
        ]),
        _ => Err(format!("no sizes: {said}").into()),
    }
}

/// The daily comparison of rows with their events begins ten minutes after a start: not into the measurement.
const NO_REPLAY: &str =
    "INSERT INTO lease (name, holder, epoch, until) VALUES ('replay', '\\x00', 1, 9000000000000)";

/// Settle statistics and disk before anything is measured.
const SETTLE: [&str; 5] = [
    "VACUUM (ANALYZE) subject",
    "VACUUM (ANALYZE) claim",
    "VACUUM (ANALYZE) keyring",
    "ANALYZE event",
    "CHECKPOINT",
];

/// Bytes of tables with the indexes of their keys, by subjects.
const SIZES: &str = "SELECT row / subjects, (row + more) / subjects, log / subjects FROM \
     (SELECT pg_table_size('subject')::float8 + pg_relation_size('subject_pkey') AS row, \
     pg_table_size('claim')::float8 + pg_relation_size('claim_pkey') \
     + pg_table_size('keyring') + pg_relation_size('keyring_pkey') AS more, \
     pg_total_relation_size('event') AS log, \
     (SELECT count(*) FROM subject)::float8 AS subjects) AS sizes";
