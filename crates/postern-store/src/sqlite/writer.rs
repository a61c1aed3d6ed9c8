//! The one thread that writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Committed, Sealer, StoreFault};
use postern_core::ports::Copied;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Error};

use super::backup::{self, BackupError, Copying, Pages};
use super::batch::{Done, Failed, run};
use super::broken::after_rollback;
use super::heads::Heads;
use super::jobs::Job;
use super::tallies::Sums;
use super::wal::{Wal, after_failure};

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
    pub(super) pages: Arc<Pages>,
    pub(super) wal: Wal,
    pub(super) batch_bytes: usize,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) fn work(mut self, jobs: &Receiver<Job>, copies: &Receiver<Copying>) {
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
            if let Ok(Copying { folder, at, answer }) = copies.try_recv() {
                let copied = self.copy((&folder, at), jobs).map_err(|fault| StoreFault(fault.to_string()));
                // Whoever asked may have gone; the backup stays.
                let _ = answer.send(copied);
            }
        }
    }

    /// Makes a backup. Until its end everybody's keys are in its database, so what is left of one that fails is removed.
    fn copy(&mut self, (folder, at): (&Path, Time), jobs: &Receiver<Job>) -> Result<Copied, BackupError> {
        backup::new_folder(folder)?;
        self.copy_into((folder, at), jobs).inspect_err(|_| backup::take_away(folder))
    }

    /// Copies the database in steps, and works between them. What this connection writes meanwhile comes into the
    /// copy as well, so that the copy is of the moment at which it ends.
    fn copy_into(
        &mut self,
        (folder, at): (&Path, Time),
        jobs: &Receiver<Job>,
    ) -> Result<Copied, BackupError> {
        let mut target = backup::begin(folder)?;
        self.pages.left(0, 0);
        let connection = self.take()?;
        let steps = Backup::new(&connection, &mut target)?;
        let pages = Arc::clone(&self.pages);
        let step = || {
            let stepped = steps.step(backup::PAGES)?;
            let progress = steps.progress();
            pages.left(progress.remaining, progress.pagecount);
            Ok::<_, Error>(stepped)
        };
        while step()? != StepResult::Done {
            let Ok(first) = jobs.try_recv() else { continue };
            let batch = gather(first, jobs, self.batch_bytes);
            if let Err(rest) = self.dispose_on(&connection, batch) {
                self.dispose(rest);
                let why = "a commit failed meanwhile: check the disk, then make another".to_owned();
                return Err(BackupError::NotWhole { path: folder.to_owned(), why });
            }
        }
        drop(steps);
        self.connection = Some(connection);
        backup::finish(target, folder, at, &self.sealer)
    }

    fn take(&mut self) -> Result<Connection, Error> {
        self.connection.take().map_or_else(|| after_failure(&self.folder), Ok)
    }

    /// Settles a batch, on a new connection where the one before is not to be used any more.
    fn dispose(&mut self, mut batch: Vec<Job>) {
        while !batch.is_empty() {
            let connection = match self.take() {
                Ok(connection) => connection,
                Err(error) => {
                    tracing::error!(%error, "the database cannot be opened: check the disk");
                    return tell_all(batch, Committed::Busy);
                }
            };
            match self.dispose_on(&connection, batch) {
                Ok(()) => {
                    self.connection = Some(connection);
                    return;
                }
                Err(rest) => batch = rest,
            }
        }
    }

    /// Settles a batch in one transaction; one by one if that fails, so that what is wrong with one job is
    /// not the others' end. What is left when the connection is not to be used any more is given back.
    fn dispose_on(&mut self, connection: &Connection, mut batch: Vec<Job>) -> Result<(), Vec<Job>> {
        batch.retain(|job| !job.is_withdrawn());
        if batch.is_empty() {
            return Ok(());
        }
        match self.run(connection, &mut batch) {
            Ok(ends) => tell(batch, ends),
            Err(Failed::Unknown(_)) => {
                tell_all(batch, Committed::Unknown);
                return Err(Vec::new());
            }
            Err(Failed::NothingDone(broken)) if batch.len() == 1 => {
                tell_all(batch, after_rollback(&broken));
            }
            Err(Failed::NothingDone(_)) => {
                let mut jobs = batch.into_iter();
                while let Some(mut job) = jobs.next() {
                    job.unsettle();
                    if self.dispose_on(connection, vec![job]).is_err() {
                        return Err(jobs.map(Job::unsettled).collect());
                    }
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) {
        if self.sums.is_empty() {
            return;
        }
        let Ok(connection) = self.take() else { return };
        // They stay for the next try; what went wrong is logged.
        if !matches!(self.run(&connection, &mut []), Err(Failed::Unknown(_))) {
            self.connection = Some(connection);
        }
    }

    fn run(&mut self, connection: &Connection, jobs: &mut [Job]) -> Result<Vec<Committed>, Failed> {
        let done = run(connection, &self.sealer, &mut self.heads, &self.sums, jobs);
        match done {
            Ok(Done { ends, grown, sums }) => {
                self.sums = sums;
                self.grown.lock().unwrap_or_else(PoisonError::into_inner).extend(grown);
                Ok(ends)
            }
            Err(Failed::NothingDone(broken)) => {
                tracing::warn!(%broken, jobs = jobs.len(), "a transaction was rolled back");
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
