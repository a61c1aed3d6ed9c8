//! The port through which a running instance keeps its anchor.

use std::sync::Mutex;

use postern_core::ports::{AnchorFault, Anchors};
use postern_log::{Anchor, Frontier};

use super::{AnchorCell, AnchorError, FileCell, HeldAnchor};

/// A held anchor with what was last written to it. Writing waits for a disk or a network: not on an async thread.
#[derive(Debug)]
pub struct AnchorKeeper<C = FileCell>(Mutex<(HeldAnchor<C>, Anchor)>);

impl<C> AnchorKeeper<C> {
    /// Keeps on from `anchor`, which is what [`HeldAnchor::take_over`] gave.
    #[must_use]
    pub const fn new(held: HeldAnchor<C>, anchor: Anchor) -> Self {
        Self(Mutex::new((held, anchor)))
    }
}

impl<C: AnchorCell> Anchors for AnchorKeeper<C> {
    fn keep(&self, logs: Vec<(String, Frontier)>) -> Result<(), AnchorFault> {
        let mut held = self.0.lock().map_err(|_| AnchorFault::Unavailable("a writer panicked".to_owned()))?;
        let (file, anchor) = &mut *held;
        let mut next = anchor.clone();
        for (log, frontier) in logs {
            next.advance(&log, frontier).map_err(|shrunk| AnchorFault::Backwards(shrunk.to_string()))?;
        }
        let is_here = file.is_here();
        file.write(&next).map_err(|error| fault(error, is_here))?;
        *anchor = next;
        Ok(())
    }
}

fn fault(error: AnchorError, is_here: bool) -> AnchorFault {
    match error {
        AnchorError::Overtaken { .. } | AnchorError::OtherEpoch { .. } => AnchorFault::Overtaken,
        // What another host answers may be an error page: it is asked again, and believed at the next start at the latest.
        missing @ (AnchorError::Missing { .. } | AnchorError::Damaged { .. }) if is_here => {
            AnchorFault::Backwards(missing.to_string())
        }
        AnchorError::Backwards(shrunk) => AnchorFault::Backwards(shrunk.to_string()),
        other => AnchorFault::Unavailable(other.to_string()),
    }
}
