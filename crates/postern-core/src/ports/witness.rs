//! Witnesses: somebody else who sees that a log only grows, and says so.

use postern_log::WitnessKey;

/// A witness (C2SP tlog-witness). A call waits for a network: not on an async thread.
pub trait Witness: Send + Sync {
    /// Whom its cosignatures open with.
    fn key(&self) -> &WitnessKey;

    /// Asks for a cosignature with a body of [`postern_log::add_checkpoint`].
    ///
    /// # Errors
    /// [`WitnessFault`]
    fn add(&self, body: &str) -> Result<Witnessed, WitnessFault>;
}

/// What a witness answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Witnessed {
    /// Lines of cosignatures.
    Cosigned(String),
    /// It knows another size of the log than it was told, in leaves.
    Knows(u64),
    /// The proof does not lead from the log that it knows to this one.
    OtherHistory,
}

/// A witness did not do it; the next time may be another.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct WitnessFault(pub String);
