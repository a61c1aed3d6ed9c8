//! Drafts: what a decision wants to have committed, all of it or nothing.

use std::collections::BTreeMap;

use super::{Actor, Claim, ClaimKey, DraftEvent, FactFault, Held, Image, Key, Record, Tally};
use crate::Time;

/// The circumstances of a decision: who, when, and the personal part of its events.
#[derive(Clone, Debug)]
pub struct Context {
    /// Event time: the clock's, or the last event's of what was seen if that is later.
    pub at: Time,
    /// Who asked.
    pub actor: Actor,
    /// Personal data of the events, encrypted under the subject's key.
    pub private: Option<Vec<u8>>,
}

/// One record's change.
#[derive(Clone, PartialEq, Debug)]
pub struct Put {
    /// The version that the row must still have; 0 if it must not exist.
    pub expect: u64,
    /// The version that it will have.
    pub version: u64,
    /// What it will be; `None` ends it.
    pub image: Option<Image>,
}

/// A subject's wrapped key, written with the subject's first fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyringEntry {
    /// Whose key.
    pub subject: Key,
    /// The key, encrypted under the wrapping key.
    pub wrapped: Vec<u8>,
}

/// Everything that one decision changes. Only facts change rows: there is no way to put a row into a draft
/// but through [`Held::record`].
#[derive(Debug)]
pub struct Draft {
    context: Context,
    puts: BTreeMap<Key, Put>,
    events: Vec<DraftEvent>,
    reads: BTreeMap<Key, u64>,
    claims: Vec<Claim>,
    released: Vec<(ClaimKey, Key)>,
    free: Vec<ClaimKey>,
    tallies: Vec<Tally>,
    keyring: Vec<KeyringEntry>,
    forgotten: Vec<Key>,
    fault: Option<FactFault>,
}

impl Draft {
    /// An empty draft.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self {
            context,
            puts: BTreeMap::new(),
            events: Vec::new(),
            reads: BTreeMap::new(),
            claims: Vec::new(),
            released: Vec::new(),
            free: Vec::new(),
            tallies: Vec::new(),
            keyring: Vec::new(),
            forgotten: Vec::new(),
            fault: None,
        }
    }

    /// The circumstances.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// A read guard: the decision relies on this record being as it was seen.
    pub fn rely<R: Record>(&mut self, on: &Held<R>) {
        self.reads.insert(on.key(), on.seen());
    }

    /// The decision relies on nobody having this place. It must have been asked for, so that deciding again sees who has.
    pub fn rely_free(&mut self, place: ClaimKey) {
        self.free.push(place);
    }

    /// Takes a place that only one may take; the store refuses the draft if another has it.
    pub fn claim(&mut self, claim: Claim) {
        self.claims.push(claim);
    }

    /// Gives up a place that its owner names no more, so that another may take it, in this draft already.
    pub fn release(&mut self, place: ClaimKey, owner: Key) {
        self.claims.retain(|claim| claim.place != place || claim.owner != owner);
        self.released.push((place, owner));
    }

    /// Takes a place in the name of a record that this draft changes, for as long as `until`.
    pub fn claim_until(&mut self, place: ClaimKey, owner: Key, until: Time) {
        if let Some(version) = self.puts.get(&owner).map(|put| put.version) {
            self.claim(Claim { place, owner, version, until: Some(until) });
        }
    }

    /// Adds to a sum.
    pub fn tally(&mut self, tally: Tally) {
        self.tallies.push(tally);
    }

    /// Keeps a subject's wrapped key.
    pub fn keep_key(&mut self, entry: KeyringEntry) {
        self.keyring.push(entry);
    }

    /// Forgets a subject's wrapped key: what was encrypted under it is lost to everybody.
    pub fn forget_key(&mut self, subject: Key) {
        self.forgotten.push(subject);
    }

    /// What [`Held::record`] notes.
    pub(super) fn note(&mut self, event: Result<DraftEvent, FactFault>, key: Key, put: Put) {
        match event {
            Ok(event) => {
                self.events.push(event);
                self.puts.insert(key, put);
            }
            Err(fault) => self.fault = Some(fault),
        }
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// A fact that could not be written: the draft must not be committed.
    #[must_use]
    pub const fn fault(&self) -> Option<&FactFault> {
        self.fault.as_ref()
    }

    /// Changes of records, in key order.
    #[must_use]
    pub const fn puts(&self) -> &BTreeMap<Key, Put> {
        &self.puts
    }

    /// Events, in the order in which they were recorded.
    #[must_use]
    pub fn events(&self) -> &[DraftEvent] {
        &self.events
    }

    /// Read guards that are not already guarded by a put.
    pub fn reads(&self) -> impl Iterator<Item = (Key, u64)> + '_ {
        self.reads
            .iter()
            .filter(|(key, _)| !self.puts.contains_key(key))
            .map(|(key, version)| (*key, *version))
    }

    /// Claims that the facts took, and those that a record came to name with this draft.
    #[must_use]
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// Places that are given up, with the owners that they are taken from.
    #[must_use]
    pub fn released(&self) -> &[(ClaimKey, Key)] {
        &self.released
    }

    /// Places that nobody may have.
    #[must_use]
    pub fn free(&self) -> &[ClaimKey] {
        &self.free
    }

    /// Sums.
    #[must_use]
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// Wrapped keys to keep.
    #[must_use]
    pub fn keyring(&self) -> &[KeyringEntry] {
        &self.keyring
    }

    /// Subjects whose wrapped keys are forgotten.
    #[must_use]
    pub fn forgotten(&self) -> &[Key] {
        &self.forgotten
    }

    /// About how many bytes a commit of this draft writes.
    #[must_use]
    pub fn weight(&self) -> usize {
        let rows: usize = self
            .puts
            .values()
            .map(|put| put.image.as_ref().map_or(0, |image| image.record.len()) + 200)
            .sum();
        rows + self.events.iter().map(|event| event.bytes.len() + 100).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{SubjectId, TenantId};
    use crate::kernel::{ActorKind, Kind, Space};

    const TENANT: TenantId = TenantId::new([1; 16]);

    fn draft() -> Draft {
        let actor = Actor::new(ActorKind::Service, "test");
        Draft::new(Context { at: Time::START, actor, private: None })
    }

    fn place(number: u8) -> ClaimKey {
        ClaimKey { tenant: TENANT, space: Space::ExternalId, key: [number; 32] }
    }

    fn owner(number: u8) -> Key {
        Key::of(Kind::Subject, TENANT, SubjectId::new([number; 16]))
    }

    #[test]
    fn what_a_decision_relies_on_is_told_to_the_store() {
        let mut draft = draft();
        draft.rely_free(place(1));
        draft.rely_free(place(2));
        assert_eq!(draft.free(), [place(1), place(2)]);
        assert!(draft.is_empty() && draft.claims().is_empty());
    }

    #[test]
    fn a_place_that_is_given_up_is_claimed_no_more_by_its_owner_and_by_nobody_else() {
        let mut draft = draft();
        let claims = [(1, 1), (2, 1), (1, 2)];
        for (at, by) in claims {
            draft.claim(Claim { place: place(at), owner: owner(by), version: 1, until: None });
        }
        draft.release(place(1), owner(1));
        let left: Vec<_> = draft.claims().iter().map(|claim| (claim.place, claim.owner)).collect();
        assert_eq!(left, [(place(2), owner(1)), (place(1), owner(2))]);
        assert_eq!(draft.released(), [(place(1), owner(1))]);
        // In the name of a record that the draft does not change nothing is taken.
        draft.claim_until(place(3), owner(1), Time::START);
        assert_eq!(draft.claims().len(), 2);
    }
}
