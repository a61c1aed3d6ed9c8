//! A database full of people, made before anything is measured. Some of them redeem; the rest are there.

use crate::Done;
use crate::demo::Demo;
use crate::people::Sheet;

/// Sheets that are kept for redeeming.
const KEPT: u64 = 12_000;
/// People after which it is said how many there are.
const SAID: u64 = 500_000;

/// Fills the demonstration's tenant and gives some of the sheets, evenly spread.
pub(crate) async fn fill(demo: &Demo, url: &str, people: u64) -> Vec<Sheet> {
    let said = |count: u64| {
        if count.is_multiple_of(SAID) {
            eprintln!("bench: {count} people");
        }
    };
    let keys = demo.data.with_file_name("keys");
    let made = postern_testkit::fill(&keys, url, &demo.tenant, [people, KEPT], said).await;
    made.into_iter().map(|(name, codes)| Sheet { name, codes }).collect()
}

/// Bytes at rest for each subject.
#[derive(Clone, Copy)]
pub(crate) struct AtRest {
    /// Its row and the index of its key.
    pub(crate) row: f64,
    /// These, with claim, wrapped key and their indexes.
    pub(crate) all: f64,
    /// Its events, with their indexes.
    pub(crate) log: f64,
}

/// What the statement that measures them says: three numbers in a line.
pub(crate) fn at_rest(said: &str) -> Done<AtRest> {
    let mut numbers = said.trim().split('|').map(str::parse);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(row), Some(all), Some(log)) => Ok(AtRest { row: row?, all: all?, log: log? }),
        _ => Err(format!("no sizes: {said}").into()),
    }
}

/// The daily comparison of rows with their events begins ten minutes after a start: not into the measurement.
pub(crate) const NO_REPLAY: &str =
    "INSERT INTO lease (name, holder, epoch, until) VALUES ('replay', '\\x00', 1, 9000000000000)";

/// Settle statistics and disk before anything is measured.
pub(crate) const SETTLE: [&str; 5] = [
    "VACUUM (ANALYZE) subject",
    "VACUUM (ANALYZE) claim",
    "VACUUM (ANALYZE) keyring",
    "ANALYZE event",
    "CHECKPOINT",
];

/// Bytes of tables with the indexes of their keys, by subjects.
pub(crate) const SIZES: &str = "SELECT row / subjects, (row + more) / subjects, log / subjects FROM \
     (SELECT pg_table_size('subject')::float8 + pg_relation_size('subject_pkey') AS row, \
     pg_table_size('claim')::float8 + pg_relation_size('claim_pkey') \
     + pg_table_size('keyring') + pg_relation_size('keyring_pkey') AS more, \
     pg_total_relation_size('event') AS log, \
     (SELECT count(*) FROM subject)::float8 AS subjects) AS sizes";
