//! The anchor's bytes: canonical JSON, refused unless every size and root in it is recomputed to be right.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::anchor::Anchor;
use crate::frontier::{Frontier, FrontierError};
use crate::hash::Hash;

/// One log as the anchor knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnchoredLog {
    /// The tenant id, as text.
    pub log: String,
    /// The right edge of the log's tree.
    pub frontier: Frontier,
}

/// Why bytes are no anchor.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// Not the JSON that an anchor is.
    #[error("malformed anchor: {0}")]
    Json(#[from] serde_json::Error),
    /// A log's frontier is no base64.
    #[error("malformed base64 in the anchor's log {log:?}")]
    Base64 {
        /// The log, by tenant id.
        log: String,
    },
    /// A log's frontier does not hold the hashes it should.
    #[error("malformed frontier in the anchor: {0}")]
    Frontier(#[from] FrontierError),
    /// A log's size or root is not that of its frontier.
    #[error("the anchor's size or root of log {log:?} is not that of its frontier")]
    Log {
        /// The log, by tenant id.
        log: String,
    },
    /// The root over all logs is not that of the logs listed.
    #[error("the anchor's root does not match its logs")]
    Root,
    /// Right in content, but not the bytes that would have been written.
    #[error("the anchor is not in its canonical form")]
    NotCanonical,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    epoch: u64,
    logs: Vec<Row>,
    root: tlog_tiles::Hash,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    frontier: String,
    log: String,
    root: tlog_tiles::Hash,
    size: u64,
}

impl TryFrom<Row> for AnchoredLog {
    type Error = AnchorError;

    fn try_from(row: Row) -> Result<Self, AnchorError> {
        let Ok(bytes) = STANDARD.decode(&row.frontier) else {
            return Err(AnchorError::Base64 { log: row.log });
        };
        let frontier = Frontier::from_bytes(&bytes)?;
        if frontier.size() != row.size || frontier.root() != row.root.0 {
            return Err(AnchorError::Log { log: row.log });
        }
        Ok(Self { log: row.log, frontier })
    }
}

impl Anchor {
    /// `{"epoch":…,"logs":[{"frontier":…,"log":…,"root":…,"size":…},…],"root":…}`, logs in the order of their
    /// ids, hashes and frontiers in base64. Everything but epoch and frontiers is for readers elsewhere.
    pub fn to_json(&self) -> Vec<u8> {
        // Keys are listed in their canonical order, which a `Value` keeps whichever map serde_json is built with.
        let logs: Vec<Value> = self
            .logs
            .iter()
            .map(|(log, frontier)| {
                json!({
                    "frontier": STANDARD.encode(frontier.to_bytes()),
                    "log": log,
                    "root": text(frontier.root()),
                    "size": frontier.size(),
                })
            })
            .collect();
        json!({ "epoch": self.epoch, "logs": logs, "root": text(self.root()) }).to_string().into_bytes()
    }

    /// Reads what [`Anchor::to_json`] wrote, to the byte.
    ///
    /// # Errors
    /// See [`AnchorError`]; above all a root that does not match.
    pub fn from_json(bytes: &[u8]) -> Result<Self, AnchorError> {
        let document: Document = serde_json::from_slice(bytes)?;
        let mut anchor = Self { epoch: document.epoch, ..Self::default() };
        for row in document.logs {
            let AnchoredLog { log, frontier } = row.try_into()?;
            anchor.logs.insert(log, frontier);
        }
        if anchor.root() != document.root.0 {
            return Err(AnchorError::Root);
        }
        // What is left: spaces, logs out of order, and other ways of writing the same.
        if anchor.to_json() != bytes {
            return Err(AnchorError::NotCanonical);
        }
        Ok(anchor)
    }
}

fn text(hash: Hash) -> String {
    tlog_tiles::Hash(hash).to_string()
}
