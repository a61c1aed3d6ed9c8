//! Redeeming a code as second factor: tested, spent and answered in one commit.

use super::Subject;
use super::fact::{Ended, Operation, RefusalReason, Refused, Spent, SubjectFact, Suspended, Throttled};
use super::set::{Purpose, SetState};
use super::settle::settle;
use crate::Time;
use crate::assurance::Evidence;
use crate::encoding::Fixed;
use crate::kernel::{Draft, Held};
use crate::limits;
use crate::recent::{Known, Remembered, RequestMark};
use crate::throttle::{Class, Delay, SUSPENDED_AT};
use crate::verifier::{Prepared, search};
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
    /// Second at which a still good device token was minted, if the caller showed one.
    pub device_minted: Option<u32>,
    /// The format that decides if there is no active set: that of the default tier.
    pub format: Format,
}

/// What a redemption came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Verdict {
    /// Accepted: the code is spent.
    Accepted(Box<Accepted>),
    /// Refused: one wording, whatever the reason.
    Refused,
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
}

/// Redeems a code. `subject` exists; a name that belongs to nobody goes to [`crate::bucket`].
pub fn redeem(subject: Held<Subject>, wanted: &Redeem<'_>, draft: &mut Draft) -> Verdict {
    let at = draft.context().at;
    let Some(state) = subject.state() else { return Verdict::Refused };
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
    let Some(state) = subject.state() else { return Verdict::Refused };
    let found = search(wanted.prepared, &state.targets());
    let live = state.active.as_ref().filter(|active| active.state == SetState::Active);
    let hit = live.zip(found).filter(|(active, (place, slot))| *place == 0 && active.works(*slot));
    let Some((active, (_, slot))) = hit else {
        let refused = refusal(state, wanted, found, Operation::Redeem, at);
        subject = subject.record(SubjectFact::Refused(Box::new(refused)), draft);
        suspend_if_used_up(subject, draft);
        return Verdict::Refused;
    };
    let remaining = active.remaining() - 1;
    let (generation, low_stock) = (active.set.generation, remaining <= active.set.low_stock);
    let spent = spent(wanted, evidence, state, generation, slot, remaining, low_stock, at);
    let subject = subject.record(SubjectFact::Spent(Box::new(spent.clone())), draft);
    let version = subject.version();
    if remaining == 0 {
        let _ = subject.record(SubjectFact::Exhausted(Ended { generation, remaining }), draft);
    }
    Verdict::Accepted(Box::new(Accepted { spent, version, at }))
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

/// Why a tested word is refused, and whether it counts as a guess.
pub(super) fn refusal(
    state: &Subject,
    wanted: &Redeem<'_>,
    found: Option<(usize, u8)>,
    operation: Operation,
    at: Time,
) -> Refused {
    let generation = found.and_then(|(place, _)| state.generation_at(place));
    let active = state.active.as_ref().filter(|active| Some(active.set.generation) == generation);
    let reason = match (generation, active) {
        (None, _) => RefusalReason::Wrong,
        (Some(_), Some(active)) if active.state == SetState::Suspended => RefusalReason::Suspended,
        (Some(_), Some(_)) => RefusalReason::Spent,
        (Some(_), None) => RefusalReason::Old,
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

#[expect(clippy::too_many_arguments, reason = "the fact has that many sources")]
fn spent(
    wanted: &Redeem<'_>,
    evidence: &Evidence,
    state: &Subject,
    generation: u32,
    slot: u8,
    remaining: u8,
    low_stock: bool,
    at: Time,
) -> Spent {
    let now = u32::try_from(at.seconds()).unwrap_or(u32::MAX);
    Spent {
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
        slot,
        source: wanted.source,
        txn: wanted.txn,
    }
}

/// Notes words that were not tested, in a sum.
pub fn throttled(subject: Held<Subject>, sum: Throttled, draft: &mut Draft) {
    if subject.state().is_some() {
        let _ = subject.record(SubjectFact::Throttled(sum), draft);
    }
}
