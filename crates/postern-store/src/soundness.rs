//! Whether a draft is one that a store may commit: a defect elsewhere must not become a history with a gap.

use std::collections::{BTreeMap, BTreeSet};

use postern_core::kernel::Draft;

/// What is wrong with a draft. A defect of the program, never of a request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Unsound {
    #[error("a fact could not be written: {0}")]
    Fault(String),
    #[error("it records nothing")]
    Empty,
    #[error("the events of a record do not lead from its version before to its version after")]
    Gap,
    #[error("it takes one place twice")]
    DoubleClaim,
}

/// Checks that every change is told by events without a gap, and the like.
pub(crate) fn check(draft: &Draft) -> Result<(), Unsound> {
    if let Some(fault) = draft.fault() {
        return Err(Unsound::Fault(fault.to_string()));
    }
    if draft.is_empty() {
        return Err(Unsound::Empty);
    }
    let mut reached: BTreeMap<_, u64> = draft.puts().iter().map(|(key, put)| (*key, put.expect)).collect();
    for event in draft.events() {
        let version = reached.get_mut(&event.key).ok_or(Unsound::Gap)?;
        *version += 1;
        if event.version != *version {
            return Err(Unsound::Gap);
        }
    }
    let complete = draft
        .puts()
        .iter()
        .all(|(key, put)| reached.get(key) == Some(&put.version) && put.version > put.expect);
    if !complete {
        return Err(Unsound::Gap);
    }
    let places: BTreeSet<_> = draft.claims().iter().map(|claim| claim.place).collect();
    if places.len() < draft.claims().len() { Err(Unsound::DoubleClaim) } else { Ok(()) }
}
