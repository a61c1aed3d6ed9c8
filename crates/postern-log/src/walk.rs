//! The walk over a log's events that verifies an export offline: no gap, canonical bytes, the signed root.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::is_canonical;
use crate::checkpoint::Checkpoint;
use crate::frontier::Frontier;
use crate::hash::{Hash, leaf_hash};

/// Takes a log's events in order and keeps what is needed to compare them with checkpoints.
///
/// Whether a checkpoint is of this log (its origin) is settled when it is opened.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    frontier: Frontier,
    wanted: BTreeSet<u64>,
    roots: BTreeMap<u64, Hash>,
}

/// The first thing that is wrong with the events of a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WalkError {
    /// An event is missing, repeated or out of order.
    #[error("event {expected} expected, found event {found}")]
    Gap {
        /// The index that comes next.
        expected: u64,
        /// The index that came.
        found: u64,
    },
    /// An event's bytes are not canonical JSON.
    #[error("event {index} is not canonical JSON")]
    NotCanonical {
        /// The event's index.
        index: u64,
    },
    /// There are fewer or more events than the checkpoint covers.
    #[error("the checkpoint covers {expected} events, there are {found}")]
    Size {
        /// The checkpoint's size, in leaves.
        expected: u64,
        /// The number of events walked.
        found: u64,
    },
    /// The events are not those that the checkpoint covers.
    #[error("the first {size} events do not have the checkpoint's root")]
    Root {
        /// The checkpoint's size, in leaves.
        size: u64,
    },
}

impl Walk {
    /// A walk from the log's first event, which keeps the root at each of the given sizes (in leaves).
    pub fn new(sizes: impl IntoIterator<Item = u64>) -> Self {
        Self::after(Frontier::new(), sizes)
    }

    /// A walk that goes on where a trusted frontier ends: its size is the index of the first event taken.
    pub fn after(frontier: Frontier, sizes: impl IntoIterator<Item = u64>) -> Self {
        let mut walk = Self { frontier, wanted: sizes.into_iter().collect(), roots: BTreeMap::new() };
        walk.keep_root();
        walk
    }

    /// Takes the next event: its index (from 0) and its bytes.
    ///
    /// # Errors
    /// [`WalkError::Gap`] or [`WalkError::NotCanonical`]; the event is not taken then.
    pub fn step(&mut self, index: u64, event: &[u8]) -> Result<(), WalkError> {
        self.follows(index)?;
        if !is_canonical(event) {
            return Err(WalkError::NotCanonical { index });
        }
        self.take(leaf_hash(event));
        Ok(())
    }

    /// Takes the next event by its leaf alone: its bytes are not there any more. The root still says whether it is the
    /// leaf.
    ///
    /// # Errors
    /// [`WalkError::Gap`]; the leaf is not taken then.
    pub fn step_over(&mut self, index: u64, leaf: Hash) -> Result<(), WalkError> {
        self.follows(index)?;
        self.take(leaf);
        Ok(())
    }

    fn follows(&self, index: u64) -> Result<(), WalkError> {
        let expected = self.frontier.size();
        if index == expected { Ok(()) } else { Err(WalkError::Gap { expected, found: index }) }
    }

    fn take(&mut self, leaf: Hash) {
        self.frontier.append(leaf);
        self.keep_root();
    }

    /// The tree of the events so far.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The root at a size that was asked for and has been reached, or at the present one.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        if size == self.frontier.size() { Some(self.frontier.root()) } else { self.roots.get(&size).copied() }
    }

    /// Compares with a checkpoint at a size that the walk has kept or stands at.
    ///
    /// # Errors
    /// [`WalkError::Size`] when there is no root for that size, [`WalkError::Root`] when it is another.
    pub fn check(&self, checkpoint: &Checkpoint) -> Result<(), WalkError> {
        let size = checkpoint.size;
        let root =
            self.root_at(size).ok_or(WalkError::Size { expected: size, found: self.frontier.size() })?;
        if root == checkpoint.root { Ok(()) } else { Err(WalkError::Root { size }) }
    }

    /// Compares all events with the checkpoint that covers exactly them, and returns their tree.
    ///
    /// # Errors
    /// [`WalkError::Size`] or [`WalkError::Root`].
    pub fn finish(self, checkpoint: &Checkpoint) -> Result<Frontier, WalkError> {
        let found = self.frontier.size();
        if checkpoint.size != found {
            return Err(WalkError::Size { expected: checkpoint.size, found });
        }
        self.check(checkpoint)?;
        Ok(self.frontier)
    }

    fn keep_root(&mut self) {
        let size = self.frontier.size();
        if self.wanted.contains(&size) {
            self.roots.insert(size, self.frontier.root());
        }
    }
}
