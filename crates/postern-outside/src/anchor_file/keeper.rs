//! The port through which a running instance keeps its anchor.

use std::sync::Mutex;

use postern_core::ports::{AnchorFault, Anchors};
use postern_log::{Anchor, Frontier};

use super::{AnchorError, AnchorFile};

/// A held anchor file with what was last written to it. Writing waits for the disk: not on an async thread.
#[derive(Debug)]
pub struct AnchorKeeper(Mutex<(AnchorFile, Anchor)>);

impl AnchorKeeper {
    /// Keeps on from `anchor`, which is what [`AnchorFile::take_over`] gave.
    #[must_use]
    pub const fn new(file: AnchorFile, anchor: Anchor) -> Self {
        Self(Mutex::new((file, anchor)))
    }
}

impl Anchors for AnchorKeeper {
    fn keep(&self, logs: Vec<(String, Frontier)>) -> Result<(), AnchorFault> {
        let mut held = self.0.lock().map_err(|_| AnchorFault::Unavailable("a writer panicked".to_owned()))?;
        let (file, anchor) = &mut *held;
        let mut next = anchor.clone();
        for (log, frontier) in logs {
            next.advance(&log, frontier).map_err(|shrunk| AnchorFault::Backwards(shrunk.to_string()))?;
        }
        file.write(&next).map_err(fault)?;
        *anchor = next;
        Ok(())
    }
}

fn fault(error: AnchorError) -> AnchorFault {
    match error {
        AnchorError::Overtaken { .. } | AnchorError::OtherEpoch { .. } => AnchorFault::Overtaken,
        missing @ (AnchorError::Missing { .. } | AnchorError::Damaged { .. }) => {
            AnchorFault::Backwards(missing.to_string())
        }
        AnchorError::Backwards(shrunk) => AnchorFault::Backwards(shrunk.to_string()),
        other => AnchorFault::Unavailable(other.to_string()),
    }
}
