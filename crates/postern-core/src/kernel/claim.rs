//! Claims: places that only one may take.

use std::fmt;

use super::Key;
use crate::Time;
use crate::encoding::base64url;
use crate::ids::TenantId;

/// What kind of place a claim takes. The number is part of seals and of the primary key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Space {
    /// An identity provider's name for a subject.
    ExternalId,
    /// An assertion that was used.
    Assertion,
    /// One of an application's places in an hour.
    Cap,
    /// An identity provider's name for a subject that has left.
    Departed,
}

impl Space {
    /// Every space.
    pub const ALL: [Self; 4] = [Self::ExternalId, Self::Assertion, Self::Cap, Self::Departed];

    /// The space's number.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::ExternalId => 1,
            Self::Assertion => 2,
            Self::Cap => 3,
            Self::Departed => 4,
        }
    }

    /// The space with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|space| space.number() == number)
    }
}

/// Names a place: `HMAC(key)` within a tenant's space, so that the database does not hold what it stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimKey {
    /// Whose place it is.
    pub tenant: TenantId,
    /// What kind of place.
    pub space: Space,
    /// Keyed hash of what is claimed.
    pub key: [u8; 32],
}

impl fmt::Debug for ClaimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}/{:?}/{}", self.tenant, self.space, base64url(&self.key))
    }
}

/// A place and who takes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The place.
    pub place: ClaimKey,
    /// The record that takes it.
    pub owner: Key,
    /// The owner's version when it took it.
    pub version: u64,
    /// When the place may be given up; `None` while its owner names it.
    pub until: Option<Time>,
}
