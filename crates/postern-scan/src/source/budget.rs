//! How much one file may unpack to: what keeps a bomb from holding up the scan.

use std::cell::Cell;
use std::io::{self, Read};

use super::fault::{self, Discreet};

/// The deepest that content is nested.
pub(super) const DEPTH: usize = 8;
/// Entries that one file may hold, at all depths together.
const ENTRIES: u64 = 1_000_000;
/// How many times its own length a file may unpack to.
const RATIO: u64 = 200;
/// What every file may unpack to, and no file more than: 64 MiB and 64 GiB.
const LEAST: u64 = 64 << 20;
const MOST: u64 = 64 << 30;

/// What is left for one file and everything in it.
pub(super) struct Budget {
    bytes: Cell<u64>,
    entries: Cell<u64>,
}

impl Budget {
    /// For a file of that length.
    pub(super) fn of(length: u64) -> Self {
        let bytes = length.saturating_mul(RATIO).clamp(LEAST, MOST);
        Self { bytes: Cell::new(bytes), entries: Cell::new(ENTRIES) }
    }

    /// Takes one entry; whether there was one left.
    pub(super) fn entry(&self) -> bool {
        let left = self.entries.get();
        self.entries.set(left.saturating_sub(1));
        left > 0 && self.bytes.get() > 0
    }

    /// Whether anything may still be unpacked.
    pub(super) fn is_left(&self) -> bool {
        self.bytes.get() > 0
    }

    /// The same of a library's reader, whose words for what goes wrong are not shown.
    pub(super) fn unpacked<R: Read>(&self, reader: R) -> Metered<'_, Discreet<R>> {
        self.metered(Discreet(reader))
    }

    /// What a reader unpacks, until nothing is left.
    pub(super) fn metered<R: Read>(&self, reader: R) -> Metered<'_, R> {
        Metered { reader, budget: self }
    }
}

/// Counts what is unpacked.
pub(super) struct Metered<'a, R> {
    reader: R,
    budget: &'a Budget,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let left = self.budget.bytes.get();
        if left == 0 && !room.is_empty() {
            return Err(fault::said("it unpacks to more than a file of its length may"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(room.len());
        let read = self.reader.read(room.get_mut(..most).unwrap_or_default())?;
        self.budget.bytes.set(left.saturating_sub(read as u64));
        Ok(read)
    }
}
