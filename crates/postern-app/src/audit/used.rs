//! Assertions that events used: each is used once, or by both commits of a staging that ends the set before it.

use std::collections::BTreeSet;
use std::time::Duration;

use postern_core::Time;
use postern_core::kernel::Key;
use postern_core::limits;
use postern_core::subject::SubjectFact;

/// For so long at least the place of a used assertion is kept: longer than any assertion lives, and half as long as it is
/// taken for, so that no clock's step makes it seem missing, or used again when another one has its name.
const PLACES_LIVE: Duration = Duration::from_secs(limits::ASSERTION_LIVES.as_secs() * 15);

/// An event that used an assertion.
pub(super) struct Use {
    /// The place that it took.
    place: [u8; 32],
    owner: Key,
    at: Time,
    /// The idempotency key of the staging that it belongs to.
    staging: Option<[u8; 8]>,
}

impl Use {
    pub(super) const fn new(place: [u8; 32], owner: Key, at: Time) -> Self {
        Self { place, owner, at, staging: None }
    }

    /// What is left to say, if it is about a subject.
    pub(super) fn of(mut self, fact: &SubjectFact) -> Self {
        self.staging = match fact {
            SubjectFact::Staged(staged) => Some(staged.request.key.0),
            SubjectFact::Revoked(revoked) => revoked.stages.map(|key| key.0),
            _ => None,
        };
        self
    }

    /// Whether it used what an event before had used up, and not as a part of the same staging.
    fn is_again(&self, before: &Self) -> bool {
        let together = self.owner == before.owner && self.staging.is_some() && self.staging == before.staging;
        self.place == before.place && !together && self.at < before.at.plus(PLACES_LIVE)
    }
}

/// Every use, by place and time.
pub(super) struct Uses(Vec<Use>);

impl Uses {
    pub(super) fn new(mut uses: Vec<Use>) -> Self {
        uses.sort_unstable_by_key(|used| (used.place, used.at));
        Self(uses)
    }

    /// Whether an event of a record used the assertion of a place.
    pub(super) fn has(&self, place: [u8; 32], owner: Key) -> bool {
        let from = self.0.partition_point(|used| used.place < place);
        let its = self.0.iter().skip(from).take_while(|used| used.place == place);
        its.into_iter().any(|used| used.owner == owner)
    }

    /// Whose events used an assertion that an event before had used.
    pub(super) fn again(&self) -> impl Iterator<Item = Key> {
        let pairs = self.0.iter().zip(self.0.iter().skip(1));
        pairs.filter(|(before, after)| after.is_again(before)).map(|(_, after)| after.owner)
    }

    /// Whose places are missing among those that are taken, though they are to be there yet.
    pub(super) fn missing(&self, taken: &BTreeSet<([u8; 32], Key)>, now: Time) -> impl Iterator<Item = Key> {
        let young = self.0.iter().filter(move |used| used.at.plus(PLACES_LIVE) > now);
        young.filter(|used| !taken.contains(&(used.place, used.owner))).map(|used| used.owner)
    }
}
