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
/// What a decoder takes, whatever it unpacks: for content of ten bytes it may ask for 128 MiB of memory, or clear 3.6 MB.
const DECODER: u64 = 64 << 10;

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

    /// Takes what a decoder costs that asks for much memory.
    pub(super) fn decoder(&self) -> io::Result<()> {
        self.check("it is packed in more pieces than a file of its length may be")?;
        self.take(DECODER);
        Ok(())
    }

    fn check(&self, why: &'static str) -> io::Result<()> {
        if self.is_left() { Ok(()) } else { Err(fault::said(why)) }
    }

    fn take(&self, bytes: u64) {
        self.bytes.set(self.bytes.get().saturating_sub(bytes));
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
        if !room.is_empty() {
            self.budget.check("it unpacks to more than a file of its length may")?;
        }
        let most = usize::try_from(self.budget.bytes.get()).unwrap_or(usize::MAX).min(room.len());
        let read = self.reader.read(room.get_mut(..most).unwrap_or_default())?;
        // What this is unpacked from may have been unpacked itself meanwhile.
        self.budget.take(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, repeat};

    use super::{Budget, LEAST};

    /// One byte of each MiB.
    struct Thin<R>(R);

    impl<R: Read> Read for Thin<R> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            self.0.read_exact(&mut vec![0; 1 << 20])?;
            self.0.read(room.get_mut(..1).unwrap_or_default())
        }
    }

    #[test]
    fn what_lies_between_is_counted_too() {
        let budget = Budget::of(0);
        let mut content = budget.metered(Thin(budget.metered(repeat(0).take(2 * LEAST))));
        let mut read = Vec::new();
        assert!(content.read_to_end(&mut read).unwrap_err().to_string().contains("unpacks to more"));
        assert_eq!(read.len() as u64, LEAST / (1 << 20) - 1);
    }
}
