//! The one thread that writes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_core::ids::TenantId;
use postern_core::kernel::{Committed, Sealer};
use rusqlite::Connection;

use super::batch::{Done, Failed, run};
use super::broken::after_rollback;
use super::heads::Heads;
use super::jobs::Job;
use super::open::for_writing;
use super::tallies::Sums;
use super::wal::Wal;

/// Sums wait at most this long, and so long without work counts as idle.
const IDLE: Duration = Duration::from_millis(250);

/// Tenants whose logs grew since somebody asked.
pub(super) type Grown = Arc<Mutex<BTreeSet<TenantId>>>;

/// The writer: its connection, and what is believed of the database without asking.
pub(super) struct Writer {
    pub(super) folder: PathBuf,
    /// `None` after a failed commit, until it is opened again.
    pub(super) connection: Option<Connection>,
    pub(super) sealer: Sealer,
    pub(super) heads: Heads,
    pub(super) sums: Sums,
    pub(super) grown: Grown,
    pub(super) wal: Wal,
    pub(super) batch_bytes: usize,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) fn work(mut self, jobs: &Receiver<Job>) {
        loop {
            match jobs.recv_timeout(IDLE) {
                Ok(first) => {
                    let batch = gather(first, jobs, self.batch_bytes);
                    self.dispose(batch);
                    self.wal.after_batch(self.connection.as_ref());
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.flush();
                    self.wal.when_idle(self.connection.as_ref());
                }
                Err(RecvTimeoutError::Disconnected) => return self.flush(),
            }
        }
    }

    /// Settles a batch in one transaction; one by one if that fails, so that what is wrong with one job is
    /// not the others' end.
    fn dispose(&mut self, mut batch: Vec<Job>) {
        batch.retain(|job| !job.is_withdrawn());
        if batch.is_empty() {
            return;
        }
        match self.run(&mut batch) {
            Ok(ends) => tell(batch, ends),
            Err(Failed::Unknown(_)) => tell_all(batch, Committed::Unknown),
            Err(Failed::NothingDone(broken)) if batch.len() == 1 => {
                tell_all(batch, after_rollback(&broken));
            }
            Err(Failed::NothingDone(_)) => {
                for mut job in batch {
                    job.unsettle();
                    self.dispose(vec![job]);
                }
            }
        }
    }

    fn flush(&mut self) {
        if !self.sums.is_empty() {
            // They stay for the next try; what went wrong is logged.
            drop(self.run(&mut []));
        }
    }

    fn run(&mut self, jobs: &mut [Job]) -> Result<Vec<Committed>, Failed> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => for_writing(&self.folder)?,
        };
        let done = run(&connection, &self.sealer, &mut self.heads, &self.sums, jobs);
        match done {
            Ok(Done { ends, grown, sums }) => {
                self.connection = Some(connection);
                self.sums = sums;
                self.grown.lock().unwrap_or_else(PoisonError::into_inner).extend(grown);
                Ok(ends)
            }
            Err(Failed::NothingDone(broken)) => {
                tracing::warn!(%broken, jobs = jobs.len(), "a transaction was rolled back");
                self.connection = Some(connection);
                Err(Failed::NothingDone(broken))
            }
            Err(unknown) => {
                tracing::error!(%unknown, "the database is opened anew: check the disk and its free space");
                self.heads.clear();
                Err(unknown)
            }
        }
    }
}

/// All that waits, up to so many bytes.
fn gather(first: Job, jobs: &Receiver<Job>, most: usize) -> Vec<Job> {
    let mut weight = first.weight;
    let mut batch = vec![first];
    while weight < most {
        let Ok(job) = jobs.try_recv() else { break };
        weight = weight.saturating_add(job.weight);
        batch.push(job);
    }
    batch
}

fn tell(batch: Vec<Job>, ends: Vec<Committed>) {
    batch.into_iter().zip(ends).for_each(|(job, end)| job.tell(end));
}

fn tell_all(batch: Vec<Job>, end: Committed) {
    batch.into_iter().for_each(|job| job.tell(end));
}
