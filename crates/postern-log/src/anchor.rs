//! The anchor: what is kept outside the database, so that a database set back or rewritten is noticed.

use std::collections::BTreeMap;

use serde_json::json;

use crate::frontier::Frontier;
use crate::hash::{Hash, leaf_hash};

/// The newest state of every log, with the epoch of the instance that wrote it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Anchor {
    /// Counts the instances that took over; a writer with an older one is fenced off. A small counter: JSON
    /// readers elsewhere hold integers to 2⁵³ − 1 exactly.
    pub epoch: u64,
    /// The right edge of each log, by tenant id.
    pub logs: BTreeMap<String, Frontier>,
}

/// How a log contradicts what is already known of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Rollback {
    /// Events are missing at the end.
    #[error("the anchor knows {anchored} events, there are {found}")]
    Shorter {
        /// The size that the anchor holds, in leaves.
        anchored: u64,
        /// The size found.
        found: u64,
    },
    /// As long as it should be, but another history.
    #[error("another history of {size} events than the anchor's")]
    Differs {
        /// The size at which the two were compared, in leaves.
        size: u64,
    },
}

/// An anchor would have gone backwards.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("log {log:?} would go backwards")]
pub struct Shrunk {
    /// The log, by tenant id.
    pub log: String,
    /// What is wrong with its new state.
    #[source]
    pub rollback: Rollback,
}

impl Anchor {
    /// One Merkle root (RFC 6962 §2.1) over all logs in the order of their ids; the leaf is the canonical JSON
    /// `{"log":…,"root":…,"size":…}` with the root in base64.
    pub fn root(&self) -> Hash {
        let mut tree = Frontier::new();
        for (log, frontier) in &self.logs {
            let root = tlog_tiles::Hash(frontier.root()).to_string();
            let leaf = json!({ "log": log, "root": root, "size": frontier.size() });
            tree.append(leaf_hash(leaf.to_string().as_bytes()));
        }
        tree.root()
    }

    /// The anchored size of a log in leaves; 0 for one that the anchor does not know.
    pub fn size_of(&self, log: &str) -> u64 {
        self.logs.get(log).map_or(0, Frontier::size)
    }

    /// Moves one log forward; a new log is added. A caller that has not extended the old frontier itself
    /// proves the longer history with [`check_against_anchor`] first: two edges alone do not show it.
    ///
    /// # Errors
    /// The log would shrink, or have another root at the same size; the anchor is unchanged then.
    pub fn advance(&mut self, log: &str, frontier: Frontier) -> Result<(), Shrunk> {
        if let Some(anchored) = self.logs.get(log) {
            not_backwards(anchored, &frontier)
                .map_err(|rollback| Shrunk { log: log.to_owned(), rollback })?;
        }
        self.logs.insert(log.to_owned(), frontier);
        Ok(())
    }

    /// Whether this anchor may replace an older one: its epoch is not older, and no log is missing, shorter,
    /// or different at the same size.
    pub fn covers(&self, older: &Self) -> bool {
        let empty = Frontier::new();
        self.epoch >= older.epoch
            && older
                .logs
                .iter()
                .all(|(log, anchored)| not_backwards(anchored, self.logs.get(log).unwrap_or(&empty)).is_ok())
    }
}

/// Extends the anchored frontier by the leaves that the database holds after it, in order, and compares the
/// result with the database's head. Leaves beyond the head are not read. What the rows before the anchor say
/// is the business of [`crate::Walk`].
///
/// # Errors
/// The head is shorter than the anchor, or the leaves do not lead from one to the other.
pub fn check_against_anchor(
    anchored: &Frontier,
    head: &Frontier,
    later_leaves: impl Iterator<Item = Hash>,
) -> Result<(), Rollback> {
    not_backwards(anchored, head)?;
    let mut extended = anchored.clone();
    let mut leaves = later_leaves;
    while extended.size() < head.size() {
        let Some(leaf) = leaves.next() else { break };
        extended.append(leaf);
    }
    if extended == *head { Ok(()) } else { Err(Rollback::Differs { size: extended.size() }) }
}

fn not_backwards(anchored: &Frontier, found: &Frontier) -> Result<(), Rollback> {
    if found.size() < anchored.size() {
        return Err(Rollback::Shorter { anchored: anchored.size(), found: found.size() });
    }
    if found.size() == anchored.size() && found != anchored {
        return Err(Rollback::Differs { size: found.size() });
    }
    Ok(())
}
