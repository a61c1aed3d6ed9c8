//! Code sets: staged, active, ended.

use postern_codes::Format;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::verifier::{Stretch, Target, VERIFIER};
use crate::withheld::Withheld;

/// What a set is, from staging to its end. A changed setting never changes it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CodeSet {
    /// Which of the subject's sets.
    pub generation: u32,
    /// A name to tell sheets apart by.
    pub name: String,
    /// The format.
    #[serde(with = "crate::format_name")]
    pub format: Format,
    /// The prefix that its codes were shown with.
    pub prefix: String,
    /// Version of the pepper.
    pub key_version: u16,
    /// How its codes are stretched.
    pub stretch: Stretch,
    /// 16 random bytes.
    pub salt: Withheld,
    /// 16 bytes a code, in order of slot.
    pub verifiers: Withheld,
    /// How many codes it has.
    pub count: u8,
    /// What its codes may be used for.
    pub purposes: Vec<Purpose>,
    /// How the holder was known when it was staged.
    pub route: String,
    /// When it was staged.
    pub issued_at: Time,
    /// Milliseconds that it works after activation.
    pub lifetime: u64,
    /// A warning goes with every acceptance that leaves at most this many.
    pub low_stock: u8,
}

/// What a code is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Beside a first factor.
    SecondFactor,
    /// To get back into an account, with a second independent proof (SP 800-63B-4 §4.2.2).
    AccountRecovery,
}

impl CodeSet {
    /// What a typed code is compared with.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        Target {
            generation: self.generation,
            key_version: self.key_version,
            salt: self.salt.bytes(),
            verifiers: self.verifiers.bytes(),
        }
    }
}

/// Places of a set's codes, from 1 to at most 99, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Slots(u128);

impl Slots {
    /// Whether a place is in.
    #[must_use]
    pub const fn has(self, slot: u8) -> bool {
        (self.0 >> (slot & 127)) & 1 == 1
    }

    /// With a place.
    #[must_use]
    pub const fn with(self, slot: u8) -> Self {
        Self(self.0 | (1 << (slot & 127)))
    }

    /// How many are in either.
    #[must_use]
    pub fn count_with(self, other: Self) -> u8 {
        u8::try_from((self.0 | other.0).count_ones()).unwrap_or(u8::MAX)
    }
}

/// Whether an active set works.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetState {
    /// It does.
    Active,
    /// It does not, and is to be replaced.
    Suspended,
}

/// The set that works.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ActiveSet {
    /// The set.
    pub set: CodeSet,
    /// Whether it works.
    pub state: SetState,
    /// When it ends by itself.
    pub expires_at: Time,
    /// Codes that were spent.
    pub spent: Slots,
    /// Codes that were revoked by number.
    pub revoked: Slots,
    /// Which codes were spent when.
    pub used: Vec<(u8, Time)>,
    /// When a code was last rehearsed.
    pub tested_at: Option<Time>,
}

impl ActiveSet {
    /// How many codes still work.
    #[must_use]
    pub fn remaining(&self) -> u8 {
        self.set.count.saturating_sub(self.spent.count_with(self.revoked))
    }

    /// Whether a place holds a code that still works.
    #[must_use]
    pub const fn works(&self, slot: u8) -> bool {
        slot >= 1 && slot <= self.set.count && !self.spent.has(slot) && !self.revoked.has(slot)
    }
}

/// The set that waits to be confirmed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StagedSet {
    /// The set.
    pub set: CodeSet,
    /// When it is discarded.
    pub confirm_by: Time,
    /// Wrong codes at confirmation.
    pub misses: u8,
}

/// A set that ended, kept so that a tried old code is noticed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct EndedSet {
    /// Which of the subject's sets.
    pub generation: u32,
    /// The format.
    #[serde(with = "crate::format_name")]
    pub format: Format,
    /// Version of the pepper.
    pub key_version: u16,
    /// How its codes were stretched.
    pub stretch: Stretch,
    /// Its salt.
    pub salt: Withheld,
    /// Its verifiers.
    pub verifiers: Withheld,
    /// When it ended.
    pub ended_at: Time,
}

impl EndedSet {
    /// What is kept of a set that ends at `at`.
    #[must_use]
    pub fn of(set: CodeSet, at: Time) -> Self {
        Self {
            generation: set.generation,
            format: set.format,
            key_version: set.key_version,
            stretch: set.stretch,
            salt: set.salt,
            verifiers: set.verifiers,
            ended_at: at,
        }
    }

    /// What a typed code is compared with.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        Target {
            generation: self.generation,
            key_version: self.key_version,
            salt: self.salt.bytes(),
            verifiers: self.verifiers.bytes(),
        }
    }
}

/// Bytes of a set's verifiers.
#[must_use]
pub const fn verifiers_length(count: u8) -> usize {
    count as usize * VERIFIER
}
