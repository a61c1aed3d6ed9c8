//! After a restore: what the log only commits to is gone, and so is whatever stands on it.

use super::Subject;
use super::fact::{DiscardReason, Discarded, RevokeReason, Revoked, SubjectFact};
use crate::kernel::{Draft, Held};
use crate::withheld::Withheld;

/// What a restore brings for one subject.
#[derive(Clone)]
pub struct Restore {
    /// Random part of the subject's keys, taken if the one before is gone.
    pub epoch: [u8; 16],
    /// Salt of stretched codes, taken if the one before is gone.
    pub salt: [u8; 16],
    /// Whether every set ends: events may be missing that would have ended it.
    pub everything: bool,
}

/// Ends the sets whose verifiers are gone, or all of them, and renews what is gone of the subject's keys. Nothing
/// is recorded where nothing is gone. Repeatable: what was renewed is known.
pub fn restore(subject: Held<Subject>, wanted: &Restore, draft: &mut Draft) {
    let Some(state) = subject.state() else { return };
    let gone = |salt: &Withheld, verifiers: &Withheld| {
        wanted.everything || !salt.is_known() || !verifiers.is_known()
    };
    let rekeyed = !state.epoch.is_known() || !state.salt.is_known();
    let ended =
        state.active.as_ref().filter(|active| rekeyed || gone(&active.set.salt, &active.set.verifiers));
    let staged =
        state.staged.as_ref().filter(|staged| rekeyed || gone(&staged.set.salt, &staged.set.verifiers));
    let discarded = staged.map(|staged| {
        let generation = staged.set.generation;
        SubjectFact::Discarded(Discarded { generation, reason: DiscardReason::Restored, request: None })
    });
    let revoked = (rekeyed || ended.is_some()).then(|| {
        let generation = ended.map_or(state.generation, |active| active.set.generation);
        let fresh = |known: bool, bytes: &[u8; 16]| (!known).then(|| Withheld::Known(bytes.to_vec()));
        SubjectFact::Revoked(Revoked {
            assertion: None,
            // With another salt, stretched codes of ended sets could not be told any more: they go as well.
            epoch: fresh(!rekeyed, &wanted.epoch),
            generation,
            many: None,
            reason: RevokeReason::Restored,
            remaining: ended.map_or(0, super::ActiveSet::remaining),
            request: None,
            salt: fresh(state.salt.is_known(), &wanted.salt),
            stages: None,
        })
    });
    let mut subject = subject;
    for fact in revoked.into_iter().chain(discarded) {
        subject = subject.record(fact, draft);
    }
}
