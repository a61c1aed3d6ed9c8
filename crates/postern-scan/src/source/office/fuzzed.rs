//! The readers of office XML and of RTF as functions of bytes, for the fuzzers: the pieces that come of them.

use std::io::{self, Read};

use super::text::Text;
use crate::source::joined::{Pieces, Spot};
use crate::source::rtf as rich;

/// All pieces of bytes that come so many at a time, and whether it went well.
pub(crate) fn office(bytes: &[u8], at_a_time: usize) -> (Vec<(Spot, Vec<u8>)>, bool) {
    all(Text::of(Slow(bytes, at_a_time), None))
}

/// The same of RTF.
pub(crate) fn rtf(bytes: &[u8], at_a_time: usize) -> (Vec<(Spot, Vec<u8>)>, bool) {
    all(rich::Text::of(Slow(bytes, at_a_time)))
}

fn all(mut pieces: impl Pieces) -> (Vec<(Spot, Vec<u8>)>, bool) {
    let mut read = Vec::new();
    loop {
        let mut text = Vec::new();
        match pieces.next(&mut text) {
            Ok(Some(spot)) => read.push((spot, text)),
            Ok(None) => return (read, true),
            Err(_) => return (read, false),
        }
    }
}

/// Gives a few bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(room.len());
        self.0.read(room.get_mut(..most).unwrap_or_default())
    }
}
