//! The anchor: what is kept outside the database, so that an older one is noticed.

use postern_log::Frontier;

/// Keeps the newest size and root of every log outside the database, by compare-and-swap with an epoch.
pub trait Anchors: Send + Sync {
    /// Keeps these logs' right edges beside what is kept. No size ever shrinks.
    ///
    /// # Errors
    /// If it could not be kept; the next time tries again.
    fn keep(&self, logs: Vec<(String, Frontier)>) -> Result<(), AnchorFault>;
}

/// The anchor was not written.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AnchorFault {
    /// Another instance took over: this one must stop before it accepts anything.
    #[error("another instance has taken over this installation's anchor: this one must stop")]
    Overtaken,
    /// A log is shorter than what is kept of it, or another one, or the anchor is gone: it cannot be told whether
    /// the database was set back.
    #[error("the logs and the anchor disagree: {0}")]
    Backwards(String),
    /// It could not be written.
    #[error("the anchor could not be written: {0}")]
    Unavailable(String),
}
