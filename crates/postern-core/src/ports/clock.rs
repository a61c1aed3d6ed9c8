//! The clock.

use crate::Time;

/// Where time comes from. One reading a request, taken at its edge.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Time;
}
