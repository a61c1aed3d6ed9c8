//! A short word kept while it is read, in memory that is bounded.

use zeroize::Zeroizing;

use crate::record::LONGEST;

/// The first bytes of a word, and whether there were more.
pub(super) struct Token {
    bytes: Zeroizing<Vec<u8>>,
    is_cut: bool,
}

impl Token {
    pub(super) fn new() -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(LONGEST)), is_cut: false }
    }

    /// Another word begins.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.is_cut = false;
    }

    /// It goes on.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let room = LONGEST - self.bytes.len();
        self.is_cut |= bytes.len() > room;
        self.bytes.extend(bytes.iter().take(room));
    }

    /// All of it that is kept.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The word, if it was short enough.
    pub(super) fn whole(&self) -> Option<&[u8]> {
        (!self.is_cut).then_some(&self.bytes)
    }
}
