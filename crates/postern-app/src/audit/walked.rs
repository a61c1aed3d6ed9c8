//! How far a verification has come, for whoever watches.

use std::sync::atomic::{AtomicU64, Ordering};

/// Events and rows that were looked at, of those that there are as far as is known yet.
#[derive(Default)]
pub(crate) struct Walked {
    done: AtomicU64,
    all: AtomicU64,
}

impl Walked {
    /// Begins anew.
    pub(super) fn begin(&self) {
        self.done.store(0, Ordering::Relaxed);
        self.all.store(0, Ordering::Relaxed);
    }

    /// There are so many more.
    pub(super) fn expect(&self, more: usize) {
        self.all.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// So many more were looked at.
    pub(super) fn pass(&self, more: usize) {
        self.done.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How many were, and of how many.
    pub(crate) fn now(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }
}
