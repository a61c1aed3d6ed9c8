//! What waits for the writer.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Committed, ThinnedBundle, Work};
use postern_core::ports::StoredTile;
use tokio::sync::oneshot;

use super::broken::Broken;
use super::transaction::Transaction;
use super::{columns, retention, schema};
use crate::settle::{Pending, settle};

/// One thing to do in a transaction, and whom to tell.
pub(super) struct Job {
    task: Task,
    /// About how many bytes it writes.
    pub(super) weight: usize,
    answer: oneshot::Sender<Committed>,
}

/// What to do.
pub(super) enum Task {
    Settle(Box<Pending>),
    KeepCheckpoint { tenant: TenantId, size: u64, note: String },
    ForgetClaims { before: Time },
    ForgetTallies { before_hour: u32 },
    Thin { bundle: ThinnedBundle },
    KeepTiles { tenant: TenantId, tiles: Vec<StoredTile> },
    DropTiles { tenant: TenantId },
}

impl Task {
    pub(super) fn settle(work: Work) -> (Self, usize) {
        let weight = work.draft.weight();
        (Self::Settle(Box::new(Pending::new(work))), weight)
    }
}

impl Job {
    /// Whether nobody waits for the answer any more.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.answer.is_closed()
    }

    /// After a rollback: nothing that was decided on what is gone may stay.
    pub(super) fn unsettle(&mut self) {
        if let Task::Settle(pending) = &mut self.task {
            pending.unsettle();
        }
    }

    /// The same, handed on.
    pub(super) fn unsettled(mut self) -> Self {
        self.unsettle();
        self
    }

    /// Does it, as far as the transaction goes.
    pub(super) fn run(&mut self, transaction: &mut Transaction<'_>) -> Result<Committed, Broken> {
        let connection = transaction.connection;
        match &mut self.task {
            Task::Settle(pending) => {
                let sealer = transaction.sealer;
                return settle(transaction, pending, sealer);
            }
            Task::KeepCheckpoint { tenant, size, note } => {
                let mut statement = connection.prepare_cached(schema::CHECKPOINT_PUT)?;
                statement.execute((tenant.bytes(), columns::number(*size), &*note))?;
            }
            Task::ForgetClaims { before } => {
                let mut statement = connection.prepare_cached(schema::CLAIMS_FORGET)?;
                statement.execute((columns::number(before.millis()),))?;
            }
            Task::Thin { bundle } => return retention::thin(connection, bundle),
            Task::KeepTiles { tenant, tiles } => retention::keep_tiles(connection, *tenant, tiles)?,
            Task::DropTiles { tenant } => {
                connection.prepare_cached(schema::TILES_END)?.execute((tenant.bytes(),))?;
            }
            Task::ForgetTallies { before_hour } => {
                connection.prepare_cached(schema::TALLIES_FORGET)?.execute((*before_hour,))?;
            }
        }
        Ok(Committed::Committed)
    }

    /// Tells whoever waits.
    pub(super) fn tell(self, end: Committed) {
        // Nobody may be there any more; what was committed stays.
        let _ = self.answer.send(end);
    }
}

/// The way to the writer: bounded, so that waiting ends in an answer.
pub(super) type Queue = SyncSender<Job>;

/// A queue that holds `most` jobs.
pub(super) fn queue(most: usize) -> (Queue, Receiver<Job>) {
    sync_channel(most)
}

/// Puts a job into the queue; nothing was done if it is full.
pub(super) async fn hand_over(queue: Option<&Queue>, (task, weight): (Task, usize)) -> Committed {
    let (answer, told) = oneshot::channel();
    let handed = queue.map(|queue| queue.try_send(Job { task, weight, answer }));
    match handed {
        Some(Ok(())) => told.await.unwrap_or(Committed::Unknown),
        Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) | None => Committed::Busy,
    }
}
