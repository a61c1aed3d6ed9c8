//! Changing what is known of a subject. A tier only rises here.

use super::fact::{Changed, SubjectFact, TierRaised};
use super::{Subject, SubjectKind};
use crate::kernel::{Draft, Held};
use crate::tenant::Tier;

/// What is to change; what is absent stays.
#[derive(Clone)]
pub struct Change {
    /// The revision that the caller saw.
    pub revision: Option<u64>,
    /// A higher tier.
    pub tier: Option<Tier>,
    /// Kind of the person; who it is stands in the draft's private part.
    pub person: Option<SubjectKind>,
}

/// What a change came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Changes {
    /// Done, or nothing to do.
    Done,
    /// There is no such subject.
    NoSubject,
    /// The caller saw another revision.
    OtherRevision,
    /// A tier cannot be lowered here.
    Lower,
}

/// Changes a subject.
pub fn change(mut subject: Held<Subject>, wanted: &Change, draft: &mut Draft) -> Changes {
    let Some(state) = subject.state().filter(|state| state.is_here()) else { return Changes::NoSubject };
    if wanted.revision.is_some_and(|revision| revision != state.revision) {
        return Changes::OtherRevision;
    }
    let (from, device_epoch) = (state.tier, state.device_epoch + 1);
    if wanted.tier.is_some_and(|to| to < from) {
        return Changes::Lower;
    }
    if let Some(to) = wanted.tier.filter(|to| *to > from) {
        subject = subject.record(SubjectFact::TierRaised(TierRaised { device_epoch, from, to }), draft);
    }
    if let Some(kind) = wanted.person {
        let _ = subject.record(SubjectFact::Changed(Changed { kind }), draft);
    }
    Changes::Done
}
