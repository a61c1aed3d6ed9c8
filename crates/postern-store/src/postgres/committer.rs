//! Committers: each has a connection and settles what waits in its lanes, a batch at a time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_core::kernel::{Committed, Key, Sealer};
use tokio::sync::mpsc::Receiver;
use tokio::time::Instant;

use super::Isolation;
use super::batch::{Done, End, Rules, run};
use super::connect::Link;
use super::failed::{Failed, is_collision, is_of_a_standby};
use super::job::Job;
use super::sent::Sent;
use super::tallies::Sums;

/// How long a committer tries to find out how a commit ended.
const FINDING_OUT: Duration = Duration::from_secs(30);
/// How long it tries to commit what was rolled back.
const TRYING: Duration = Duration::from_secs(8);
/// Waits between tries, the last one repeatedly.
const NAPS: [u64; 5] = [0, 2, 10, 50, 200];
/// Jobs of a batch at most.
const JOBS: usize = 256;

/// One committer.
pub(super) struct Committer {
    pub(super) link: Link,
    pub(super) sealer: Sealer,
    pub(super) isolation: Isolation,
    pub(super) clocks: Option<u64>,
    pub(super) sums: Arc<Mutex<Sums>>,
    pub(super) batch_bytes: usize,
}

impl Committer {
    /// Works until the queue is closed and empty.
    pub(super) async fn work(mut self, mut jobs: Receiver<Job>) {
        while let Some(first) = jobs.recv().await {
            let batch = gather(first, &mut jobs, self.batch_bytes);
            self.dispose(batch).await;
        }
    }

    /// Settles a batch; one by one if it is rolled back for good, so that what is wrong with one job is not the
    /// others' end.
    async fn dispose(&mut self, batch: Vec<Job>) {
        for job in self.settle(batch, true).await {
            for left in self.settle(vec![job], false).await {
                left.tell(Committed::Busy);
            }
        }
    }

    /// Settles jobs, and gives back those that are to be tried one by one.
    async fn settle(&mut self, mut batch: Vec<Job>, is_shared: bool) -> Vec<Job> {
        let begun = Instant::now();
        let (mut unanswered, mut collisions) = (None, 0);
        for round in 0_usize.. {
            // One that may have been committed is followed to its end.
            if unanswered.is_none() {
                batch.retain(|job| !job.is_withdrawn());
            }
            if batch.is_empty() {
                return batch;
            }
            match self.run(&mut batch, &mut unanswered).await {
                Ok(Done { ends, tallies }) => {
                    self.sums.lock().unwrap_or_else(PoisonError::into_inner).add(&tallies);
                    batch = tell(batch, ends);
                    continue;
                }
                Err(failed) => {
                    batch.iter_mut().for_each(|job| job.pending.unsettle());
                    if is_of_a_standby(&failed) {
                        self.link.cut();
                    }
                    collisions += usize::from(matches!(&failed, Failed::Again(error) if is_collision(error)));
                    if let Some(end) = self.after(&failed, &batch, unanswered.is_some(), collisions, begun) {
                        // What may be committed is not done again.
                        let is_over = matches!(end, Committed::Unknown);
                        if is_shared && batch.len() > 1 && !is_over {
                            return batch;
                        }
                        tell_all(batch, end);
                        return Vec::new();
                    }
                }
            }
            let nap = NAPS.get(round.min(NAPS.len() - 1)).copied().unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(nap)).await;
        }
        batch
    }

    /// What a failure means: an end, or `None` if it is tried again.
    fn after(
        &mut self,
        failed: &Failed,
        batch: &[Job],
        is_unknown: bool,
        collisions: usize,
        begun: Instant,
    ) -> Option<Committed> {
        match failed {
            Failed::Unknown(_) => {
                tracing::warn!(%failed, jobs = batch.len(), "finding out whether it happened");
                self.link.cut();
                (begun.elapsed() > FINDING_OUT).then_some(Committed::Unknown)
            }
            Failed::NotDurable => {
                tracing::error!(%failed, "see synchronous_standby_names");
                Some(Committed::Unknown)
            }
            Failed::Unfinished => (begun.elapsed() > FINDING_OUT).then_some(Committed::Unknown),
            Failed::Unreachable(_) | Failed::Again(_) if is_unknown => {
                (begun.elapsed() > FINDING_OUT).then_some(Committed::Unknown)
            }
            Failed::Again(error) if is_collision(error) && collisions > 3 => {
                tracing::error!(%failed, "a row, a place or an event is there that no reading shows");
                Some(
                    batch
                        .first()
                        .and_then(Job::lane)
                        .map_or(Committed::Busy, |key: Key| Committed::Rejected(key)),
                )
            }
            Failed::Unreachable(_) | Failed::Again(_) => {
                tracing::debug!(%failed, jobs = batch.len(), "trying again");
                (begun.elapsed() > TRYING).then_some(Committed::Busy)
            }
            Failed::Clocks(_) | Failed::NothingDone(_) => {
                tracing::error!(%failed, jobs = batch.len(), "nothing was committed");
                Some(if is_unknown { Committed::Unknown } else { Committed::Busy })
            }
        }
    }

    async fn run(&mut self, batch: &mut [Job], unanswered: &mut Option<Sent>) -> Result<Done, Failed> {
        let rules = Rules { sealer: &self.sealer, isolation: self.isolation, clocks: self.clocks };
        let done = run(self.link.client().await?, &rules, batch, unanswered).await;
        if self.link.was_warned() && done.is_ok() {
            return Err(Failed::NotDurable);
        }
        done
    }
}

/// All that waits, up to so many bytes.
fn gather(first: Job, jobs: &mut Receiver<Job>, most: usize) -> Vec<Job> {
    let mut weight = first.weight;
    let mut batch = vec![first];
    while weight < most && batch.len() < JOBS {
        let Ok(job) = jobs.try_recv() else { break };
        weight = weight.saturating_add(job.weight);
        batch.push(job);
    }
    batch
}

/// Tells how jobs ended, and keeps those that need more.
fn tell(batch: Vec<Job>, ends: Vec<End>) -> Vec<Job> {
    let mut left = Vec::new();
    for (mut job, end) in batch.into_iter().zip(ends) {
        match end {
            End::Told(end) => job.tell(end),
            End::More(missing) => {
                job.pending.unsettle();
                job.add(missing);
                left.push(job);
            }
        }
    }
    left
}

fn tell_all(batch: Vec<Job>, end: Committed) {
    batch.into_iter().for_each(|job| job.tell(end));
}
