//! Redeeming a code as second factor: tested, spent and answered in one commit.

use super::Subject;
use super::fact::{Ended, Operation, RefusalReason, Refused, Spent, SubjectFact, Suspended, Throttled};
use super::set::{ActiveSet, Purpose, SetState};
use super::settle::settle;
use super::tested::{Tested, test};
use crate::Time;
use crate::assurance::Evidence;
use crate::campaign::Selection;
use crate::encoding::{Blob, Fixed};
use crate::kernel::{Draft, Held};
use crate::kinds::{CodeKind, Secrecy};
use crate::limits;
use crate::recent::{Known, Remembered, RequestMark};
use crate::throttle::{Class, Delay, SUSPENDED_AT};
use crate::verifier::Prepared;
use postern_codes::Format;

/// A request to redeem, everything slow already done.
#[derive(Clone, Copy)]
pub struct Redeem<'a> {
    /// The typed code.
    pub prepared: &'a Prepared,
    /// Position that was corrected, from 1.
    pub corrected: Option<u8>,
    /// What for.
    pub purpose: Purpose,
    /// How the first factor was known; none for a request that was answered before, which needs it no more.
    pub evidence: Option<&'a Evidence>,
    /// Whose attempt it is.
    pub class: Class,
    /// Pseudonym of the source.
    pub source: Fixed<8>,
    /// The request.
    pub request: RequestMark,
    /// The application's id.
    pub application: &'a str,
    /// SHA-256 of the caller's login transaction.
    pub txn: Fixed<32>,
    /// Second at which the answer's device token counts as minted, if the caller showed a good one.
    pub device_minted: Option<u32>,
    /// The format that decides if there is no active set: that of the default tier.
    pub format: Format,
    /// Reads kinds of codes, and says to `security` alone what the word was.
    pub secrecy: Secrecy<'a>,
    /// Sets that a campaign has ended, whatever their rows say yet.
    pub ended: &'a [Selection],
}

impl Redeem<'_> {
    /// Whether a set works no more: suspended, or ended by a campaign that has not come to it yet.
    fn is_stopped(&self, active: &ActiveSet) -> bool {
        active.state == SetState::Suspended || self.ended.iter().any(|selection| selection.takes(&active.set))
    }
}

/// What a redemption came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// Accepted: the code is spent.
    Accepted(Box<Accepted>),
    /// Refused: one wording, whatever the reason.
    Refused(CodeKind),
    /// Not tested.
    Delayed(Delay),
    /// The set may not be used for this.
    Purpose,
    /// This request was answered before.
    Seen(Remembered),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// Too many answers are remembered.
    TooMany {
        /// When again.
        until: Time,
    },
    /// The code was made ready for another state: do it again.
    Again,
}

/// An accepted redemption: the fact, and where it is recorded.
#[derive(Clone, PartialEq, Debug)]
pub struct Accepted {
    /// What was recorded.
    pub spent: Spent,
    /// The subject's version after it.
    pub version: u64,
    /// When.
    pub at: Time,
    /// Whether it was the duress code: for an alarm, never for the answer.
    pub kind: CodeKind,
}

/// Redeems a code. `subject` exists; a name that belongs to nobody goes to [`crate::bucket`].
pub fn redeem(subject: Held<Subject>, wanted: &Redeem<'_>, draft: &mut Draft) -> Verdict {
    let at = draft.context().at;
    let Some(state) = subject.state().filter(|state| state.is_here()) else { return Verdict::Again };
    match state.recent.find(wanted.request, at) {
        Known::Same(remembered) => return Verdict::Seen(remembered),
        Known::Other => return Verdict::KeyReused,
        Known::No => {}
    }
    if let Some(verdict) = untested(state, wanted, at) {
        return verdict;
    }
    let Some(evidence) = wanted.evidence else { return Verdict::Again };
    let mut subject = settle(subject, draft);
    let key = subject.key();
    let Some(state) = subject.state() else { return Verdict::Refused(CodeKind::Live) };
    let tested = test(key, state, wanted.prepared, &wanted.secrecy);
    let kind = tested.kind();
    let security = wanted.secrecy.truth(key, kind);
    let Some((active, slot)) = working(state, wanted, tested) else {
        let refused = refusal(state, wanted, tested, Operation::Redeem, at, security);
        subject = subject.record(SubjectFact::Refused(Box::new(refused)), draft);
        suspend_if_used_up(subject, draft);
        return Verdict::Refused(kind);
    };
    let remaining = active.remaining() - 1;
    let (generation, low_stock) = (active.set.generation, remaining <= active.set.low_stock);
    let now = u32::try_from(at.seconds()).unwrap_or(u32::MAX);
    let spent = Spent {
        application: wanted.application.to_owned(),
        class: wanted.class,
        corrected: wanted.corrected,
        device_epoch: state.device_epoch,
        device_minted: wanted.device_minted.unwrap_or(now),
        evidence: evidence.clone(),
        generation,
        low_stock,
        purpose: wanted.purpose,
        remaining,
        request: wanted.request,
        security,
        slot,
        source: wanted.source,
        txn: wanted.txn,
    };
    let subject = subject.record(SubjectFact::Spent(Box::new(spent.clone())), draft);
    let version = subject.version();
    if remaining == 0 {
        let _ = subject.record(SubjectFact::Exhausted(Ended { generation, remaining }), draft);
    }
    Verdict::Accepted(Box::new(Accepted { spent, version, at, kind }))
}

/// The set and the slot of a code that works now.
pub(super) fn working<'a>(
    state: &'a Subject,
    wanted: &Redeem<'_>,
    tested: Tested,
) -> Option<(&'a ActiveSet, u8)> {
    let Tested::Code { slot, .. } = tested else { return None };
    let live = state.active.as_ref().filter(|active| !wanted.is_stopped(active));
    live.filter(|active| active.works(slot)).map(|active| (active, slot))
}

/// What is answered before the code is looked at.
fn untested(state: &Subject, wanted: &Redeem<'_>, at: Time) -> Option<Verdict> {
    let active = state.active.as_ref().filter(|active| active.expires_at > at);
    if active.is_some_and(|active| !active.set.purposes.contains(&wanted.purpose)) {
        return Some(Verdict::Purpose);
    }
    if let Some(until) = state.recent.full_until(at) {
        return Some(Verdict::TooMany { until });
    }
    let format = active.map_or(wanted.format, |active| active.set.format);
    if let Err(delay) = state.throttle.judge(wanted.class, wanted.source, format, at) {
        return Some(Verdict::Delayed(delay));
    }
    (!fits(state, wanted.prepared)).then_some(Verdict::Again)
}

/// Whether what was prepared belongs to the subject as it is now: its keys, also that of the active set's version,
/// and its stretching. Without that key a right code would be a wrong one.
pub(super) fn fits(state: &Subject, prepared: &Prepared) -> bool {
    let set = state.active.as_ref().map(|active| &active.set);
    let alike = set
        .is_none_or(|set| set.format != prepared.material.format || set.stretch == prepared.material.stretch);
    let keyed = set.is_none_or(|set| prepared.keys.version(set.key_version).is_some());
    alike && keyed && prepared.epoch == state.epoch.bytes()
}

/// Why a tested word is refused, and whether it counts as a guess. A canary is a wrong word.
pub(super) fn refusal(
    state: &Subject,
    wanted: &Redeem<'_>,
    tested: Tested,
    operation: Operation,
    at: Time,
    security: Option<Blob>,
) -> Refused {
    let active = state.active.as_ref();
    let (reason, generation) = match tested {
        Tested::Nothing | Tested::Canary => (RefusalReason::Wrong, None),
        Tested::Ended(place) => (RefusalReason::Old, state.generation_at(place)),
        Tested::Code { .. } if active.is_some_and(|active| wanted.is_stopped(active)) => {
            (RefusalReason::Suspended, active.map(|active| active.set.generation))
        }
        Tested::Code { .. } => (RefusalReason::Spent, active.map(|active| active.set.generation)),
    };
    let rang = state
        .alarms
        .iter()
        .any(|(of, when)| Some(*of) == generation && at.since(*when) < limits::OLD_SET_ALARM);
    Refused {
        alarm: reason == RefusalReason::Old && !rang,
        assertion: wanted.evidence.and_then(|evidence| evidence.assertion),
        check_mismatch: wanted.corrected.is_some(),
        class: wanted.class,
        counted: matches!(reason, RefusalReason::Wrong | RefusalReason::Old),
        generation,
        operation,
        reason,
        request: wanted.request,
        security,
        source: wanted.source,
    }
}

/// A stretched set ends with its last allowed failure (SP 800-63B-4 §3.2.2).
pub(super) fn suspend_if_used_up(subject: Held<Subject>, draft: &mut Draft) {
    let Some(state) = subject.state() else { return };
    let failures = state.throttle.failures();
    let working = state.active.as_ref().filter(|active| active.state == SetState::Active);
    let Some(active) = working.filter(|active| active.set.format.stretched() && failures >= SUSPENDED_AT)
    else {
        return;
    };
    let generation = active.set.generation;
    let _ = subject.record(SubjectFact::Suspended(Suspended { failures, generation }), draft);
}

/// Notes words that were not tested, in a sum.
pub fn throttled(subject: Held<Subject>, sum: Throttled, draft: &mut Draft) {
    if subject.state().is_some_and(Subject::is_here) {
        let _ = subject.record(SubjectFact::Throttled(sum), draft);
    }
}
