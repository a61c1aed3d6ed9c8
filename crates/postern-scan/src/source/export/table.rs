//! Rows under a line of names, separated by commas, semicolons or tabs: which row a byte is in. What a cell says is
//! what stands there, so there is no other text than the bytes.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use zeroize::Zeroizing;

use super::build::Build;
use super::token::Token;

/// Reads it.
pub(super) struct Table {
    at: u64,
    reader: Box<Reader>,
    /// The columns that name a row.
    columns: Vec<Option<&'static str>>,
    is_head: bool,
    column: usize,
    /// Whether a row has begun.
    is_open: bool,
    cell: Token,
}

impl Table {
    /// Of which these are the first bytes.
    pub(super) fn new(head: &[u8]) -> Self {
        Self {
            at: 0,
            reader: Box::new(ReaderBuilder::new().delimiter(delimiter(head)).build()),
            columns: Vec::new(),
            is_head: true,
            column: 0,
            is_open: false,
            cell: Token::new(),
        }
    }

    /// Reads on.
    pub(super) fn read(&mut self, mut bytes: &[u8], build: &mut Build) {
        let mut room = Zeroizing::new([0; 4096]);
        while !bytes.is_empty() {
            if !self.is_open && !self.is_head {
                build.open(self.at, Some(""));
                self.is_open = true;
            }
            let (result, taken, given) = self.reader.read_field(bytes, &mut *room);
            self.at += taken as u64;
            bytes = bytes.get(taken..).unwrap_or_default();
            self.cell.push(room.get(..given).unwrap_or_default());
            match result {
                ReadFieldResult::Field { record_end } => self.cell(record_end, build),
                ReadFieldResult::End => return,
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
            }
        }
    }

    /// Nothing is ever wrong with it: any bytes are rows of cells.
    pub(super) fn end(&mut self, build: &mut Build) -> Option<&'static str> {
        build.close_all(self.at);
        None
    }

    fn cell(&mut self, ends_row: bool, build: &mut Build) {
        let whole = self.cell.whole().unwrap_or_default();
        if self.is_head {
            self.columns.extend((self.columns.len() < MOST).then(|| build.known().spelled(whole)));
        } else {
            build.value(self.columns.get(self.column).copied().flatten(), whole);
        }
        self.cell.clear();
        self.column += 1;
        if ends_row {
            build.close_all(self.at);
            (self.column, self.is_head, self.is_open) = (0, false, false);
        }
    }
}

/// The most columns that are known by name.
const MOST: usize = 1 << 12;

/// What separates the cells of a line of names: the first of the three that stands in it.
pub(super) fn delimiter(head: &[u8]) -> u8 {
    head.iter().copied().find(|byte| matches!(byte, b',' | b';' | b'\t')).unwrap_or(b',')
}
