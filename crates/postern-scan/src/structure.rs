//! What is known of how content is built: which record a byte is in, and its text without what holds it together.

use std::rc::Rc;

use crate::decode::View;
use crate::record::Record;

/// Follows content while a window moves over it.
pub(crate) trait Structure {
    /// Reads on. The bytes begin at this place of the content, not before those of the time before, and go on behind
    /// what was read. What lies before them is forgotten.
    fn read(&mut self, begin: u64, bytes: &[u8]);

    /// The text in the bytes last read: what stands in values, without escapes and without what separates them.
    fn views(&self) -> Vec<View>;

    /// The record that a place of the bytes last read is in.
    fn record(&self, at: u64) -> Option<Rc<Record>>;
}
