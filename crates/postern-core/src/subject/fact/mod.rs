//! What may happen to a subject. Payload fields stand in RFC 8785 order.

mod leak;
mod person;
mod reason;
mod set;
mod word;

pub use leak::{Finding, LeakFound, LeakState};
pub use person::{Changed, Created, Erased, ErasureRequested, Left, TierRaised};
pub use reason::{DiscardReason, RefusalReason, RevokeReason, StageReason, asked_reason};
pub use set::{Activated, CodeRevoked, Discarded, Ended, Forgotten, Revoked, Staged, Superseded, Suspended};
pub use word::{Operation, Refused, Rehearsed, Spent, Throttled};

use crate::kernel::facts;

facts! {
    /// What may happen to a subject.
    SubjectFact {
        "subject.created" => Created(Created),
        "subject.changed" => Changed(Changed),
        "subject.tier_raised" => TierRaised(TierRaised),
        "subject.left" => Left(Left),
        "subject.erasure_requested" => ErasureRequested(ErasureRequested),
        "subject.erased" => Erased(Erased),
        "code_set.staged" => Staged(Box<Staged>),
        "code_set.discarded" => Discarded(Discarded),
        "code_set.activated" => Activated(Activated),
        "code_set.superseded" => Superseded(Superseded),
        "code_set.revoked" => Revoked(Revoked),
        "code_set.expired" => Expired(Ended),
        "code_set.exhausted" => Exhausted(Ended),
        "code_set.forgotten" => Forgotten(Forgotten),
        "code_set.suspended" => Suspended(Suspended),
        "code.revoked" => CodeRevoked(CodeRevoked),
        "code.rehearsed" => Rehearsed(Rehearsed),
        "code.spent" => Spent(Box<Spent>),
        "code.refused" => Refused(Box<Refused>),
        "redemption.throttled" => Throttled(Throttled),
        "leak.found" => LeakFound(Box<LeakFound>),
    }
    failures ["code.refused", "redemption.throttled"]
}
