//! What was found: a rule, how sure it is, a place, a mask and a keyed digest. Never the code.

use std::borrow::Cow;
use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::detect::is_own;
use crate::place::Place;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// One in some hundred shaped words passes by chance, and this one stands alone.
    Possible,
    /// Chance explains it badly.
    Likely,
    /// Chance does not explain it: less than once in 10^9 words or windows like it.
    Certain,
}

impl Confidence {
    /// All, least sure first.
    pub const ALL: [Self; 3] = [Self::Possible, Self::Likely, Self::Certain];

    /// Its name in reports and options.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|confidence| confidence.name() == name)
    }
}

/// A name of a rule: our own are fixed, others come from data.
pub type RuleName = Cow<'static, str>;

/// One code that was found, without the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule found it.
    pub rule: RuleName,
    /// How sure it is.
    pub confidence: Confidence,
    /// Where it stands.
    pub place: Place,
    /// Its first two symbols and how many there are.
    pub masked: Masked,
    /// Keyed digest of the code, in any spelling: tells the same one again under the same key.
    pub digest: String,
    /// How many codes of this kind stand around it, itself included.
    pub siblings: u32,
    /// What the service said of it, if it was asked.
    pub standing: Option<Standing>,
}

/// What a service says of an own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Of a set that has not ended, and not used up.
    Live,
    /// The same, and its set was revoked for it.
    Revoked,
    /// Spent, or revoked by number.
    Spent,
    /// Of an ended set.
    Old,
    /// No code of the service, or none that the scanner's key may know of.
    NotOurs,
    /// Only the service with its subject's name can tell.
    NeedsSubject,
}

impl Standing {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Revoked => "live, now revoked",
            Self::Spent => "spent",
            Self::Old => "old",
            Self::NotOurs => "not ours",
            Self::NeedsSubject => "needs its subject",
        }
    }
}

impl Finding {
    /// Whether it is one of our own codes, which a service can be asked about.
    #[must_use]
    pub fn is_own(&self) -> bool {
        is_own(&self.rule)
    }

    /// The finding with what the service said; none if chance alone made it and it is no code.
    #[must_use]
    pub fn standing(self, standing: Standing) -> Option<Self> {
        let confidence = match (standing, self.confidence) {
            (Standing::NotOurs, Confidence::Possible) => return None,
            (Standing::NotOurs | Standing::NeedsSubject, before) => before,
            (Standing::Live | Standing::Revoked | Standing::Spent | Standing::Old, _) => Confidence::Certain,
        };
        Some(Self { confidence, standing: Some(standing), ..self })
    }
}

/// The first two symbols of a code and its length in symbols: all of it that a report may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masked {
    shown: String,
    symbols: usize,
}

impl Masked {
    /// Masks a code's symbols.
    pub(crate) fn of(symbols: &str) -> Self {
        Self { shown: symbols.chars().take(2).collect(), symbols: symbols.chars().count() }
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}… ({} symbols)", self.shown, self.symbols)
    }
}

/// The key of the digests. Without it nobody can try codes against a report, and nobody can compare two reports.
pub struct DigestKey(Zeroizing<[u8; 32]>);

impl DigestKey {
    /// A key from whatever a key file holds, or from random bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        let digest = Sha256::new().chain_update(b"postern/scan-key/v1\0").chain_update(bytes).finalize();
        Self(Zeroizing::new(digest.into()))
    }

    /// Tells this key from another, without the key: the digest of no code.
    #[must_use]
    pub fn name(&self) -> String {
        self.digest("key", "")
    }

    /// 128 bits of HMAC-SHA-256 over a label and a code, in hexadecimal.
    pub(crate) fn digest(&self, label: &str, code: &str) -> String {
        self.hashed(label, code.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// 64 bits over what a file is called, how long it is and when it was changed.
    pub(crate) fn mark(&self, file: &[u8]) -> u64 {
        self.hashed("file", file).iter().take(8).fold(0, |mark, byte| mark << 8 | u64::from(*byte))
    }

    fn hashed(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        // HMAC takes a key of any length: no other outcome.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(self.0.as_slice()) else { return [0; 32] };
        mac.chain_update(label).chain_update(b"\0").chain_update(bytes).finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{DigestKey, Masked};

    #[test]
    fn two_symbols_are_shown_and_no_more() {
        assert_eq!(Masked::of("6N6NWS9B8B").to_string(), "6N… (10 symbols)");
    }

    #[test]
    fn digests_differ_by_key_label_and_code() {
        let (one, other) = (DigestKey::new(b"one"), DigestKey::new(b"other"));
        assert_eq!(one.digest("a", "code"), DigestKey::new(b"one").digest("a", "code"));
        assert_ne!(one.digest("a", "code"), other.digest("a", "code"));
        assert_ne!(one.digest("a", "code"), one.digest("b", "code"));
        assert_ne!(one.digest("a", "code"), one.digest("a", "coda"));
        assert_ne!(one.name(), other.name());
    }
}
