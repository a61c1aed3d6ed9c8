//! The answer to an accepted redemption.

use postern_app::Redeemed;
use postern_core::Time;
use postern_core::receipt::Restrictions;
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::wire::written;

/// An accepted redemption.
#[derive(Serialize, ToSchema)]
#[schema(as = Redeemed)]
pub(crate) struct Accepted {
    /// Names it.
    #[schema(example = "red_0000000000000000000000000004")]
    redemption: String,
    /// Always `accepted` in this release.
    outcome: &'static str,
    /// A compact JWS, to be checked with the keys of `/.well-known/jwks.json`.
    receipt: String,
    /// Makes this device known in three days: keep it with the device.
    #[serde(serialize_with = "written")]
    #[schema(value_type = String)]
    device_token: Zeroizing<String>,
    /// Of which set.
    set: String,
    /// Which code.
    slot: u8,
    /// Codes left.
    remaining: u8,
    /// Position that was corrected, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    corrected_position: Option<u8>,
    /// `low_stock`, `last_code`.
    warnings: Vec<&'static str>,
    /// What the session is to be held to.
    #[schema(value_type = RestrictionsBody)]
    restrictions: Restrictions,
    /// Whether this answer was given before with the same key; only then present.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    replayed: bool,
}

/// What the session is to be held to.
#[derive(Serialize, ToSchema)]
#[schema(as = Restrictions)]
pub(crate) struct RestrictionsBody {
    /// Enrolment of new authenticators.
    enrol: EnrolBody,
}

/// When the holder may enrol a new authenticator.
#[derive(Serialize, ToSchema)]
#[schema(as = Enrol)]
pub(crate) struct EnrolBody {
    /// No earlier than this.
    #[schema(value_type = String, format = DateTime)]
    not_before: Time,
}

impl From<Redeemed> for Accepted {
    fn from(redeemed: Redeemed) -> Self {
        Self {
            redemption: redeemed.redemption.to_string(),
            outcome: "accepted",
            receipt: redeemed.receipt,
            device_token: redeemed.device_token,
            set: redeemed.set.to_string(),
            slot: redeemed.slot,
            remaining: redeemed.remaining,
            corrected_position: redeemed.corrected_position,
            warnings: redeemed.warnings,
            restrictions: redeemed.restrictions,
            replayed: redeemed.replayed,
        }
    }
}
