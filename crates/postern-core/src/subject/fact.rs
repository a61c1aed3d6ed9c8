//! What may happen to a subject. Payload fields stand in RFC 8785 order.

use postern_codes::Format;
use serde::{Deserialize, Serialize};

use super::SubjectKind;
use super::set::Purpose;
use crate::Time;
use crate::assurance::Evidence;
use crate::encoding::{Blob, Fixed};
use crate::kernel::facts;
use crate::recent::RequestMark;
use crate::tenant::Tier;
use crate::throttle::Class;
use crate::verifier::Stretch;
use crate::withheld::Withheld;

facts! {
    /// What may happen to a subject.
    SubjectFact {
        "subject.created" => Created(Created),
        "subject.changed" => Changed(Changed),
        "subject.tier_raised" => TierRaised(TierRaised),
        "subject.left" => Left(Left),
        "subject.erasure_requested" => ErasureRequested(ErasureRequested),
        "subject.erased" => Erased(Erased),
        "code_set.staged" => Staged(Box<Staged>),
        "code_set.discarded" => Discarded(Discarded),
        "code_set.activated" => Activated(Activated),
        "code_set.superseded" => Superseded(Superseded),
        "code_set.revoked" => Revoked(Revoked),
        "code_set.expired" => Expired(Ended),
        "code_set.exhausted" => Exhausted(Ended),
        "code_set.suspended" => Suspended(Suspended),
        "code.revoked" => CodeRevoked(CodeRevoked),
        "code.rehearsed" => Rehearsed(Rehearsed),
        "code.spent" => Spent(Box<Spent>),
        "code.refused" => Refused(Box<Refused>),
        "redemption.throttled" => Throttled(Throttled),
    }
    failures ["code.refused", "redemption.throttled"]
}

/// A subject begins. Who it is stands in the event's private part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Created {
    /// Commitment to the random part of its keys.
    pub epoch: Withheld,
    /// Keyed hash of the external id.
    pub external_id: Fixed<32>,
    /// What it is.
    pub kind: SubjectKind,
    /// Whether another subject had the name and left: no bare word is taken for this one.
    #[serde(skip_serializing_if = "is_false", default)]
    pub returned: bool,
    /// Commitment to the salt of stretched codes.
    pub salt: Withheld,
    /// Its tier.
    pub tier: Tier,
}

/// What is known of the person changed; what it is now stands, whole, in the event's private part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Changed {
    /// What it is now.
    pub kind: SubjectKind,
}

/// The tier rose. Device tokens end with it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TierRaised {
    /// Epoch of device tokens from now on.
    pub device_epoch: u32,
    /// Before.
    pub from: Tier,
    /// Now.
    pub to: Tier,
}

/// The subject left, and its device tokens ended; or, when it has left, its name passed to a successor or was kept long
/// enough.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Left {
    /// Epoch of device tokens from now on.
    pub device_epoch: u32,
    /// Until when the name is kept, so that whoever comes back under it has at least this tier; none: no longer.
    pub until: Option<Time>,
}

/// The subject is to be erased, or with none is not to be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ErasureRequested {
    /// When.
    pub erase_at: Option<Time>,
}

/// The subject was erased: its own key is gone, and with it everything personal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Erased {}

const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Why a set is staged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageReason {
    /// The first set, or the next one in good order.
    Renew,
    /// The holder has lost the set before.
    Lost,
    /// Somebody else may have the set before.
    Compromised,
}

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

/// Why a staged set was discarded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscardReason {
    /// Asked for.
    Asked,
    /// Nobody confirmed it in time.
    Expired,
    /// Too many wrong codes at confirmation.
    Misses,
    /// Another was staged.
    Replaced,
    /// It was staged after the backup from which the data came back, so that nothing can confirm it.
    Restored,
    /// The subject's codes were revoked.
    Revoked,
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

/// Why a set or a code was revoked. A new reason goes to the end: rows hold its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// Somebody else may have it.
    Compromised,
    /// It was found where it should not be.
    Leaked,
    /// The holder has left.
    Leaver,
    /// The holder has lost it.
    Lost,
    /// Another reason.
    Other,
    /// With very many others.
    Bulk,
    /// The pepper that its verifiers were made with is not to be trusted any more.
    KeyBurnt,
    /// The data came back from a backup that does not know it, or from before something that is lost. Nobody
    /// may ask for it: only a restore records it.
    Restored,
}

impl RevokeReason {
    /// Those that a request may give; the others are the service's own.
    pub const ASKED: [Self; 5] = [Self::Compromised, Self::Leaked, Self::Leaver, Self::Lost, Self::Other];
}

/// Reads a reason that somebody asks with.
///
/// # Errors
/// If it is one of the service's own.
pub fn asked_reason<'de, D: serde::Deserializer<'de>>(from: D) -> Result<RevokeReason, D::Error> {
    let reason = RevokeReason::deserialize(from)?;
    let asked = RevokeReason::ASKED.contains(&reason).then_some(reason);
    asked.ok_or_else(|| serde::de::Error::custom("a reason of the service itself"))
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

/// Why a tested word was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// It is no code of the subject.
    Wrong,
    /// It is a spent or revoked code of the active set: no guess.
    Spent,
    /// It is a code of an ended set.
    Old,
    /// The set does not work any more.
    Suspended,
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
