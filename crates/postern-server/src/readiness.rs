//! Readiness: named reasons not to send requests here.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Why the service is not ready, if it is not. Shared by whoever watches something and the server.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<BTreeMap<String, Weight>>);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Weight {
    /// Nothing is served.
    Blocks,
    /// `/readyz` says so, requests are answered.
    Degrades,
}

impl Readiness {
    /// Ready from the start.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The service must not answer for this reason: `/readyz` says so and `/v1` is unavailable.
    pub fn not_ready(&self, reason: &str) {
        self.reasons().insert(reason.to_owned(), Weight::Blocks);
    }

    /// Better not send more requests here for this reason; those that come are answered.
    pub fn degraded(&self, reason: &str) {
        self.reasons().insert(reason.to_owned(), Weight::Degrades);
    }

    /// The reason is gone.
    pub fn clear(&self, reason: &str) {
        self.reasons().remove(reason);
    }

    /// Whether `/v1` must not be served.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.reasons().values().any(|weight| *weight == Weight::Blocks)
    }

    /// The reasons, in alphabetical order; none if ready.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.reasons().keys().cloned().collect()
    }

    fn reasons(&self) -> MutexGuard<'_, BTreeMap<String, Weight>> {
        // A map of names is whole after every step, so a panic elsewhere did not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_stays_until_it_is_cleared() {
        let readiness = Readiness::new();
        readiness.degraded("anchor-old");
        assert!(!readiness.blocks());
        readiness.not_ready("rollback");
        assert!(readiness.blocks());
        assert_eq!(readiness.all(), ["anchor-old", "rollback"]);
        readiness.clear("rollback");
        assert!(!readiness.blocks());
        assert_eq!(readiness.all(), ["anchor-old"]);
    }
}
