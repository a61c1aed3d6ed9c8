//! The system's random bytes.

use postern_core::ports::{Entropy, EntropyFault};

/// Random bytes from the operating system (`getrandom(2)` on Linux, which waits until it has been seeded).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the entropy that everything else is given")]
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFault> {
        getrandom::fill(bytes).map_err(|_| EntropyFault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_filled_and_differ() {
        let (mut left, mut right) = ([0; 32], [0; 32]);
        SystemEntropy.fill(&mut left).unwrap();
        SystemEntropy.fill(&mut right).unwrap();
        assert!(left != [0; 32] && left != right);
    }
}
