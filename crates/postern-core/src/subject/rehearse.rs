//! Rehearsing: the same verification as redeeming, nothing spent.

use std::time::Duration;

use super::Subject;
use super::fact::{Operation, Rehearsed as Fact, SubjectFact};
use super::redeem::{Redeem, fits, refusal, suspend_if_used_up, working};
use super::settle::settle;
use super::tested::test;
use crate::Time;
use crate::kernel::{Draft, Held};
use crate::kinds::CodeKind;
use crate::limits;
use crate::recent::{Known, Remembered};
use crate::throttle::Delay;

/// A request to rehearse: a redemption that spends nothing.
pub type Rehearse<'a> = Redeem<'a>;

/// What a rehearsal came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Rehearsed {
    /// The code would work.
    Works {
        /// When it was tested.
        at: Time,
        /// Whether it is the duress code: for an alarm, never for the answer.
        kind: CodeKind,
    },
    /// It would not.
    Refused(CodeKind),
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
    let Some(state) = subject.state().filter(|state| state.is_here()) else { return Rehearsed::Again };
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
    let key = subject.key();
    let Some(state) = subject.state() else { return Rehearsed::Refused(CodeKind::Live) };
    let tested = test(key, state, wanted.prepared, &wanted.secrecy);
    let kind = tested.kind();
    let security = wanted.secrecy.truth(key, kind);
    let Some((active, slot)) = working(state, wanted, tested) else {
        let refused = refusal(state, wanted, tested, Operation::Rehearse, at, security);
        let subject = subject.record(SubjectFact::Refused(Box::new(refused)), draft);
        suspend_if_used_up(subject, draft);
        return Rehearsed::Refused(kind);
    };
    let fact = Fact {
        corrected: wanted.corrected,
        evidence: evidence.clone(),
        generation: active.set.generation,
        request: wanted.request,
        security,
        slot,
        source: wanted.source,
    };
    let _ = subject.record(SubjectFact::Rehearsed(fact), draft);
    Rehearsed::Works { at, kind }
}

/// When a subject that rehearsed too often may rehearse again.
fn rehearsals_until(subject: &Subject, at: Time) -> Option<Time> {
    let day = Duration::from_secs(86_400);
    let recent: Vec<Time> = subject.rehearsals.iter().copied().filter(|then| at.since(*then) < day).collect();
    let oldest = recent.iter().min().copied()?;
    (recent.len() >= limits::REHEARSALS_PER_DAY).then(|| oldest.plus(day))
}
