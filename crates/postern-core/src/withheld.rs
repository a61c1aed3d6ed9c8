//! Bytes that a row holds and that the log only commits to.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::encoding::{base64url, from_base64url};

/// Verifiers, salts and the like: known in a row, committed to (SHA-256) in an event. Replay of the log
/// yields the commitment, and two values are equal if their commitments are.
#[derive(Clone)]
pub enum Withheld {
    /// The bytes themselves, as a row has them.
    Known(Vec<u8>),
    /// SHA-256 of the bytes, as an event has them.
    Committed([u8; 32]),
}

impl Withheld {
    /// The bytes; empty if only the commitment is known, which no live row is.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Known(bytes) => bytes,
            Self::Committed(_) => &[],
        }
    }

    /// Whether the bytes themselves are here: not in what a replay has made of the log alone.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// SHA-256 of the bytes.
    #[must_use]
    pub fn commitment(&self) -> [u8; 32] {
        match self {
            Self::Known(bytes) => Sha256::digest(bytes).into(),
            Self::Committed(hash) => *hash,
        }
    }
}

impl PartialEq for Withheld {
    fn eq(&self, other: &Self) -> bool {
        self.commitment() == other.commitment()
    }
}

impl std::fmt::Debug for Withheld {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Withheld({})", base64url(&self.commitment()))
    }
}

impl Serialize for Withheld {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.serialize_str(&base64url(&self.commitment()));
        }
        match self {
            Self::Known(bytes) => (true, bytes.as_slice()).serialize(serializer),
            Self::Committed(hash) => (false, hash.as_slice()).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Withheld {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            let hash = from_base64url(&text).and_then(|bytes| bytes.try_into().ok());
            return hash
                .map(Self::Committed)
                .ok_or_else(|| D::Error::custom("a commitment is 32 bytes in base64url"));
        }
        let (known, bytes) = <(bool, Vec<u8>)>::deserialize(deserializer)?;
        if known {
            return Ok(Self::Known(bytes));
        }
        bytes.try_into().map(Self::Committed).map_err(|_| D::Error::custom("a commitment is 32 bytes"))
    }
}
