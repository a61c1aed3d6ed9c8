//! Counts of work, by kind: for the tests that a name or a word of any kind costs the same. With the feature `counted`
//! only, which no build of the product turns on.

use std::sync::atomic::{AtomicU64, Ordering};

/// A kind of work, and how often it was done in this process.
pub struct Counted(AtomicU64);

/// HMACs.
pub static MACS: Counted = Counted::none();
/// Argon2id and PBKDF2.
pub static STRETCHES: Counted = Counted::none();
/// Rows whose seals were checked.
pub static ROWS: Counted = Counted::none();

impl Counted {
    const fn none() -> Self {
        Self(AtomicU64::new(0))
    }

    pub(crate) fn one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How often until now.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
