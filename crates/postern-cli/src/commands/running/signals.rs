//! What asks the process to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// What asks a process to stop. Made before a service says that it is ready, so that who then stops it at once
/// stops it well.
pub(in crate::commands) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    renew: Signal,
}

/// What asks a process to stop, without the rest.
pub(in crate::commands) struct Stops {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// From now on SIGTERM and SIGINT ask instead of killing, and SIGHUP asks for certificates to be read anew.
    pub(in crate::commands) fn listen() -> Result<Self, Failure> {
        let terminate = signal(SignalKind::terminate()).map_err(Failure::refused)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(Failure::refused)?;
        let renew = signal(SignalKind::hangup()).map_err(Failure::refused)?;
        Ok(Self { terminate, interrupt, renew })
    }

    /// What asks to stop, and what asks to read anew.
    pub(in crate::commands) fn apart(self) -> (Stops, Signal) {
        (Stops { terminate: self.terminate, interrupt: self.interrupt }, self.renew)
    }
}

impl Stops {
    /// Waits until one of them asks.
    pub(in crate::commands) async fn asked(mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}
