//! What waits for a committer.

use std::collections::BTreeSet;

use postern_core::kernel::{ClaimKey, Committed, Draft, Key, Work};
use tokio::sync::oneshot;

use super::batch::Stored;
use super::loaded::Missing;
use crate::settle::Pending;

/// One work, and whom to tell.
pub(super) struct Job {
    pub(super) pending: Pending,
    /// About how many bytes it writes.
    pub(super) weight: usize,
    answer: oneshot::Sender<Committed>,
    /// What it turned out to need beside what it asks for.
    more: (BTreeSet<Key>, BTreeSet<ClaimKey>),
    /// Events of the commit that was sent last: if no answer came, they tell whether it happened.
    sent: Vec<(Key, u64, Vec<u8>)>,
    /// Whether a commit with it was sent and not answered.
    is_unknown: bool,
}

impl Job {
    pub(super) fn new(work: Work) -> (Self, oneshot::Receiver<Committed>) {
        let (answer, told) = oneshot::channel();
        let weight = work.draft.weight();
        let job = Self {
            pending: Pending::new(work),
            weight,
            answer,
            more: Default::default(),
            sent: Vec::new(),
            is_unknown: false,
        };
        (job, told)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let sent = self.sent.iter().filter(|_| self.is_unknown).map(|(key, ..)| *key);
        self.pending.keys().chain(self.more.0.iter().copied()).chain(sent)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = ClaimKey> + '_ {
        self.pending.places().chain(self.more.1.iter().copied())
    }

    /// Records that its draft changes.
    pub(super) fn changing(&self) -> impl Iterator<Item = Key> + '_ {
        let drafted = self.pending.draft().map(Draft::puts);
        drafted.into_iter().flat_map(|puts| puts.keys().copied())
    }

    /// The record whose lane it waits in.
    pub(super) fn lane(&self) -> Option<Key> {
        self.changing().last()
    }

    /// It decides on something that was not locked.
    pub(super) fn add(&mut self, missing: Missing) {
        match missing {
            Missing::Record(key) => drop(self.more.0.insert(key)),
            Missing::Place(place) => drop(self.more.1.insert(place)),
        }
    }

    /// Notes what a commit is about to be sent with.
    pub(super) fn remember(&mut self, takes_part: bool) {
        let events = self.pending.draft().filter(|_| takes_part).map(Draft::events).unwrap_or_default();
        self.sent = events.iter().map(|event| (event.key, event.version, event.bytes.clone())).collect();
    }

    /// The commit was not answered.
    pub(super) fn unknown(&mut self) {
        self.is_unknown = !self.sent.is_empty();
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.is_unknown
    }

    /// Where its events would be, if a commit with them was not answered.
    pub(super) fn sent(&self) -> impl Iterator<Item = (Key, u64)> + '_ {
        self.sent.iter().filter(|_| self.is_unknown).map(|(key, version, _)| (*key, *version))
    }

    /// Whether the commit that was not answered happened: exactly its events are there.
    pub(super) fn is_stored(&self, stored: &Stored) -> bool {
        let there =
            |(key, version, bytes): &(Key, u64, Vec<u8>)| stored.get(&(*key, *version)) == Some(bytes);
        self.is_unknown && self.sent.iter().all(there)
    }

    /// Whether nobody waits for the answer any more. One that may have been committed is followed to its end.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.answer.is_closed() && !self.is_unknown
    }

    /// Tells whoever waits.
    pub(super) fn tell(self, end: Committed) {
        // Nobody may be there any more; what was committed stays.
        let _ = self.answer.send(end);
    }
}
