//! What lists query about a record.

use crate::Time;

/// Derived from a record's state: never decided on, rebuildable, checked when the row is loaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Columns {
    /// The record's state in one word.
    pub state: &'static str,
    /// When time alone will change it, if it will.
    pub due: Option<Time>,
}
