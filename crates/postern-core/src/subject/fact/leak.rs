//! Codes that were found where they should not be. Payload fields stand in RFC 8785 order.

use serde::{Deserialize, Serialize};

use crate::encoding::Blob;
use crate::recent::RequestMark;

/// What a code was when it was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakState {
    /// Of a set that has not ended, and not used up.
    Live,
    /// Of an ended set.
    Old,
    /// Of a set that has not ended; this code was spent, or revoked by number.
    Spent,
}

/// Codes of one set that were the same when they were found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// Places of the codes in the request, from 0: an answer is rebuilt from them, and they say no code's number.
    pub codes: Vec<u8>,
    /// Which of the subject's sets.
    pub generation: u32,
    /// What they were.
    pub state: LeakState,
}

/// Codes of the subject were found where they should not be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeakFound {
    /// Which.
    pub found: Vec<Finding>,
    /// The request that is answered with it.
    pub request: RequestMark,
    /// Sets that end for it, in the same commit.
    pub revokes: Vec<u32>,
    /// What the most telling of the codes was, encrypted for `security` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security: Option<Blob>,
}
