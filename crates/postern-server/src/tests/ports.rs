//! Ports of the tests.

use std::sync::atomic::{AtomicU64, Ordering};

use postern_core::Time;
use postern_core::ids::ProverId;
use postern_core::ports::{Assertions, Clock, Entropy, EntropyFault};
use postern_core::prover::{Claims, ProverKey};

/// A clock that stands until it is moved.
pub(super) struct StandingClock(pub(super) AtomicU64);

impl Clock for StandingClock {
    fn now(&self) -> Time {
        Time::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A fixed stream of bytes (SplitMix64), other ones at every call.
pub(super) struct Stream(pub(super) AtomicU64);

impl Entropy for Stream {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFault> {
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

/// Assertions without a signature: the prover's id, a bar, and the claims in JSON.
pub(super) struct Unsigned;

impl Assertions for Unsigned {
    fn prover(&self, assertion: &str) -> Option<ProverId> {
        ProverId::parse(assertion.split_once('|')?.0)
    }

    fn verify(&self, assertion: &str, _: &ProverKey) -> Option<Claims> {
        serde_json::from_str(assertion.split_once('|')?.1).ok()
    }
}
