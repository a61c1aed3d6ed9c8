//! What may happen to a subject's sets. Payload fields stand in RFC 8785 order.

use postern_codes::Format;
use serde::{Deserialize, Serialize};

use super::reason::{DiscardReason, RevokeReason, StageReason};
use crate::Time;
use crate::assurance::Evidence;
use crate::encoding::{Blob, Fixed};
use crate::recent::RequestMark;
use crate::subject::set::Purpose;
use crate::verifier::Stretch;
use crate::withheld::Withheld;

/// A set waits to be confirmed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Staged {
    /// When it is discarded if nobody confirms it.
    pub confirm_by: Time,
    /// How many codes.
    pub count: u8,
    /// The generation that it is to end, or that *lost* or *compromised* has ended.
    pub ends: Option<u32>,
    /// How the holder was known.
    pub evidence: Evidence,
    /// The format.
    #[serde(with = "crate::format_name")]
    pub format: Format,
    /// Which of the subject's sets.
    pub generation: u32,
    /// Version of the pepper.
    pub key_version: u16,
    /// What its verifiers stand for, encrypted for `security` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kinds: Option<Blob>,
    /// Milliseconds that it will work.
    pub lifetime: u64,
    /// Its low-stock mark.
    pub low_stock: u8,
    /// Its name.
    pub name: String,
    /// Its prefix.
    pub prefix: String,
    /// What its codes may be used for.
    pub purposes: Vec<Purpose>,
    /// Why.
    pub reason: StageReason,
    /// The request that is answered with it.
    pub request: RequestMark,
    /// How the holder was known, in a word.
    pub route: String,
    /// Commitment to its salt.
    pub salt: Withheld,
    /// How its codes are stretched.
    pub stretch: Stretch,
    /// Commitment to its verifiers.
    pub verifiers: Withheld,
}

/// A staged set is gone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Discarded {
    /// Which.
    pub generation: u32,
    /// Why.
    pub reason: DiscardReason,
    /// The request that is answered with it, if it is an answer by itself; remembered until it is old.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request: Option<RequestMark>,
}

/// A staged set works from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Activated {
    /// When it ends by itself.
    pub expires_at: Time,
    /// Which.
    pub generation: u32,
    /// The request that is answered with it.
    pub request: RequestMark,
    /// What the word was, encrypted for `security` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security: Option<Blob>,
}

/// A set ended because its successor was confirmed in the same commit.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Superseded {
    /// The successor.
    pub by: u32,
    /// Which.
    pub generation: u32,
    /// Codes that it still had.
    pub remaining: u8,
}

/// A set was revoked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Revoked {
    /// The place that using an assertion for it took.
    pub assertion: Option<Fixed<32>>,
    /// Commitment to the new random part of the subject's keys, if codes were compromised.
    pub epoch: Option<Withheld>,
    /// Which.
    pub generation: u32,
    /// The request that ended the sets of many with it, which is remembered until it is old.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub many: Option<RequestMark>,
    /// Why.
    pub reason: RevokeReason,
    /// Codes that it still had.
    pub remaining: u8,
    /// The request that is answered with it, if it is an answer by itself.
    pub request: Option<RequestMark>,
    /// Commitment to the new salt of stretched codes, if the one before is not known after a restore.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub salt: Option<Withheld>,
    /// Keyed hash of the idempotency key of the staging that it makes way for.
    pub stages: Option<Fixed<8>>,
}

/// A set ended by itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Ended {
    /// Which.
    pub generation: u32,
    /// Codes that it still had.
    pub remaining: u8,
}

/// Sets that ended long ago are let go: one of their codes is told from no other word any more.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Forgotten {
    /// The newest of them; those before it go too.
    pub generation: u32,
}

/// A set does not work any more and is to be replaced.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Suspended {
    /// Consecutive failures that led to it.
    pub failures: u16,
    /// Which.
    pub generation: u32,
}

/// One code was revoked by number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CodeRevoked {
    /// Of which set.
    pub generation: u32,
    /// Why.
    pub reason: RevokeReason,
    /// Codes left.
    pub remaining: u8,
    /// The request that is answered with it; none for an operator's.
    pub request: Option<RequestMark>,
    /// Which code.
    pub slot: u8,
}
