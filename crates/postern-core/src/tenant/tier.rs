//! Tiers: how much a subject may do, and what its new sets are like.

use postern_codes::Format;
use serde::{Deserialize, Serialize};

use crate::verifier::Stretch;

/// How much a subject may do, and so how well its recovery is guarded. Only ever raised.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Everybody.
    Standard,
    /// More than everybody.
    Elevated,
    /// Administrators.
    Privileged,
    /// The account for when nothing else works. Needs two people.
    BreakGlass,
    /// Not a person. Needs two people.
    Service,
}

impl Tier {
    /// Every tier, from the least to the most guarded.
    pub const ALL: [Self; 5] =
        [Self::Standard, Self::Elevated, Self::Privileged, Self::BreakGlass, Self::Service];

    /// The tier's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Elevated => "elevated",
            Self::Privileged => "privileged",
            Self::BreakGlass => "break_glass",
            Self::Service => "service",
        }
    }

    /// The tier with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

/// What a tier's new sets are like. Stored with each set: a changed setting changes no existing one.
/// Fields in RFC 8785 order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TierSettings {
    /// Codes in a set.
    pub count: u8,
    /// Their format.
    #[serde(with = "crate::format_name")]
    pub format: Format,
    /// Days that a set works.
    pub lifetime_days: u32,
    /// A warning goes with every acceptance that leaves at most this many.
    pub low_stock: u8,
    /// How stretched formats are stretched.
    pub stretch: Stretch,
}

impl Default for TierSettings {
    fn default() -> Self {
        Self {
            count: 10,
            format: Format::Standard,
            lifetime_days: 365,
            low_stock: 3,
            stretch: Stretch::ARGON2ID,
        }
    }
}
