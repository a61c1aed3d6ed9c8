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

    /// Names of bundles, a page at a time: what was kept before the first page was asked for is on one of them.
    ///
    /// # Errors
    /// [`PlaceFault`] if they cannot be read.
    fn names(&self, wanted: &Wanted) -> Result<NamePage, PlaceFault>;

    /// Whether somebody at this host lets the anchor go back, once.
    ///
    /// # Errors
    /// [`PlaceFault`] if it is no name.
    fn has_leave(&self, name: &str) -> Result<bool, PlaceFault>;

    /// Uses the leave up: the anchor went back.
    ///
    /// # Errors
    /// [`PlaceFault`] if it is there still.
    fn end_leave(&self, name: &str) -> Result<(), PlaceFault>;

    /// Removes what is too old: keys after `days` days, and bundles of which a wider one is as old. `today` is in days
    /// since 1970.
    ///
    /// # Errors
    /// [`PlaceFault`]; the next time tries again.
    fn tidy(&self, today: u64, days: u64) -> Result<(), PlaceFault>;
}

/// Which names are wanted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// The path that they lie under; all if it is empty.
    pub under: String,
    /// The last name of the page before; none for the first page.
    pub after: Option<String>,
    /// Whether bundles are wanted of which there is a wider one.
    pub narrower: bool,
    /// Names at most.
    pub most: usize,
}

/// Some of the names.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NamePage {
    /// They, in the order of their parts: the last one leads to the next page.
    pub names: Vec<String>,
    /// Whether there are more.
    pub more: bool,
}
