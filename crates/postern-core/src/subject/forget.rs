//! Letting sets go that ended long ago, where no other set ends and takes them along.

use super::Subject;
use super::fact::{Forgotten, SubjectFact};
use crate::Time;
use crate::kernel::{Draft, Held};
use crate::limits;

impl Subject {
    /// The newest set that ended longer ago than ended sets are kept.
    #[must_use]
    pub fn forgettable(&self, now: Time) -> Option<u32> {
        let old = self.ended.iter().filter(|ended| now.since(ended.ended_at) >= limits::ENDED_LIVES);
        old.map(|ended| ended.generation).max()
    }
}

/// Records that a subject's old sets are let go, if it has any.
pub fn forget(subject: Held<Subject>, draft: &mut Draft) {
    let now = draft.context().at;
    if let Some(generation) = subject.state().and_then(|state| state.forgettable(now)) {
        let _ = subject.record(SubjectFact::Forgotten(Forgotten { generation }), draft);
    }
}
