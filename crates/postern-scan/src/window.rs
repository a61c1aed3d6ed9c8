//! A window that moves over content of any length: bounded memory, also for a line of many gibibytes.
//!
//! Each stop has a body, whose findings count, between two margins that detectors may look at. A body begins where
//! the one before ended, so each place is in one body.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use memchr::{memchr_iter, memrchr};
use zeroize::Zeroizing;

/// Bytes of one body.
pub(crate) const BODY: usize = 1 << 20;
/// Bytes of context on each side. Nothing that detectors put together is longer.
pub(crate) const MARGIN: usize = 16 << 10;

/// The memory of one worker, overwritten when it ends.
pub struct Buffer(Zeroizing<Vec<u8>>);

impl Buffer {
    /// Room for one window.
    #[must_use]
    pub fn new() -> Self {
        Self(Zeroizing::new(vec![0; MARGIN + BODY + MARGIN]))
    }

    /// Room for content of that length, if there is some and a window would see it in one stop.
    pub(crate) fn room(&mut self, length: u64) -> Option<&mut [u8]> {
        let length = usize::try_from(length).ok().filter(|length| (1..self.0.len()).contains(length))?;
        self.0.get_mut(..length)
    }

    /// So much of the memory.
    pub(crate) fn seen(&self, length: usize) -> &[u8] {
        self.0.get(..length).unwrap_or_default()
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::new()
    }
}

/// The window over one reader.
pub(crate) struct Window<'a> {
    reader: &'a mut dyn Read,
    buffer: &'a mut [u8],
    filled: usize,
    body: Range<usize>,
    passed: u64,
    line: u64,
    column: u64,
    ended: bool,
    fault: Option<io::Error>,
}

/// One stop of the window.
#[derive(Clone)]
pub(crate) struct Stop<'a> {
    /// Where in the content it is.
    pub(crate) begin: u64,
    /// What is seen.
    pub(crate) bytes: &'a [u8],
    /// Where findings count.
    pub(crate) body: Range<usize>,
    line: u64,
    column: u64,
}

impl<'a> Window<'a> {
    pub(crate) fn over(reader: &'a mut dyn Read, buffer: &'a mut Buffer) -> Self {
        Self {
            reader,
            buffer: &mut buffer.0,
            filled: 0,
            body: 0..0,
            passed: 0,
            line: 1,
            column: 1,
            ended: false,
            fault: None,
        }
    }

    /// Moves on. None at the end. A fault is told after the stop that shows what was read before it.
    pub(crate) fn next(&mut self) -> io::Result<Option<Stop<'_>>> {
        if self.ended {
            return self.fault.take().map_or(Ok(None), Err);
        }
        let passed = self.body.end.saturating_sub(MARGIN);
        self.pass(passed);
        let begin = self.body.end - passed;
        self.fill();
        let end = if self.ended { self.filled } else { self.filled.saturating_sub(MARGIN) };
        self.body = begin..end;
        let bytes = self.buffer.get(..self.filled).unwrap_or_default();
        let (line, column) = (self.line, self.column);
        Ok(Some(Stop { begin: self.passed, bytes, body: self.body.clone(), line, column }))
    }

    /// Lets go of that many bytes in front and counts their lines.
    fn pass(&mut self, bytes: usize) {
        let gone = self.buffer.get(..bytes).unwrap_or_default();
        (self.line, self.column) = after(gone, self.line, self.column);
        self.buffer.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
        self.passed += bytes as u64;
    }

    /// Reads until the window is full, there is no more, or it does not work.
    fn fill(&mut self) {
        while let Some(room @ [_, ..]) = self.buffer.get_mut(self.filled..) {
            match self.reader.read(room) {
                Ok(0) => {
                    self.ended = true;
                    return;
                }
                Ok(read) => self.filled += read,
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(fault) => {
                    (self.ended, self.fault) = (true, Some(fault));
                    return;
                }
            }
        }
    }
}

impl<'a> Stop<'a> {
    /// The only stop over content that is in memory as a whole.
    pub(crate) const fn whole(bytes: &'a [u8]) -> Self {
        Self { begin: 0, bytes, body: 0..bytes.len(), line: 1, column: 1 }
    }

    /// Lines and columns of bytes, asked for in rising order: each byte is counted once.
    pub(crate) fn places(&self) -> impl FnMut(usize) -> (u64, u64) {
        let (mut from, mut line, mut column) = (0, self.line, self.column);
        move |at| {
            (line, column) = after(self.bytes.get(from..at).unwrap_or_default(), line, column);
            from = at.max(from);
            (line, column)
        }
    }
}

/// Line and column after these bytes.
fn after(bytes: &[u8], line: u64, column: u64) -> (u64, u64) {
    let lines = memchr_iter(b'\n', bytes).count() as u64;
    let rest = memrchr(b'\n', bytes).map_or(bytes, |at| bytes.get(at + 1..).unwrap_or_default());
    let characters = rest.iter().filter(|byte| *byte & 0xc0 != 0x80).count() as u64;
    (line + lines, if lines == 0 { column + characters } else { 1 + characters })
}

#[cfg(test)]
mod tests {
    use super::{BODY, Buffer, MARGIN, Window};

    #[test]
    fn bodies_follow_each_other_without_gap_or_overlap() {
        for length in [0, 1, MARGIN, BODY, BODY + MARGIN, BODY + 2 * MARGIN, 3 * BODY + 7] {
            let content: Vec<u8> = (0..=250).cycle().take(length).collect();
            let (mut reader, mut buffer) = (content.as_slice(), Buffer::new());
            let mut window = Window::over(&mut reader, &mut buffer);
            let mut seen = Vec::new();
            while let Some(stop) = window.next().unwrap() {
                seen.extend_from_slice(&stop.bytes[stop.body.clone()]);
            }
            assert!(seen == content, "{length}");
        }
    }

    #[test]
    fn places_are_the_same_in_every_window() {
        let mut content = b"first\n".repeat(400_000);
        content.extend_from_slice("säcond X".as_bytes());
        let (mut reader, mut buffer) = (content.as_slice(), Buffer::new());
        let mut window = Window::over(&mut reader, &mut buffer);
        let mut places = Vec::new();
        while let Some(stop) = window.next().unwrap() {
            places.extend(memchr::memchr(b'X', stop.bytes).map(|at| stop.places()(at)));
        }
        assert_eq!(places.last(), Some(&(400_001, 8)));
    }
}
