//! Staging a set: the only place that codes come from.

use std::time::Duration;

use postern_codes::Prefix;

use super::Subject;
use super::fact::{DiscardReason, Discarded, StageReason, Staged as Fact, SubjectFact};
use super::set::Purpose;
use super::settle::settle;
use crate::Time;
use crate::assurance::Evidence;
use crate::encoding::Blob;
use crate::kernel::{Draft, Held};
use crate::limits;
use crate::recent::{Known, Remembered, RequestMark};
use crate::tenant::TierSettings;
use crate::withheld::Withheld;

/// A set that was made for one state of the subject.
#[derive(Clone)]
pub struct NewSet {
    /// The generation it was made for.
    pub generation: u32,
    /// The epoch it was made for.
    pub epoch: Vec<u8>,
    /// Version of the pepper it was made with.
    pub key_version: u16,
    /// Its name.
    pub name: String,
    /// Its salt.
    pub salt: Vec<u8>,
    /// Its verifiers.
    pub verifiers: Vec<u8>,
    /// Format, count and so on.
    pub settings: TierSettings,
    /// Its prefix.
    pub prefix: Prefix,
    /// What its verifiers stand for, sealed; none if its tenant does not keep kinds.
    pub kinds: Option<Blob>,
}

/// A request to stage.
#[derive(Clone)]
pub struct Stage {
    /// Why.
    pub reason: StageReason,
    /// What the codes are for.
    pub purposes: Vec<Purpose>,
    /// How the holder was known.
    pub evidence: Evidence,
    /// The generation that *lost* or *compromised* ended.
    pub ended: Option<u32>,
    /// The request.
    pub request: RequestMark,
    /// The set.
    pub new: NewSet,
}

/// What staging came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Staged {
    /// Staged: the codes may be shown, once.
    Done {
        /// Until when it may be confirmed.
        confirm_by: Time,
    },
    /// This request was answered before.
    Seen(Remembered),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// There is no such subject.
    NoSubject,
    /// Too many for now.
    TooMany {
        /// When again.
        until: Time,
    },
    /// The set was made for another state: make another.
    Again,
}

/// Stages a set. One that was staged before is discarded.
pub fn stage(subject: Held<Subject>, wanted: &Stage, draft: &mut Draft) -> Staged {
    let at = draft.context().at;
    let Some(state) = subject.state().filter(|state| state.is_here()) else { return Staged::NoSubject };
    match state.recent.find(wanted.request, at) {
        Known::Same(remembered) => return Staged::Seen(remembered),
        Known::Other => return Staged::KeyReused,
        Known::No => {}
    }
    if let Some(until) = stage_again_at(state, at) {
        return Staged::TooMany { until };
    }
    let new = &wanted.new;
    if new.generation != state.generation + 1 || new.epoch != state.epoch.bytes() {
        return Staged::Again;
    }
    let mut subject = settle(subject, draft);
    let staged = subject.state().and_then(|state| state.staged.as_ref()).map(|staged| staged.set.generation);
    if let Some(generation) = staged {
        let fact = Discarded { generation, reason: DiscardReason::Replaced, request: None };
        subject = subject.record(SubjectFact::Discarded(fact), draft);
    }
    let active = subject.state().and_then(|state| state.active.as_ref()).map(|active| active.set.generation);
    let confirm_by = at.plus(limits::STAGED_LIVES);
    let fact = fact(wanted, confirm_by, wanted.ended.or(active));
    let _ = subject.record(SubjectFact::Staged(Box::new(fact)), draft);
    Staged::Done { confirm_by }
}

/// When a subject may be staged for again, if not now: too many stagings, or too many answers to remember.
#[must_use]
pub fn stage_again_at(subject: &Subject, at: Time) -> Option<Time> {
    subject.recent.full_until(at).or_else(|| stagings_until(subject, at))
}

/// When a subject that was staged for too often may be staged for again.
fn stagings_until(subject: &Subject, at: Time) -> Option<Time> {
    let hour = Duration::from_secs(3600);
    let recent: Vec<Time> = subject.stagings.iter().copied().filter(|then| at.since(*then) < hour).collect();
    let oldest = recent.iter().min().copied()?;
    (recent.len() >= limits::STAGINGS_PER_HOUR).then(|| oldest.plus(hour))
}

fn fact(wanted: &Stage, confirm_by: Time, ends: Option<u32>) -> Fact {
    let new = &wanted.new;
    let format = new.settings.format;
    let route = if wanted.evidence.prover.is_some() { "assertion" } else { "trusted_claim" };
    Fact {
        confirm_by,
        count: new.settings.count,
        ends,
        evidence: wanted.evidence.clone(),
        format,
        generation: new.generation,
        key_version: new.key_version,
        kinds: new.kinds.clone(),
        lifetime: u64::from(new.settings.lifetime_days) * 86_400_000,
        low_stock: new.settings.low_stock,
        name: new.name.clone(),
        prefix: new.prefix.as_str().to_owned(),
        purposes: wanted.purposes.clone(),
        reason: wanted.reason,
        request: wanted.request,
        route: route.to_owned(),
        salt: Withheld::Known(new.salt.clone()),
        stretch: new.settings.stretch.for_format(format),
        verifiers: Withheld::Known(new.verifiers.clone()),
    }
}
