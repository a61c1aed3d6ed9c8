//! What may happen to a word that was typed. Payload fields stand in RFC 8785 order.

use serde::{Deserialize, Serialize};

use super::reason::RefusalReason;
use crate::Time;
use crate::assurance::Evidence;
use crate::encoding::{Blob, Fixed};
use crate::recent::RequestMark;
use crate::subject::set::Purpose;
use crate::throttle::Class;

/// A code was checked without being spent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rehearsed {
    /// Position that was corrected, from 1.
    pub corrected: Option<u8>,
    /// How the holder was known.
    pub evidence: Evidence,
    /// Of which set.
    pub generation: u32,
    /// The request that is answered with it.
    pub request: RequestMark,
    /// What the word was, encrypted for `security` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security: Option<Blob>,
    /// Which code.
    pub slot: u8,
    /// Pseudonym of the source.
    pub source: Fixed<8>,
}

/// A code was accepted and is spent.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Spent {
    /// The application, as the receipt's audience.
    pub application: String,
    /// Whose attempt it was.
    pub class: Class,
    /// Position that was corrected, from 1.
    pub corrected: Option<u8>,
    /// Epoch of the answer's device token.
    pub device_epoch: u32,
    /// Second at which the answer's device token was minted.
    pub device_minted: u32,
    /// How the first factor was known.
    pub evidence: Evidence,
    /// Of which set.
    pub generation: u32,
    /// Whether few are left.
    pub low_stock: bool,
    /// What for.
    pub purpose: Purpose,
    /// Codes left.
    pub remaining: u8,
    /// The request that is answered with it.
    pub request: RequestMark,
    /// What the word was, encrypted for `security` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security: Option<Blob>,
    /// Which code.
    pub slot: u8,
    /// Pseudonym of the source.
    pub source: Fixed<8>,
    /// SHA-256 of the caller's login transaction.
    pub txn: Fixed<32>,
}

/// What a word was tested for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// To activate a staged set.
    Confirm,
    /// To redeem.
    Redeem,
    /// To rehearse.
    Rehearse,
}

/// A word was tested and refused.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refused {
    /// Whether an alarm rings: once per ended set and day.
    pub alarm: bool,
    /// The place that using an assertion for it took.
    pub assertion: Option<Fixed<32>>,
    /// Whether its check symbols did not fit.
    pub check_mismatch: bool,
    /// Whose attempt it was.
    pub class: Class,
    /// Whether it counts as a guess.
    pub counted: bool,
    /// The set that it belongs to, if it was one's.
    pub generation: Option<u32>,
    /// What it was tested for.
    pub operation: Operation,
    /// Why.
    pub reason: RefusalReason,
    /// The request that is answered with it.
    pub request: RequestMark,
    /// What the word was, encrypted for `security` alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub security: Option<Blob>,
    /// Pseudonym of the source.
    pub source: Fixed<8>,
}

/// Words that were not tested, in sums.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Throttled {
    /// How many.
    pub count: u32,
    /// When the first came.
    pub first: Time,
    /// When the last came.
    pub last: Time,
    /// Pseudonym of the source.
    pub source: Fixed<8>,
}
