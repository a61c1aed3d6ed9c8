//! Strings of a workbook: cells hold their numbers.

use std::cell::Cell;
use std::io;

use zeroize::Zeroizing;

use crate::source::content::HELD;
use crate::source::fault::said;
use crate::source::joined::{Pieces, Spot};

/// All strings of one workbook, in order.
#[derive(Default)]
pub(super) struct Strings {
    text: Zeroizing<Vec<u8>>,
    /// Where each ends, and whether a cell uses it.
    ends: Vec<(usize, Cell<bool>)>,
}

/// How many strings are held, and how many bytes of them.
const MOST: usize = 4 << 20;

impl Strings {
    /// Reads them.
    ///
    /// # Errors
    /// What reading gave, or that there are too many to be held.
    pub(super) fn read(mut pieces: impl Pieces) -> io::Result<Self> {
        let mut strings = Self::default();
        let mut piece = Zeroizing::new(Vec::new());
        let mut number = Some(1);
        while let Some(spot) = pieces.next(&mut piece)? {
            // A string may come in several pieces; its number is its line.
            if spot.line != number {
                strings.ends.push((strings.text.len(), Cell::new(false)));
                number = spot.line;
            }
            strings.text.extend_from_slice(&piece);
            piece.clear();
            if strings.ends.len() >= MOST || strings.text.len() as u64 > HELD {
                return Err(said("its strings are more than 32 MiB"));
            }
        }
        strings.ends.push((strings.text.len(), Cell::new(false)));
        Ok(strings)
    }

    /// A string that a cell uses.
    pub(super) fn used(&self, number: usize) -> Option<&[u8]> {
        self.ends.get(number)?.1.set(true);
        self.one(number)
    }

    fn one(&self, number: usize) -> Option<&[u8]> {
        let before = number.checked_sub(1).and_then(|before| self.ends.get(before));
        self.text.get(before.map_or(0, |(end, _)| *end)..self.ends.get(number)?.0)
    }

    /// Those that no cell uses: what is left of cells that were deleted.
    pub(super) fn left(&self) -> impl Pieces {
        Left { strings: self, next: 0 }
    }
}

struct Left<'a> {
    strings: &'a Strings,
    next: usize,
}

impl Pieces for Left<'_> {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        let mut rest = self.strings.ends.iter().enumerate().skip(self.next);
        let Some((number, _)) = rest.find(|(_, (_, used))| !used.get()) else { return Ok(None) };
        self.next = number + 1;
        text.extend_from_slice(self.strings.one(number).unwrap_or_default());
        Ok(Some(Spot { line: Some(self.next as u64), ..Spot::default() }))
    }
}
