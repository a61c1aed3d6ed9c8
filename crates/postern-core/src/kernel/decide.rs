//! `decide`: the one way from a decision to a commit.

use std::sync::{Arc, Mutex, PoisonError};

use super::{ClaimKey, Draft, Key, Tampered, View, Want};
use crate::ports::Store;

/// What a decision comes to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a step is moved once and never stored")]
pub enum Step<A, N> {
    /// Commit this, then answer.
    Decided(Draft, A),
    /// Nothing to record: answer at once.
    Nothing(A),
    /// Slow work is missing that must be done outside; then decide again.
    Prepare(N),
}

/// How it ended. "Somebody else moved it" is not among the ends: the store decides again until it commits.
#[derive(Debug)]
pub enum Outcome<A, N> {
    /// Durable.
    Committed(A),
    /// Nothing was to be recorded.
    Nothing(A),
    /// Slow work is missing.
    Prepare(N),
    /// Another holds a place that the draft wanted.
    Taken(ClaimKey),
    /// Too much waits; nothing was done.
    Busy,
    /// The commit may or may not have happened: submit the same work again.
    Unknown,
    /// A stored row is not as it was written; nothing was done.
    Rejected(Key),
}

/// A decision without the type of its answer: what a store runs again when a guard moved.
pub type Decide = Box<dyn FnMut(&View) -> Decided + Send>;

/// What running it again came to.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is moved once and never stored")]
pub enum Decided {
    /// Commit this.
    Draft(Draft),
    /// Nothing is to be committed any more.
    Nothing,
    /// A row is not as it was written.
    Rejected(Key),
}

/// A draft on its way to a commit, with what is needed to decide again.
pub struct Work {
    /// What the decision sees.
    pub wants: Vec<Want>,
    /// What it decided on the view that its caller had.
    pub draft: Draft,
    /// How to decide again.
    pub again: Decide,
}

/// How a store disposed of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Committed {
    /// Durable.
    Committed,
    /// Decided again, and nothing was left to commit.
    Nothing,
    /// Another holds a place.
    Taken(ClaimKey),
    /// The queue is full; nothing was done.
    Busy,
    /// The commit may or may not have happened.
    Unknown,
    /// A row is not as it was written; nothing was done.
    Rejected(Key),
}

/// A store could not read.
#[derive(Debug, thiserror::Error)]
#[error("the store did not answer: {0}")]
pub struct StoreFault(pub String);

/// Runs `decide` on `view` and lets the store commit what it decided, deciding again as often as a guard moves.
pub async fn decide<A, N>(
    store: &dyn Store,
    view: &View,
    mut decide: impl FnMut(&View) -> Result<Step<A, N>, Tampered> + Send + 'static,
) -> Outcome<A, N>
where
    A: Send + 'static,
    N: Send + 'static,
{
    let (draft, answer) = match decide(view) {
        Ok(Step::Decided(draft, answer)) => (draft, answer),
        Ok(Step::Nothing(answer)) => return Outcome::Nothing(answer),
        Ok(Step::Prepare(need)) => return Outcome::Prepare(need),
        Err(tampered) => return Outcome::Rejected(tampered.key),
    };
    let last = Arc::new(Mutex::new(Left::Answer(answer)));
    let kept = Arc::clone(&last);
    let again: Decide = Box::new(move |view| {
        let (decided, left) = match decide(view) {
            Ok(Step::Decided(draft, answer)) => (Decided::Draft(draft), Left::Answer(answer)),
            Ok(Step::Nothing(answer)) => (Decided::Nothing, Left::Answer(answer)),
            Ok(Step::Prepare(need)) => (Decided::Nothing, Left::Need(need)),
            Err(tampered) => (Decided::Rejected(tampered.key), Left::Nothing),
        };
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = left;
        decided
    });
    let committed = store.submit(Work { wants: view.wants(), draft, again }).await;
    let left = std::mem::replace(&mut *last.lock().unwrap_or_else(PoisonError::into_inner), Left::Nothing);
    match (committed, left) {
        (Committed::Committed, Left::Answer(answer)) => Outcome::Committed(answer),
        (Committed::Nothing, Left::Answer(answer)) => Outcome::Nothing(answer),
        (Committed::Nothing, Left::Need(need)) => Outcome::Prepare(need),
        (Committed::Taken(place), _) => Outcome::Taken(place),
        (Committed::Busy, _) => Outcome::Busy,
        (Committed::Rejected(key), _) => Outcome::Rejected(key),
        (Committed::Unknown | Committed::Committed | Committed::Nothing, _) => Outcome::Unknown,
    }
}

/// What the last run left for the caller.
enum Left<A, N> {
    Answer(A),
    Need(N),
    Nothing,
}
