//! What may happen to a tenant. Payload fields stand in RFC 8785 order.

use serde::{Deserialize, Serialize};

use super::installation::{
    BackupCreated, BackupRestored, ClockMoved, LogForged, LogOpened, LogResolved, RollbackFound, RowRejected,
};
use super::leaks::LeakPolicyChanged;
use super::tier::{Tier, TierSettings};
use crate::Time;
use crate::ids::TenantId;
use crate::kernel::facts;
use crate::pepper::{KeyCreated, KeyEnded, KeyRotated};
use crate::subject::fact::RevokeReason;

facts! {
    /// What may happen to a tenant.
    TenantFact {
        "log.opened" => LogOpened(LogOpened),
        "tenant.created" => Created(Created),
        "tenant.changed" => Changed(Changed),
        "row.rejected" => RowRejected(RowRejected),
        "campaign.started" => CampaignStarted(CampaignStarted),
        "campaign.finished" => CampaignFinished(CampaignFinished),
        "backup.created" => BackupCreated(BackupCreated),
        "backup.restored" => BackupRestored(BackupRestored),
        "log.forged" => LogForged(LogForged),
        "log.rollback_found" => RollbackFound(RollbackFound),
        "log.resolved" => LogResolved(LogResolved),
        "key.created" => KeyCreated(KeyCreated),
        "key.rotated" => KeyRotated(KeyRotated),
        "key.retired" => KeyRetired(KeyEnded),
        "key.burnt" => KeyBurnt(KeyEnded),
        "clock.moved" => ClockMoved(ClockMoved),
        "leak.policy_changed" => LeakPolicyChanged(LeakPolicyChanged),
    }
    failures ["row.rejected", "log.forged", "log.rollback_found"]
}

/// A tenant begins: in its own log without `about`, in the system tenant's log with it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Created {
    /// The tenant that was created, in the system tenant's log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub about: Option<TenantId>,
    /// Its default tier.
    pub default_tier: Tier,
    /// Whether each new set keeps the kinds of its codes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub keeps_kinds: Option<bool>,
    /// Its name.
    pub name: String,
    /// The prefix of its codes.
    pub prefix: String,
}

/// Settings changed; what is absent stays.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Changed {
    /// Each new set keeps the kinds of its codes from now on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub keeps_kinds: Option<bool>,
    /// A new prefix; the one before stays in use beside it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prefix: Option<String>,
    /// New settings of this tier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub settings: Option<TierSettings>,
    /// The tier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tier: Option<Tier>,
}

/// Sets are being revoked, and none of them works from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CampaignStarted {
    /// How many sets a count before it found.
    pub counted: u64,
    /// Sets that were staged before.
    pub issued_before: Time,
    /// Sets of this version of the pepper only.
    pub key_version: Option<u16>,
    /// Which of the tenant's.
    pub number: u32,
    /// Why.
    pub reason: RevokeReason,
}

/// Every set of a campaign has ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CampaignFinished {
    /// Which.
    pub number: u32,
    /// Subjects whose sets the last walk over them ended.
    pub revoked: u64,
}
