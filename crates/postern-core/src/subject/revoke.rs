//! Revoking: a whole set, or one code by number.

use super::Subject;
use super::fact::{CodeRevoked, DiscardReason, Discarded, Ended, RevokeReason, Revoked as Fact, SubjectFact};
use super::settle::settle;
use crate::encoding::Fixed;
use crate::kernel::{Draft, Held};
use crate::recent::{Known, RequestMark};
use crate::withheld::Withheld;

/// A request to revoke a set.
#[derive(Clone)]
pub struct Revoke {
    /// Which set.
    pub generation: u32,
    /// Why.
    pub reason: RevokeReason,
    /// New random part of the subject's keys, taken if codes were compromised.
    pub epoch: [u8; 16],
    /// The request, if revoking is its answer.
    pub request: Option<RequestMark>,
    /// The request that ends the sets of many subjects with it.
    pub many: Option<RequestMark>,
    /// Whether the subject's keys stay, though codes were compromised: a set was staged since.
    pub keeps_keys: bool,
    /// The staging that it makes way for: its idempotency key, and the assertion that it was proven with.
    pub stages: Option<(Fixed<8>, Option<Fixed<32>>)>,
}

/// What revoking came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Revoked {
    /// The set or code does not work; it may not have worked before.
    Done,
    /// There is no such set or code.
    NotFound,
    /// The idempotency key belongs to another request.
    KeyReused,
}

/// Revokes a set, staged or active. Repeatable by state: an ended set stays ended.
pub fn revoke(subject: Held<Subject>, wanted: &Revoke, draft: &mut Draft) -> Revoked {
    let Some(state) = subject.state() else { return Revoked::NotFound };
    if wanted.generation == 0 || wanted.generation > state.generation {
        return Revoked::NotFound;
    }
    let stages = wanted.stages.map(|(key, _)| key);
    if stages.is_some_and(|key| state.ended_for(key, draft.context().at).is_some()) {
        return Revoked::Done;
    }
    if let Some(request) = wanted.request {
        match state.recent.find(request, draft.context().at) {
            Known::Same(_) => return Revoked::Done,
            Known::Other => return Revoked::KeyReused,
            Known::No => {}
        }
    }
    let _ = end(subject, wanted, draft);
    Revoked::Done
}

/// Ends a set, staged or active, if it has not ended.
pub(crate) fn end(subject: Held<Subject>, wanted: &Revoke, draft: &mut Draft) -> Option<Held<Subject>> {
    let subject = settle(subject, draft);
    let state = subject.state()?;
    if state.staged.as_ref().is_some_and(|staged| staged.set.generation == wanted.generation) {
        let fact =
            Discarded { generation: wanted.generation, reason: DiscardReason::Revoked, request: wanted.many };
        return Some(subject.record(SubjectFact::Discarded(fact), draft));
    }
    let active = state.active.as_ref().filter(|active| active.set.generation == wanted.generation);
    let Some(active) = active else { return Some(subject) };
    let compromised = matches!(wanted.reason, RevokeReason::Compromised | RevokeReason::Leaked);
    let compromised = compromised && !wanted.keeps_keys;
    let stages = wanted.stages.map(|(key, _)| key);
    let fact = Fact {
        assertion: wanted.stages.and_then(|(_, assertion)| assertion),
        epoch: compromised.then(|| Withheld::Known(wanted.epoch.to_vec())),
        generation: wanted.generation,
        many: wanted.many,
        reason: wanted.reason,
        remaining: active.remaining(),
        request: wanted.request,
        salt: None,
        stages,
    };
    let staged = state.staged.as_ref().map(|staged| staged.set.generation);
    let subject = subject.record(SubjectFact::Revoked(fact), draft);
    // A staged set that was made before may be on the lost sheet too; after a compromise it could never be
    // confirmed, since the subject's keys are others.
    let staged = staged.filter(|_| compromised || stages.is_some());
    Some(match staged {
        Some(generation) => {
            let fact = Discarded { generation, reason: DiscardReason::Revoked, request: None };
            subject.record(SubjectFact::Discarded(fact), draft)
        }
        None => subject,
    })
}

/// A request to revoke whatever a subject has.
#[derive(Clone, Copy)]
pub struct RevokeAll {
    /// Why.
    pub reason: RevokeReason,
    /// New random part of the subject's keys, taken if codes were compromised.
    pub epoch: [u8; 16],
    /// The request: a late repetition of it ends nothing that came after.
    pub request: RequestMark,
}

/// Revokes the active and the staged set. [`Revoked::NotFound`] if there is neither: then nothing is remembered either.
pub fn revoke_all(subject: Held<Subject>, wanted: &RevokeAll, draft: &mut Draft) -> Revoked {
    let Some(state) = subject.state() else { return Revoked::NotFound };
    match state.recent.find(wanted.request, draft.context().at) {
        Known::Same(_) => return Revoked::Done,
        Known::Other => return Revoked::KeyReused,
        Known::No => {}
    }
    // Revoking is never refused: where no place is left that age alone frees, another answer makes place for this one.
    let has_place = state.recent.full_until(draft.context().at).is_none();
    let staged = state.staged.as_ref().map(|staged| staged.set.generation);
    let mut sets: Vec<u32> = state.sets().map(|set| set.generation).collect();
    // The one that waits goes first: where codes were compromised, the end of the other would take it along.
    sets.sort_by_key(|generation| Some(*generation) != staged);
    let mut held = Some(subject);
    for generation in &sets {
        let Some(subject) = held.take() else { break };
        let revoke = Revoke {
            generation: *generation,
            reason: wanted.reason,
            epoch: wanted.epoch,
            request: (!has_place).then_some(wanted.request),
            // Of a set that waits it is remembered among what age alone frees, if need be as one more.
            many: (has_place || staged == Some(*generation)).then_some(wanted.request),
            keeps_keys: false,
            stages: None,
        };
        held = end(subject, &revoke, draft);
    }
    if sets.is_empty() { Revoked::NotFound } else { Revoked::Done }
}

/// Revokes one code by number. The answer is the same whether it was live or spent.
pub fn revoke_code(
    subject: Held<Subject>,
    generation: u32,
    slot: u8,
    reason: RevokeReason,
    request: Option<RequestMark>,
    draft: &mut Draft,
) -> Revoked {
    let Some(state) = subject.state() else { return Revoked::NotFound };
    match request.map_or(Known::No, |request| state.recent.find(request, draft.context().at)) {
        Known::Same(_) => return Revoked::Done,
        Known::Other => return Revoked::KeyReused,
        Known::No => {}
    }
    let subject = settle(subject, draft);
    let active = subject.state().and_then(|state| state.active.as_ref());
    let Some(active) = active.filter(|active| active.set.generation == generation) else {
        let ended = subject.state().is_some_and(|state| state.ended_generations.contains(&generation));
        return if ended { Revoked::Done } else { Revoked::NotFound };
    };
    if slot == 0 || slot > active.set.count {
        return Revoked::NotFound;
    }
    if !active.works(slot) {
        return Revoked::Done;
    }
    let remaining = active.remaining() - 1;
    let fact = CodeRevoked { generation, reason, remaining, request, slot };
    let subject = subject.record(SubjectFact::CodeRevoked(fact), draft);
    if remaining == 0 {
        let _ = subject.record(SubjectFact::Exhausted(Ended { generation, remaining }), draft);
    }
    Revoked::Done
}
