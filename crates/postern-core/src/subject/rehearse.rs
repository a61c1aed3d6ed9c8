//! Rehearsing: the same verification as redeeming, nothing spent.

use std::time::Duration;

use super::Subject;
use super::fact::{Operation, Rehearsed as Fact, SubjectFact};
use super::redeem::{Redeem, fits, refusal, suspend_if_used_up};
use super::set::SetState;
use super::settle::settle;
use crate::Time;
use crate::kernel::{Draft, Held};
use crate::limits;
use crate::recent::{Known, Remembered};
use crate::throttle::Delay;
use crate::verifier::search;

/// A request to rehearse: a redemption that spends nothing.
pub type Rehearse<'a> = Redeem<'a>;

/// What a rehearsal came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Rehearsed {
    /// The code would work.
    Works {
        /// When it was tested.
        at: Time,
    },
    /// It would not.
    Refused,
    /// Not tested.
    Delayed(Delay),
    /// This request was answered before.
    Seen(Remembered),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// Too many for today.
    TooMany {
        /// When again.
        until: Time,
    },
    /// The code was made ready for another state: do it again.
    Again,
}

/// Rehearses a code.
pub fn rehearse(subject: Held<Subject>, wanted: &Rehearse<'_>, draft: &mut Draft) -> Rehearsed {
    let at = draft.context().at;
    let Some(state) = subject.state() else { return Rehearsed::Refused };
    match state.recent.find(wanted.request, at) {
        Known::Same(remembered) => return Rehearsed::Seen(remembered),
        Known::Other => return Rehearsed::KeyReused,
        Known::No => {}
    }
    if let Some(until) = rehearsals_until(state, at) {
        return Rehearsed::TooMany { until };
    }
    let format = state.active.as_ref().map_or(wanted.format, |active| active.set.format);
    if let Err(delay) = state.throttle.judge(wanted.class, wanted.source, format, at) {
        return Rehearsed::Delayed(delay);
    }
    let Some(evidence) = wanted.evidence.filter(|_| fits(state, wanted.prepared)) else {
        return Rehearsed::Again;
    };
    let subject = settle(subject, draft);
    let Some(state) = subject.state() else { return Rehearsed::Refused };
    let found = search(wanted.prepared, &state.targets());
    let live = state.active.as_ref().filter(|active| active.state == SetState::Active);
    let hit = live.zip(found).filter(|(active, (place, slot))| *place == 0 && active.works(*slot));
    let Some((active, (_, slot))) = hit else {
        let refused = refusal(state, wanted, found, Operation::Rehearse, at);
        let subject = subject.record(SubjectFact::Refused(Box::new(refused)), draft);
        suspend_if_used_up(subject, draft);
        return Rehearsed::Refused;
    };
    let fact = Fact {
        corrected: wanted.corrected,
        evidence: evidence.clone(),
        generation: active.set.generation,
        request: wanted.request,
        slot,
        source: wanted.source,
    };
    let _ = subject.record(SubjectFact::Rehearsed(fact), draft);
    Rehearsed::Works { at }
}

/// When a subject that rehearsed too often may rehearse again.
fn rehearsals_until(subject: &Subject, at: Time) -> Option<Time> {
    let day = Duration::from_secs(86_400);
    let recent: Vec<Time> = subject.rehearsals.iter().copied().filter(|then| at.since(*then) < day).collect();
    let oldest = recent.iter().min().copied()?;
    (recent.len() >= limits::REHEARSALS_PER_DAY).then(|| oldest.plus(day))
}
