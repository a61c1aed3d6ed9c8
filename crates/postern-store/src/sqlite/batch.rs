//! One transaction over all that waits.

use postern_core::ids::TenantId;
use postern_core::kernel::{Committed, Sealer};
use rusqlite::{Connection, Error};

use super::broken::Broken;
use super::heads::Heads;
use super::jobs::Job;
use super::tallies::Sums;
use super::transaction::Transaction;

/// Why a batch has no ends.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failed {
    /// It was rolled back.
    #[error("rolled back: {0}")]
    NothingDone(#[from] Broken),
    /// The commit itself failed: it may or may not be there when the database is opened anew.
    #[error("a commit failed: {0}")]
    Unknown(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::NothingDone(Broken::Sqlite(error))
    }
}

/// What a batch came to.
pub(super) struct Done {
    /// How each job ended, in order.
    pub(super) ends: Vec<Committed>,
    /// Whose logs grew.
    pub(super) grown: Vec<TenantId>,
    /// Additions of its work, for the next transaction.
    pub(super) sums: Sums,
}

/// Runs jobs in one transaction, and writes the sums that waited.
pub(super) fn run(
    connection: &Connection,
    sealer: &Sealer,
    heads: &mut Heads,
    waiting: &Sums,
    jobs: &mut [Job],
) -> Result<Done, Failed> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
    let mut transaction = Transaction::new(connection, sealer, heads);
    let ends = match write(&mut transaction, waiting, jobs) {
        Ok(ends) => ends,
        Err(broken) => {
            roll_back(connection)?;
            return Err(Failed::NothingDone(broken));
        }
    };
    let Transaction { moved, sums, .. } = transaction;
    connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute(())).map_err(Failed::Unknown)?;
    let mut grown = Vec::with_capacity(moved.len());
    for (tenant, frontier) in moved {
        if heads.get(tenant) != Some(&frontier) {
            grown.push(tenant);
            heads.set(tenant, frontier);
        }
    }
    Ok(Done { ends, grown, sums })
}

fn write(
    transaction: &mut Transaction<'_>,
    waiting: &Sums,
    jobs: &mut [Job],
) -> Result<Vec<Committed>, Broken> {
    let ends = jobs.iter_mut().map(|job| job.run(transaction)).collect::<Result<_, _>>()?;
    transaction.write_heads()?;
    waiting.write(transaction.connection)?;
    Ok(ends)
}

/// Some errors have rolled back already.
fn roll_back(connection: &Connection) -> Result<(), Failed> {
    if connection.is_autocommit() {
        return Ok(());
    }
    connection.execute_batch("ROLLBACK").map_err(Failed::Unknown)
}
