//! Creating a subject.

use super::fact::{Created, SubjectFact};
use super::leave::succeed;
use super::{Subject, SubjectKind};
use crate::encoding::Fixed;
use crate::kernel::{Claim, ClaimKey, Draft, Held, KeyringEntry};
use crate::tenant::Tier;
use crate::withheld::Withheld;

/// What a new subject is made of.
#[derive(Clone)]
pub struct Create {
    /// The place of its external id.
    pub place: ClaimKey,
    /// What it is.
    pub kind: SubjectKind,
    /// Its tier.
    pub tier: Tier,
    /// Its own key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// Random.
    pub epoch: [u8; 16],
    /// Random.
    pub salt: [u8; 16],
}

/// Creates a subject and takes the place of its external id: the claim is the idempotency. Who it is goes into
/// the event's private part, which is the draft's. `before` is the subject that left the name, if it is still kept: the
/// new one takes it over, has at least its tier, and no bare word is taken for it.
#[must_use]
pub fn create(
    subject: Held<Subject>,
    new: Create,
    before: Option<Held<Subject>>,
    draft: &mut Draft,
) -> Held<Subject> {
    let before = before.and_then(|before| succeed(before, draft));
    let created = Created {
        epoch: Withheld::Known(new.epoch.to_vec()),
        external_id: Fixed(new.place.key),
        kind: new.kind,
        returned: before.is_some(),
        salt: Withheld::Known(new.salt.to_vec()),
        tier: before.map_or(new.tier, |before| before.max(new.tier)),
    };
    let subject = subject.record(SubjectFact::Created(created), draft);
    draft.claim(Claim { place: new.place, owner: subject.key(), version: subject.version(), until: None });
    draft.keep_key(KeyringEntry { subject: subject.key(), wrapped: new.wrapped_key });
    subject
}
