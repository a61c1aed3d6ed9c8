//! Subjects: holders of codes. One record holds everything that one code is decided on: the active and the
//! staged set, guess budgets and recent requests; ended generations are write-once parts of it.

mod change;
mod confirm;
mod create;
mod discard;
mod evolve;
pub mod fact;
mod forget;
mod leaked;
mod leave;
mod redeem;
mod rehearse;
mod restore;
mod revoke;
mod set;
mod settle;
mod stage;
mod status;
mod tested;

pub use change::{Change, Changes, change};
pub use confirm::{Confirm, Confirmed, confirm};
pub use create::{Create, create};
pub use discard::{Discarded, discard};
pub use fact::SubjectFact;
pub use forget::forget;
pub use leaked::{FoundWord, FoundWords, LeakCheck, LeakChecked, found_among, leaked, stretch_of};
pub use leave::{erase_due, leave, name_kept, request_erasure};
pub use redeem::{Accepted, Redeem, Verdict, redeem, throttled};
pub use rehearse::{Rehearse, Rehearsed, rehearse};
pub use restore::{Restore, restore};
pub(crate) use revoke::end;
pub use revoke::{Revoke, RevokeAll, Revoked, revoke, revoke_all, revoke_code};
use serde::{Deserialize, Serialize};
pub use set::{ActiveSet, CodeSet, EndedSet, Purpose, SetState, Slots, StagedSet, verifiers_length};
pub use settle::settle;
pub use stage::{NewSet, Stage, Staged, stage, stage_again_at};
pub use status::{SetStatus, StagedStatus, Status, Used, status};

use crate::Time;
use crate::encoding::Fixed;
use crate::ids::TenantId;
use crate::kernel::{ClaimKey, Columns, Kind, Record, Space};
use crate::kinds::SealedKinds;
use crate::limits;
use crate::recent::Recent;
use crate::tenant::Tier;
use crate::throttle::Throttle;
use crate::verifier::Target;
use crate::withheld::Withheld;

/// What a subject is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A person.
    Person,
    /// A machine with a documented owner.
    Machine,
}

/// A subject's record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Subject {
    /// Facts so far: the row's version.
    pub facts: u64,
    /// Moved by what `PATCH` and `GET` show of the person, not by codes.
    pub revision: u64,
    /// Keyed hash of the external id.
    pub external_id: Fixed<32>,
    /// Version of the event whose private part says who the subject is, so that the row holds nothing personal.
    pub person_at: u64,
    /// What the subject is.
    pub kind: SubjectKind,
    /// How well its recovery is guarded.
    pub tier: Tier,
    /// Random part of the subject's keys, renewed when codes were compromised.
    pub epoch: Withheld,
    /// Salt of stretched codes.
    pub salt: Withheld,
    /// Part of device tokens: raising it ends them all.
    pub device_epoch: u32,
    /// The newest generation.
    pub generation: u32,
    /// The set that works.
    pub active: Option<ActiveSet>,
    /// The set that waits to be confirmed.
    pub staged: Option<StagedSet>,
    /// Ended generations, oldest first; stored as parts.
    #[serde(skip)]
    pub ended: Vec<EndedSet>,
    /// Generations of the parts, so that a part that is missing or too many is seen.
    pub ended_generations: Vec<u32>,
    /// When the alarm of an ended generation last rang.
    pub alarms: Vec<(u32, Time)>,
    /// Guess budgets.
    pub throttle: Throttle,
    /// Recent requests.
    pub recent: Recent,
    /// Stagings of the last hour.
    pub stagings: Vec<Time>,
    /// Rehearsals of the last day.
    pub rehearsals: Vec<Time>,
    /// Sets that a staging request ended before it staged: a late retry of it ends nothing else.
    pub ended_for: Vec<EndedFor>,
    /// Kinds of the codes of the active and the staged set, if they are kept.
    pub kinds: Vec<SealedKinds>,
    /// Whether it has left.
    pub departed: Option<Departed>,
    /// When it is to be erased.
    pub erase_at: Option<Time>,
    /// Whether another subject had its name and left.
    pub returned: bool,
    /// Sets whose codes were found where they should not be, and when that was recorded last.
    pub leaks: Vec<(u32, Time)>,
}

/// A subject that has left.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Departed {
    /// When.
    pub at: Time,
    /// Until when its name is kept.
    pub until: Option<Time>,
    /// Whether it was erased.
    pub erased: bool,
}

/// A set that was *lost* or *compromised*, and the staging request that ended it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EndedFor {
    /// Keyed hash of the request's idempotency key.
    pub key: Fixed<8>,
    /// The set.
    pub generation: u32,
    /// When.
    pub at: Time,
    /// The assertion that the request was proven with.
    pub assertion: Option<Fixed<32>>,
}

impl Record for Subject {
    type Fact = SubjectFact;
    const KIND: Kind = Kind::Subject;
    /// Kinds, leaving, erasing, and whether somebody came back; leaks.
    const ADDED: &'static [usize] = &[4, 1];

    fn layout(&self) -> u8 {
        let plain =
            self.kinds.is_empty() && self.departed.is_none() && self.erase_at.is_none() && !self.returned;
        match (plain, self.leaks.is_empty()) {
            (_, false) => 3,
            (true, true) => 1,
            (false, true) => 2,
        }
    }

    fn evolve(before: Option<Self>, fact: &SubjectFact, at: Time) -> Option<Self> {
        evolve::evolve(before, fact, at)
    }

    fn columns(&self) -> Columns {
        let state = match (&self.departed, &self.active, &self.staged) {
            (Some(Departed { erased: true, .. }), ..) => "erased",
            (Some(_), ..) => "left",
            (None, Some(active), _) if active.state == SetState::Suspended => "suspended",
            (None, Some(_), _) => "active",
            (None, None, Some(_)) => "staged",
            (None, None, None) => "without_codes",
        };
        let dues = [
            self.active.as_ref().map(|set| set.expires_at),
            self.staged.as_ref().map(|set| set.confirm_by),
            self.erase_at,
            self.departed.and_then(|departed| departed.until),
        ];
        Columns { state, due: dues.into_iter().flatten().min() }
    }

    fn claims(&self, tenant: TenantId) -> Vec<ClaimKey> {
        let space = match self.departed {
            None => Some(Space::ExternalId),
            Some(departed) => departed.until.map(|_| Space::Departed),
        };
        space.map(|space| ClaimKey { tenant, space, key: self.external_id.0 }).into_iter().collect()
    }

    fn needed_event(&self) -> Option<u64> {
        self.has_own_key().then_some(self.person_at)
    }

    fn has_own_key(&self) -> bool {
        !self.departed.is_some_and(|departed| departed.erased)
    }

    fn part_numbers(&self) -> Vec<u32> {
        self.ended_generations.clone()
    }

    fn part(&self, number: u32) -> Option<Vec<u8>> {
        let ended = self.ended.iter().find(|ended| ended.generation == number)?;
        postcard::to_allocvec(ended).ok()
    }

    fn join_part(&mut self, number: u32, bytes: &[u8]) -> bool {
        let Ok(ended) = postcard::from_bytes::<EndedSet>(bytes) else { return false };
        let expected = self.ended_generations.get(self.ended.len()) == Some(&number);
        let fits = expected && ended.generation == number;
        self.ended.push(ended);
        fits
    }

    fn counted(&self) -> Option<u64> {
        // Parts that did not arrive make the count wrong on purpose: the row is then tampered with.
        (self.ended.len() == self.ended_generations.len()).then_some(self.facts).or(Some(u64::MAX))
    }
}

impl Subject {
    /// Whether it is one whose codes may be issued and used: it has not left.
    #[must_use]
    pub const fn is_here(&self) -> bool {
        self.departed.is_none()
    }

    /// The sets that have not ended: the active one, then the staged one.
    pub fn sets(&self) -> impl Iterator<Item = &CodeSet> {
        let active = self.active.iter().map(|active| &active.set);
        active.chain(self.staged.iter().map(|staged| &staged.set))
    }

    /// What a typed code is compared with: the active set, then ended ones, newest first.
    #[must_use]
    pub fn targets(&self) -> Vec<Target<'_>> {
        let active = self.active.iter().map(|active| active.set.target());
        active.chain(self.ended.iter().rev().map(EndedSet::target)).collect()
    }

    /// The set that a staging request has ended, if it has.
    #[must_use]
    pub fn ended_for(&self, key: Fixed<8>, now: Time) -> Option<&EndedFor> {
        self.ended_for.iter().find(|ended| ended.key == key && now.since(ended.at) < limits::ANSWER_REPEATS)
    }

    /// Whether it was recorded within a day that codes of a set were found.
    #[must_use]
    pub fn leak_is_known(&self, generation: u32, now: Time) -> bool {
        let known = |(of, at): &(u32, Time)| *of == generation && now.since(*at) < limits::LEAK_ALARM;
        self.leaks.iter().any(known)
    }

    /// The generation of a target that [`targets`](Self::targets) listed at `place`.
    #[must_use]
    pub fn generation_at(&self, place: usize) -> Option<u32> {
        self.targets().get(place).map(|target| target.generation)
    }
}
