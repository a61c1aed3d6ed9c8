//! What happens to the installation and its data, as facts of the system tenant. Payload fields stand in RFC 8785 order.

use serde::{Deserialize, Serialize};

use super::{Tenant, TenantFact};
use crate::ids::TenantId;
use crate::kernel::{Draft, Held};

/// The installation's own log begins.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogOpened {
    /// The installation's name, as receipts and checkpoints carry it.
    pub installation: String,
}

/// A stored row was not as the product left it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RowRejected {
    /// SHA-256 of the row as it was found, in base64url.
    pub digest: String,
    /// The record's id.
    pub object: String,
    /// Whose record it is.
    pub owner: TenantId,
}

/// A committed event was put aside instead of being given its place in its log: it is not as it was written, or does not
/// follow the one before.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogForged {
    /// SHA-256 of the event as it was found, in base64url.
    pub digest: String,
    /// The record that it says it is about.
    pub object: String,
    /// Whose log it was to come into.
    pub owner: TenantId,
}

/// A backup was made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BackupCreated {
    /// Events in it, of all logs.
    pub events: u64,
    /// Logs in it.
    pub logs: u64,
    /// One root over all logs, as an anchor has it, in base64url.
    pub root: String,
}

/// The data came back from a backup, or was completed from shipped events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BackupRestored {
    /// Events that the backup had, of all logs.
    pub events: u64,
    /// Events that were replayed from what was shipped.
    pub replayed: u64,
    /// Subjects whose sets ended, since their verifiers are gone or events may be missing.
    pub revoked: u64,
}

/// A log is shorter than its anchor: the events between are lost.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RollbackFound {
    /// Events that the anchor knows.
    pub anchored: u64,
    /// Events that there are.
    pub found: u64,
    /// Whose log it is.
    pub owner: TenantId,
    /// The root that the anchor knows, in base64url.
    pub root: String,
}

/// Every set that an event in the gap may have ended is revoked, and the log goes on as it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogResolved {
    /// Whose log it is.
    pub owner: TenantId,
    /// Subjects whose sets ended.
    pub revoked: u64,
}

/// A machine's clock made a step: by more than five seconds it went otherwise than the time that passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClockMoved {
    /// Milliseconds, below zero for a step back.
    pub by: i64,
}

/// Begins the installation's own log; `false` if it has begun.
pub fn open_log(system: Held<Tenant>, installation: &str, draft: &mut Draft) -> bool {
    if system.state().is_some() {
        return false;
    }
    let _ = system.record(TenantFact::LogOpened(LogOpened { installation: installation.to_owned() }), draft);
    true
}

/// Notes what happened to the installation's data in the record of a tenant, or in the installation's own.
pub fn note(tenant: Held<Tenant>, fact: TenantFact, draft: &mut Draft) {
    if tenant.state().is_some() {
        let _ = tenant.record(fact, draft);
    }
}

/// Notes in the installation's log that a clock made a step; `false` if that log has not begun.
pub fn move_clock(system: Held<Tenant>, moved: ClockMoved, draft: &mut Draft) -> bool {
    let has_begun = system.state().is_some();
    if has_begun {
        let _ = system.record(TenantFact::ClockMoved(moved), draft);
    }
    has_begun
}

/// Notes in the installation's log that events were put aside; `false` if that log has not begun.
pub fn forge_log(system: Held<Tenant>, forged: Vec<LogForged>, draft: &mut Draft) -> bool {
    let has_begun = system.state().is_some();
    if has_begun {
        let forged = forged.into_iter().map(TenantFact::LogForged);
        let _ = forged.fold(system, |system, fact| system.record(fact, draft));
    }
    has_begun
}

/// Notes in the installation's log that a row was found altered.
pub fn reject_row(system: Held<Tenant>, rejected: RowRejected, draft: &mut Draft) {
    let _ = system.record(TenantFact::RowRejected(rejected), draft);
}
