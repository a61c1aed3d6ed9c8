//! What time alone has done: recorded by whoever decides next.

use super::Subject;
use super::fact::{DiscardReason, Discarded, Ended, SubjectFact};
use crate::Time;
use crate::kernel::{Draft, Held};

/// Records that the active set has expired and that a staged one was not confirmed in time, if so.
#[must_use]
pub fn settle(mut subject: Held<Subject>, draft: &mut Draft) -> Held<Subject> {
    let at = draft.context().at;
    for fact in overdue(subject.state(), at) {
        subject = subject.record(fact, draft);
    }
    subject
}

fn overdue(subject: Option<&Subject>, at: Time) -> Vec<SubjectFact> {
    let active = subject.and_then(|subject| subject.active.as_ref()).filter(|active| active.expires_at <= at);
    let staged = subject.and_then(|subject| subject.staged.as_ref()).filter(|staged| staged.confirm_by <= at);
    let expired = active.map(|set| {
        SubjectFact::Expired(Ended { generation: set.set.generation, remaining: set.remaining() })
    });
    let discarded = staged.map(|staged| {
        let generation = staged.set.generation;
        SubjectFact::Discarded(Discarded { generation, reason: DiscardReason::Expired, request: None })
    });
    expired.into_iter().chain(discarded).collect()
}
