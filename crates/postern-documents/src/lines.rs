//! Text without places, as another program gives it: each line is a piece.

use std::io::{self, BufRead as _, BufReader, Read};

use postern_scan::{Pieces, Spot};
use zeroize::Zeroizing;

use crate::running::Running;

/// The longest line.
const LINE: u64 = 1 << 20;

/// Lines of a reader.
pub(crate) struct Lines {
    source: BufReader<Running>,
    number: u64,
}

impl Lines {
    pub(crate) fn of(running: Running) -> Self {
        Self { source: BufReader::new(running), number: 0 }
    }
}

impl Pieces for Lines {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        let mut line = Zeroizing::new(Vec::new());
        if Read::by_ref(&mut self.source).take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(&line));
        Ok(Some(Spot { line: Some(self.number), ..Spot::default() }))
    }
}
