//! What a verification found.

use postern_core::ids::TenantId;
use serde::Serialize;

/// A whole verification.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Report {
    /// Whether nothing was found wrong.
    pub verified: bool,
    /// Whether rows were rebuilt from their events.
    pub replayed: bool,
    /// Each tenant's log.
    pub logs: Vec<LogReport>,
    /// Rows that were looked at.
    pub rows: u64,
    /// Records that could not be rebuilt, since the events that they began with are thinned. An export that was made
    /// before has those.
    pub not_replayed: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Adds what was found of one tenant.
    pub(super) fn take(&mut self, part: Self) {
        self.logs.extend(part.logs);
        self.rows += part.rows;
        self.not_replayed.extend(part.not_replayed);
        self.findings.extend(part.findings);
    }
}

/// One log.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct LogReport {
    /// Whose.
    pub tenant: TenantId,
    /// Events in it.
    pub events: u64,
    /// Those of them that are thinned: their leaves stand, their bytes were let go.
    pub thinned: u64,
    /// Root of its tree, in base64url.
    pub root: String,
    /// Size that the newest signed checkpoint covers.
    pub checkpoint: Option<u64>,
}

/// Something that is not as it was written.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Finding {
    /// Whose.
    pub tenant: TenantId,
    /// What: an event, a row, a claim.
    pub object: String,
    /// How.
    pub what: String,
}
