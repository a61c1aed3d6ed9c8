//! What asks the process to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// What asks a process to stop. Made before a service says that it is ready, so that who then stops it at once
/// stops it well.
pub(in crate::commands) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on SIGTERM and SIGINT ask instead of killing.
    pub(in crate::commands) fn listen() -> Result<Self, Failure> {
        let terminate = signal(SignalKind::terminate()).map_err(Failure::refused)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(Failure::refused)?;
        Ok(Self { terminate, interrupt })
    }

    /// Waits until one of them asks.
    pub(super) async fn asked(mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}
