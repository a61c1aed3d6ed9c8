//! Random bytes that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use postern_core::ports::{Entropy, EntropyFault};
use sha2::{Digest as _, Sha256};

/// A stream of SHA-256 over a seed and a counter.
#[derive(Debug, Default)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// A stream of its own for every seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFault> {
        for chunk in bytes.chunks_mut(32) {
            let count = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::digest([self.seed.to_be_bytes(), count.to_be_bytes()].concat());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}
