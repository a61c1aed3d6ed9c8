//! Leaving, and being erased after a wait. A name that was left is kept for a while: whoever comes back under it has no
//! easier recovery than before.

use super::Subject;
use super::fact::{
    DiscardReason, Discarded, Erased, ErasureRequested, Left, RevokeReason, Revoked, SubjectFact,
};
use super::settle::settle;
use crate::Time;
use crate::ids::TenantId;
use crate::kernel::{Claim, ClaimKey, Draft, Held, Record as _, Space};
use crate::limits;
use crate::tenant::Tier;

/// The subject leaves: its sets and device tokens end, and its name is free for another subject, which will have at
/// least this one's tier. Nothing is done if it has left; `false` if there is no such subject.
pub fn leave(subject: Held<Subject>, draft: &mut Draft) -> bool {
    depart(subject, draft).is_some()
}

fn depart(subject: Held<Subject>, draft: &mut Draft) -> Option<Held<Subject>> {
    if !subject.state()?.is_here() {
        return Some(subject);
    }
    let mut subject = settle(subject, draft);
    let staged = subject.state()?.staged.as_ref().map(|staged| staged.set.generation);
    if let Some(generation) = staged {
        let fact = Discarded { generation, reason: DiscardReason::Revoked, request: None };
        subject = subject.record(SubjectFact::Discarded(fact), draft);
    }
    let revoked = subject.state()?.active.as_ref().map(|active| Revoked {
        assertion: None,
        epoch: None,
        generation: active.set.generation,
        many: None,
        reason: RevokeReason::Leaver,
        remaining: active.remaining(),
        request: None,
        salt: None,
        stages: None,
    });
    if let Some(revoked) = revoked {
        subject = subject.record(SubjectFact::Revoked(revoked), draft);
    }
    let device_epoch = subject.state()?.device_epoch + 1;
    let until = Some(draft.context().at.plus(limits::NAME_KEPT));
    let subject = subject.record(SubjectFact::Left(Left { device_epoch, until }), draft);
    let (owner, version, kept) = (subject.key(), subject.version(), subject.state()?.external_id.0);
    let place = name_kept(owner.tenant, kept);
    draft.release(ClaimKey { space: Space::ExternalId, ..place }, owner);
    draft.claim(Claim { place, owner, version, until: None });
    Some(subject)
}

/// Requests that the subject be erased after its tier's wait, or with `withdraw` that it not be. When it will be;
/// `None` if there is no such subject or it has been erased.
pub fn request_erasure(subject: Held<Subject>, withdraw: bool, draft: &mut Draft) -> Option<Option<Time>> {
    let state = subject.state().filter(|state| state.has_own_key())?;
    if withdraw == state.erase_at.is_none() {
        return Some(state.erase_at);
    }
    let erase_at = (!withdraw).then(|| draft.context().at.plus(limits::tier_wait(state.tier)));
    let _ = subject.record(SubjectFact::ErasureRequested(ErasureRequested { erase_at }), draft);
    Some(erase_at)
}

/// Does what is due: erases the subject if its wait is over, and gives up its name if that was kept long enough.
/// Whether its own key is forgotten with it.
pub fn erase_due(subject: Held<Subject>, draft: &mut Draft) -> bool {
    let at = draft.context().at;
    let mut forgets = false;
    let mut subject = subject;
    if subject.state().and_then(|state| state.erase_at).is_some_and(|due| due <= at) {
        let Some(departed) = depart(subject, draft) else { return false };
        subject = departed.record(SubjectFact::Erased(Erased {}), draft);
        draft.forget_key(subject.key());
        forgets = true;
    }
    let kept = subject.state().and_then(|state| state.departed).and_then(|departed| departed.until);
    if kept.is_some_and(|until| until <= at) {
        give_up_name(subject, draft);
    }
    forgets
}

/// The place under which a name is kept after its subject left.
#[must_use]
pub const fn name_kept(tenant: TenantId, external_id: [u8; 32]) -> ClaimKey {
    ClaimKey { tenant, space: Space::Departed, key: external_id }
}

/// The tier that whoever comes back under a kept name has at least; the name is kept no longer.
pub(super) fn succeed(departed: Held<Subject>, draft: &mut Draft) -> Option<Tier> {
    let tier = departed.state()?.tier;
    give_up_name(departed, draft);
    Some(tier)
}

fn give_up_name(departed: Held<Subject>, draft: &mut Draft) {
    let (tenant, owner) = (departed.key().tenant, departed.key());
    let Some(state) = departed.state() else { return };
    let (place, device_epoch) = (name_kept(tenant, state.external_id.0), state.device_epoch);
    let _ = departed.record(SubjectFact::Left(Left { device_epoch, until: None }), draft);
    draft.release(place, owner);
}
