//! Scopes: what an application may do.

use serde::{Deserialize, Serialize};

/// What an application may do. None by default, each limited to tiers. A new one goes to the end: rows hold its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum Scope {
    /// Read the tenant's events.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Read checkpoints, tiles, log entries and proofs.
    #[serde(rename = "log:read")]
    LogRead,
    /// Redeem codes.
    #[serde(rename = "redeem")]
    Redeem,
    /// Rehearse codes.
    #[serde(rename = "rehearse")]
    Rehearse,
    /// Revoke sets and codes.
    #[serde(rename = "sets:revoke")]
    SetsRevoke,
    /// Stage, discard and confirm sets.
    #[serde(rename = "sets:stage")]
    SetsStage,
    /// Read subjects.
    #[serde(rename = "subjects:read")]
    SubjectsRead,
    /// Raise a subject's tier.
    #[serde(rename = "subjects:tier-raise")]
    SubjectsTierRaise,
    /// Create and change subjects.
    #[serde(rename = "subjects:write")]
    SubjectsWrite,
    /// Have subjects leave and be erased.
    #[serde(rename = "subjects:leave")]
    SubjectsLeave,
    /// Ask about words that were found where they should not be.
    #[serde(rename = "leaks")]
    Leaks,
}

impl Scope {
    /// Every scope that this release knows.
    pub const ALL: [Self; 11] = [
        Self::EventsRead,
        Self::Leaks,
        Self::LogRead,
        Self::Redeem,
        Self::Rehearse,
        Self::SetsRevoke,
        Self::SetsStage,
        Self::SubjectsLeave,
        Self::SubjectsRead,
        Self::SubjectsTierRaise,
        Self::SubjectsWrite,
    ];

    /// The scope's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EventsRead => "events:read",
            Self::Leaks => "leaks",
            Self::LogRead => "log:read",
            Self::Redeem => "redeem",
            Self::Rehearse => "rehearse",
            Self::SetsRevoke => "sets:revoke",
            Self::SetsStage => "sets:stage",
            Self::SubjectsLeave => "subjects:leave",
            Self::SubjectsRead => "subjects:read",
            Self::SubjectsTierRaise => "subjects:tier-raise",
            Self::SubjectsWrite => "subjects:write",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
