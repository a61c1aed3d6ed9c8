//! What waits for a committer.

use std::collections::BTreeSet;

use postern_core::kernel::{ClaimKey, Committed, Draft, DraftEvent, Key, Work};
use tokio::sync::oneshot;

use crate::loaded::Missing;
use crate::settle::Pending;

/// One work, and whom to tell.
pub(super) struct Job {
    pub(super) pending: Pending,
    /// About how many bytes it writes.
    pub(super) weight: usize,
    answer: oneshot::Sender<Committed>,
    /// What it turned out to need beside what it asks for.
    more: (BTreeSet<Key>, BTreeSet<ClaimKey>),
}

impl Job {
    pub(super) fn new(work: Work) -> (Self, oneshot::Receiver<Committed>) {
        let (answer, told) = oneshot::channel();
        let weight = work.draft.weight();
        let job = Self { pending: Pending::new(work), weight, answer, more: Default::default() };
        (job, told)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.pending.keys().chain(self.more.0.iter().copied())
    }

    pub(super) fn places(&self) -> impl Iterator<Item = ClaimKey> + '_ {
        self.pending.places().chain(self.more.1.iter().copied())
    }

    /// Records that it changes or, while it has to be decided again, may change.
    pub(super) fn changing(&self) -> impl Iterator<Item = Key> + '_ {
        let undecided = self.pending.draft().is_none().then(|| self.keys());
        self.drafted().chain(undecided.into_iter().flatten())
    }

    /// Records that its draft changes.
    fn drafted(&self) -> impl Iterator<Item = Key> + '_ {
        let drafted = self.pending.draft().map(Draft::puts);
        drafted.into_iter().flat_map(|puts| puts.keys().copied())
    }

    /// The record whose lane it waits in.
    pub(super) fn lane(&self) -> Option<Key> {
        self.drafted().last()
    }

    /// It decides on something that was not locked.
    pub(super) fn add(&mut self, missing: Missing) {
        match missing {
            Missing::Record(key) => drop(self.more.0.insert(key)),
            Missing::Place(place) => drop(self.more.1.insert(place)),
        }
    }

    /// Events of its draft.
    pub(super) fn events(&self) -> impl Iterator<Item = &DraftEvent> {
        self.pending.draft().into_iter().flat_map(Draft::events)
    }

    /// Whether nobody waits for the answer any more.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.answer.is_closed()
    }

    /// Tells whoever waits.
    pub(super) fn tell(self, end: Committed) {
        // Nobody may be there any more; what was committed stays.
        let _ = self.answer.send(end);
    }
}
