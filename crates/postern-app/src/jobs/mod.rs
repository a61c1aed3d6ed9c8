//! Jobs: what time does. Each tick is short, repeatable, and loses nothing if it does not run.

mod campaigns;
mod clock;
mod forged;
mod forget;

pub use campaigns::Progress;
use postern_core::Time;
use postern_core::bucket;
use postern_core::kernel::{Actor, ActorKind, Context, Draft, Key, Kind, Outcome, Step, Want, decide};
use postern_core::limits;
use postern_core::subject::fact::Throttled;
use postern_core::subject::{self, Subject};

use crate::app::App;
use crate::sums::Whom;

/// What a tick did, for metrics and tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tick {
    /// Sums of untested words and of denied calls that were recorded.
    pub sums: usize,
    /// Subjects for whom something was due: sets that had expired, an erasure.
    pub settled: usize,
}

/// Records that are looked at in one tick.
const PER_TICK: usize = 500;

impl App {
    /// Records the sums of minutes that are over, calls that were denied, and what was asked about leaks. Every few seconds.
    /// What the store does not take now is counted on; if it is not known whether it did, that is told twice rather than
    /// not at all.
    pub async fn flush_sums(&self) -> usize {
        let now = self.now();
        let denied = self.denials.0.take(now);
        self.record_sums(self.sums.take_over(now)).await
            + self.record_denials(denied).await
            + self.record_leaks(self.due_leaks()).await
    }

    /// Records every sum, whenever it began, when nobody asks any more. How many were not recorded, and are lost.
    pub async fn flush_last_sums(&self) -> usize {
        self.record_sums(self.sums.take_all()).await;
        self.record_denials(self.denials.0.take_all()).await;
        self.record_leaks(self.last_leaks()).await;
        self.sums.take_all().len() + self.denials.0.take_all().len() + self.last_leaks().len()
    }

    async fn record_sums(&self, due: Vec<(Whom, Throttled)>) -> usize {
        let mut due = due.into_iter();
        let mut count = 0;
        for (whom, sum) in due.by_ref() {
            if !self.record_sum(whom, sum).await {
                break;
            }
            count += 1;
        }
        // The others would find the same store.
        due.for_each(|(whom, sum)| self.sums.give_back(whom, &sum));
        count
    }

    /// Records that sets have expired, erases whom it is time to erase, and gives up places whose time is over and sums
    /// that are old. Hourly.
    pub async fn settle_due(&self) -> Tick {
        if self.running().is_err() {
            return Tick::default();
        }
        let now = self.now();
        let mut tick = Tick { sums: self.flush_sums().await, settled: 0 };
        let (mut after, mut forgot) = (None, false);
        loop {
            let due = match self.store().due(Kind::Subject, now, after, PER_TICK).await {
                Ok(due) => due,
                Err(fault) => {
                    tracing::error!(%fault, "expired sets were not looked for");
                    return tick;
                }
            };
            for key in &due {
                let settled = self.settle(*key, now).await;
                tick.settled += usize::from(settled.is_some());
                forgot |= settled == Some(true);
            }
            after = due.last().copied();
            if due.len() < PER_TICK {
                break;
            }
        }
        if forgot && let Err(fault) = self.store().scrub().await {
            tracing::error!(%fault, "what was erased may stay in the store's files a while longer");
        }
        self.give_up().await;
        tick
    }

    /// Gives up places whose time is over, and sums that are old.
    async fn give_up(&self) {
        let Ok(reached) = self.time_reached().await else { return };
        if let Err(fault) = self.store().forget_claims(reached).await {
            tracing::error!(%fault, "places whose time is over were not given up");
        }
        let oldest = reached.minus(limits::TALLIES_LIVE).hour();
        if let Err(fault) = self.store().forget_tallies(oldest).await {
            tracing::error!(%fault, "sums that are old were not given up");
        }
    }

    /// Records what is due for one subject; whether its key was forgotten, if anything was done.
    async fn settle(&self, key: Key, now: Time) -> Option<bool> {
        let view = self.look(&[Want::Key(key)]).await.ok()?;
        let settled = decide::<bool, ()>(self.store(), &view, move |view| {
            let held = view.held::<Subject>(key)?;
            let mut draft = service_draft("due", view.at(now));
            let settled = subject::settle(held, &mut draft);
            let forgot = subject::erase_due(settled, &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(false) } else { Step::Decided(draft, forgot) })
        });
        match settled.await {
            Outcome::Committed(forgot) => Some(forgot),
            Outcome::Nothing(_) => None,
            other => {
                tracing::error!(subject = %key, ?other, "what is due for a subject was not done; it is tried again in an hour");
                None
            }
        }
    }

    /// Records a sum of words that were not tested; whether that is done. Otherwise it is counted on.
    pub(crate) async fn record_sum(&self, whom: Whom, sum: Throttled) -> bool {
        let done = self.throttled(whom, sum.clone()).await;
        if !done {
            self.sums.give_back(whom, &sum);
        }
        done
    }

    async fn throttled(&self, whom: Whom, sum: Throttled) -> bool {
        let Ok(view) = self.look(&[Want::Key(whom.key)]).await else { return false };
        let now = self.now();
        let recorded = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("throttle", view.at(now));
            match whom.tag {
                Some(tag) => bucket::throttled(view.held(whom.key)?, tag, sum.clone(), &mut draft),
                None => subject::throttled(view.held(whom.key)?, sum.clone(), &mut draft),
            }
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        });
        is_done(&recorded.await)
    }
}

/// Whether a sum need not be recorded again: it is, or its record takes none, since it is gone or not as it was written.
pub(crate) fn is_done(outcome: &Outcome<(), ()>) -> bool {
    matches!(outcome, Outcome::Committed(()) | Outcome::Nothing(()) | Outcome::Rejected(_))
}

/// A draft whose events the service itself did.
pub(crate) fn service_draft(job: &str, at: Time) -> Draft {
    Draft::new(Context { at, actor: Actor::new(ActorKind::Service, job), private: None })
}
