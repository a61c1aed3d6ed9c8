//! Confirming a staged set: one code of it is typed and not spent, and the set before ends in the same commit.

use super::Subject;
use super::fact::{
    Activated, DiscardReason, Discarded, Operation, RefusalReason, Refused, SubjectFact, Superseded,
};
use super::set::StagedSet;
use super::settle::settle;
use super::tested::{Tested, test_staged};
use crate::Time;
use crate::campaign::Selection;
use crate::encoding::{Blob, Fixed};
use crate::kernel::{Draft, Held};
use crate::kinds::{CodeKind, Secrecy};
use crate::limits;
use crate::recent::{Known, Remembered, RequestMark};
use crate::throttle::Class;
use crate::verifier::Prepared;

/// A request to confirm.
#[derive(Clone, Copy)]
pub struct Confirm<'a> {
    /// Which set.
    pub generation: u32,
    /// The typed code.
    pub prepared: &'a Prepared,
    /// Whether its check symbols did not fit.
    pub check_mismatch: bool,
    /// The request.
    pub request: RequestMark,
    /// Pseudonym of the source.
    pub source: Fixed<8>,
    /// Reads kinds of codes, and says to `security` alone what the word was.
    pub secrecy: Secrecy<'a>,
    /// Sets that a campaign has ended, whatever their rows say yet.
    pub ended: &'a [Selection],
}

/// What confirming came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Confirmed {
    /// The set works from now on.
    Done {
        /// Until when.
        expires_at: Time,
        /// The set that ended.
        superseded: Option<u32>,
        /// Whether it was the duress code: for an alarm, never for the answer.
        kind: CodeKind,
    },
    /// The code is not one of the staged set's.
    Refused {
        /// Whether that was one too many, so that the set is discarded.
        discarded: bool,
        /// Whether it was a canary.
        kind: CodeKind,
    },
    /// This request was answered before.
    Seen(Remembered),
    /// The idempotency key belongs to another request.
    KeyReused,
    /// There is no such subject, or it never had such a set.
    NotFound,
    /// The set is not staged any more.
    Moved,
    /// The code was made ready for another state: do it again.
    Again,
}

/// Confirms a staged set.
pub fn confirm(subject: Held<Subject>, wanted: &Confirm<'_>, draft: &mut Draft) -> Confirmed {
    let at = draft.context().at;
    let Some(state) = subject.state().filter(|state| state.is_here()) else { return Confirmed::NotFound };
    match state.recent.find(wanted.request, at) {
        Known::Same(remembered) => return Confirmed::Seen(remembered),
        Known::Other => return Confirmed::KeyReused,
        Known::No => {}
    }
    if wanted.generation > state.generation {
        return Confirmed::NotFound;
    }
    if wanted.prepared.epoch != state.epoch.bytes() {
        return Confirmed::Again;
    }
    let subject = settle(subject, draft);
    let key = subject.key();
    let Some(state) = subject.state() else { return Confirmed::NotFound };
    let staged = state.staged.as_ref().filter(|staged| staged.set.generation == wanted.generation);
    let ended = |staged: &&StagedSet| wanted.ended.iter().any(|selection| selection.takes(&staged.set));
    let Some(staged) = staged.filter(|staged| !ended(staged)) else { return Confirmed::Moved };
    let material = &wanted.prepared.material;
    let keyed = wanted.prepared.keys.version(staged.set.key_version).is_some();
    if !keyed || (staged.set.format == material.format && staged.set.stretch != material.stretch) {
        return Confirmed::Again;
    }
    let (target, count) = (staged.set.target(), staged.set.count);
    let tested = test_staged(key, state, target, count, wanted.prepared, &wanted.secrecy);
    let kind = tested.kind();
    let security = wanted.secrecy.truth(key, kind);
    if !matches!(tested, Tested::Code { .. }) {
        let discarded = staged.misses + 1 >= limits::CONFIRM_MISSES;
        refuse(subject, wanted, discarded, security, draft);
        return Confirmed::Refused { discarded, kind };
    }
    let expires_at = Time::from_millis(at.millis().saturating_add(staged.set.lifetime));
    let active = subject.state().and_then(|state| state.active.as_ref());
    let before = active.map(|active| Superseded {
        by: wanted.generation,
        generation: active.set.generation,
        remaining: active.remaining(),
    });
    let superseded = before.as_ref().map(|before| before.generation);
    let subject = match before {
        Some(before) => subject.record(SubjectFact::Superseded(before), draft),
        None => subject,
    };
    let fact = Activated { expires_at, generation: wanted.generation, request: wanted.request, security };
    let _ = subject.record(SubjectFact::Activated(fact), draft);
    Confirmed::Done { expires_at, superseded, kind }
}

fn refuse(
    subject: Held<Subject>,
    wanted: &Confirm<'_>,
    discarded: bool,
    security: Option<Blob>,
    draft: &mut Draft,
) {
    let fact = Refused {
        alarm: false,
        assertion: None,
        check_mismatch: wanted.check_mismatch,
        class: Class::Proof,
        counted: true,
        generation: None,
        operation: Operation::Confirm,
        reason: RefusalReason::Wrong,
        request: wanted.request,
        security,
        source: wanted.source,
    };
    let subject = subject.record(SubjectFact::Refused(Box::new(fact)), draft);
    if discarded {
        let fact = Discarded { generation: wanted.generation, reason: DiscardReason::Misses, request: None };
        let _ = subject.record(SubjectFact::Discarded(fact), draft);
    }
}
