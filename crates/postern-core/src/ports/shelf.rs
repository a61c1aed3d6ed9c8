//! What a second host keeps for an installation.

use super::{Cell, Place, PlaceFault};

/// Keeps anchors and bundles of an installation elsewhere. A call waits for a disk: not on an async thread.
pub trait Shelf: Send + Sync {
    /// The anchor of a name. Callers exclude each other.
    ///
    /// # Errors
    /// [`PlaceFault`] if it is no name.
    fn anchor(&self, name: &str) -> Result<Box<dyn Cell>, PlaceFault>;

    /// Where bundles are.
    fn bundles(&self) -> &dyn Place;

    /// Whether somebody at this host has let the anchor go back, once: the leave is used up by asking.
    ///
    /// # Errors
    /// [`PlaceFault`] if it cannot be told.
    fn take_leave(&self, name: &str) -> Result<bool, PlaceFault>;

    /// Removes what is too old: keys after `days` days, and bundles of which a wider one is as old. `today` is in days
    /// since 1970.
    ///
    /// # Errors
    /// [`PlaceFault`]; the next time tries again.
    fn tidy(&self, today: u64, days: u64) -> Result<(), PlaceFault>;
}
