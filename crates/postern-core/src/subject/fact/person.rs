//! What may happen to a subject itself. Payload fields stand in RFC 8785 order.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::encoding::Fixed;
use crate::subject::SubjectKind;
use crate::tenant::Tier;
use crate::withheld::Withheld;

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
