//! A subject's sets as they are shown.

use postern_core::Time;
use postern_core::subject::{SetState, SetStatus, StagedStatus};
use serde::Serialize;
use utoipa::ToSchema;

use super::StateName;

/// A set that works, or is to be replaced.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActiveSet {
    /// Names it.
    set: String,
    /// Which of the subject's sets, from 1.
    generation: u32,
    /// A name to tell sheets apart by.
    name: String,
    /// Whether it works.
    #[schema(value_type = StateName)]
    state: SetState,
    /// When it was staged.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Time,
    /// How the holder was known then.
    route: String,
    /// Codes that it began with.
    total: u8,
    /// Codes that still work.
    remaining: u8,
    /// Which codes were used when.
    used: Vec<UsedCode>,
    /// When it ends by itself.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Time,
    /// When a code was last rehearsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    tested_at: Option<Time>,
}

/// A code that was used.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsedCode {
    /// Its number.
    slot: u8,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Time,
}

/// A set that waits to be confirmed.
#[derive(Serialize, ToSchema)]
pub(crate) struct StagedSet {
    /// Names it.
    set: String,
    /// Which of the subject's sets.
    generation: u32,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    confirm_by: Time,
}

impl ActiveSet {
    /// What is shown of it.
    pub(super) fn of(set: String, status: SetStatus) -> Self {
        Self {
            set,
            generation: status.generation,
            name: status.name,
            state: status.state,
            issued_at: status.issued_at,
            route: status.route,
            total: status.total,
            remaining: status.remaining,
            used: status.used.iter().map(|used| UsedCode { slot: used.slot, at: used.at }).collect(),
            expires_at: status.expires_at,
            tested_at: status.tested_at,
        }
    }
}

impl StagedSet {
    /// What is shown of it.
    pub(super) fn of(set: String, status: StagedStatus) -> Self {
        Self { set, generation: status.generation, confirm_by: status.confirm_by }
    }
}
