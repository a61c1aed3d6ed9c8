//! Why sets are staged, discarded and revoked, and words refused. Rows hold the place of a reason: a new one goes to the end.

use serde::{Deserialize, Serialize};

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
