//! Randomness.

/// Where random bytes come from: the operating system, or a fixed stream in a test.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random ones.
    ///
    /// # Errors
    /// If the operating system has none to give; nothing may then be issued.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFault>;
}

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct EntropyFault;
