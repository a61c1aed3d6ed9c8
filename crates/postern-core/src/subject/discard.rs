//! Discarding a staged set.

use super::Subject;
use super::fact::{DiscardReason, Discarded as Fact, SubjectFact};
use super::settle::settle;
use crate::kernel::{Draft, Held};

/// What discarding came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discarded {
    /// It is gone.
    Done,
    /// It is not staged, and is not known to have been.
    NotFound,
    /// It is not staged any more.
    Moved,
}

/// Discards a staged set. Repeatable by state.
pub fn discard(subject: Held<Subject>, generation: u32, draft: &mut Draft) -> Discarded {
    let subject = settle(subject, draft);
    let Some(state) = subject.state() else { return Discarded::NotFound };
    if state.staged.as_ref().is_some_and(|staged| staged.set.generation == generation) {
        let fact = Fact { generation, reason: DiscardReason::Asked, request: None };
        let _ = subject.record(SubjectFact::Discarded(fact), draft);
        return Discarded::Done;
    }
    let active = state.active.as_ref().is_some_and(|active| active.set.generation == generation);
    let ended = state.ended_generations.contains(&generation);
    match generation {
        1.. if generation <= state.generation && !active && !ended => Discarded::Done,
        1.. if generation <= state.generation => Discarded::Moved,
        _ => Discarded::NotFound,
    }
}
