//! Code sets: staged, confirmed, discarded, revoked.

pub(crate) mod caps;
mod confirm;
mod discard;
mod end_before;
mod make;
mod revoke;
mod revoke_many;
mod stage;
mod stage_again;

pub use confirm::{Confirmation, ConfirmedSet};
pub use make::Special;
use postern_core::assurance::Evidence;
use postern_core::ids::TenantId;
use postern_core::kernel::{ClaimKey, Draft, Key, Space};
use postern_core::limits;
pub use revoke_many::{BulkRevocation, RevokedOf};
pub use stage::{ShownCode, ShownCodes, StagedSet, Staging};

/// Takes the place of a used assertion in the name of the record that the draft changes. It is kept a while
/// longer than any assertion lives.
pub(crate) fn take_assertion(evidence: Option<&Evidence>, tenant: TenantId, owner: Key, draft: &mut Draft) {
    if let Some(used) = evidence.and_then(|evidence| evidence.assertion) {
        let place = ClaimKey { tenant, space: Space::Assertion, key: used.0 };
        let until = draft.context().at.plus(limits::ASSERTION_LIVES * 30);
        draft.claim_until(place, owner, until);
    }
}
