//! Frames of Zstandard (RFC 8878), one after the other.

use std::io::{self, BufRead as _, BufReader, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use zeroize::Zeroizing;

use super::budget::Budget;

/// The most that is kept of frames that are passed over.
pub(super) const PASSED: u64 = 64 << 10;

/// What frames hold.
pub(super) struct Frames<'a, R: Read> {
    budget: &'a Budget,
    source: BufReader<R>,
    /// One for all frames: each new one asks for memory as long as its frame's window, and a frame may be nine bytes.
    decoder: Option<FrameDecoder>,
    /// What stands in frames that a reader passes over.
    passed: Zeroizing<Vec<u8>>,
}

impl<R: Read> Read for Frames<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let decoder = match self.decoder.take() {
                Some(decoder) if !decoder.is_finished() || decoder.can_collect() > 0 => decoder,
                _ if self.source.fill_buf()?.is_empty() => return Ok(0),
                done => match self.begin(done)? {
                    Some(decoder) => decoder,
                    None => continue,
                },
            };
            let read = self.step(decoder, room)?;
            if read > 0 || room.is_empty() {
                return Ok(read);
            }
        }
    }
}

impl<'a, R: Read> Frames<'a, R> {
    pub(super) fn of(reader: R, budget: &'a Budget) -> Self {
        let passed = Zeroizing::new(Vec::new());
        Self { budget, source: BufReader::new(reader), decoder: None, passed }
    }

    /// What stood in frames that were passed over; one byte more than is kept if that is not all.
    pub(super) fn passed(&self) -> &[u8] {
        &self.passed
    }

    /// Begins the next frame, or passes over one that is to be passed over.
    fn begin(&mut self, done: Option<FrameDecoder>) -> io::Result<Option<FrameDecoder>> {
        let mut decoder = done.map_or_else(|| first(self.budget), Ok)?;
        match decoder.reset(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                self.decoder = Some(decoder);
                self.pass(length.into())?;
                Ok(None)
            }
            begun => begun.map(|()| Some(decoder)).map_err(io::Error::other),
        }
    }

    /// Passes over what a frame holds.
    fn pass(&mut self, length: u64) -> io::Result<()> {
        let mut frame = Read::by_ref(&mut self.source).take(length);
        let room = PASSED.saturating_sub(self.passed.len() as u64);
        Read::by_ref(&mut frame).take(room).read_to_end(&mut self.passed)?;
        io::copy(&mut frame, &mut io::sink())?;
        if room > 0 {
            self.passed.push(b'\n');
        }
        Ok(())
    }

    /// Unpacks a few blocks of a frame and gives what can be given.
    fn step(&mut self, mut decoder: FrameDecoder, room: &mut [u8]) -> io::Result<usize> {
        while decoder.can_collect() == 0 && !decoder.is_finished() {
            let some = BlockDecodingStrategy::UptoBytes(room.len());
            decoder.decode_blocks(&mut self.source, some).map_err(io::Error::other)?;
        }
        let read = decoder.read(room)?;
        self.decoder = Some(decoder);
        Ok(read)
    }
}

/// An empty frame (RFC 8878). A decoder that has seen one refuses the next if its window is too long; of the first
/// it takes any.
const EMPTY: [u8; 9] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];

/// A decoder that is done with a first frame.
fn first(budget: &Budget) -> io::Result<FrameDecoder> {
    budget.decoder()?;
    let (mut decoder, mut empty) = (FrameDecoder::new(), EMPTY.as_slice());
    decoder.reset(&mut empty).map_err(io::Error::other)?;
    decoder.decode_blocks(empty, BlockDecodingStrategy::All).map_err(io::Error::other)?;
    Ok(decoder)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{self, Read as _};

    use super::Frames;
    use crate::source::budget::Budget;

    /// A window of 96 MiB with nothing in it.
    const WIDE: &[u8] = b"\x28\xb5\x2f\xfd\0\x84\x01\0\0";

    /// How often this thread was given a page of memory.
    fn pages() -> u64 {
        let said = fs::read_to_string("/proc/thread-self/stat").unwrap();
        said.rsplit(") ").next().unwrap().split(' ').nth(7).unwrap().parse().unwrap()
    }

    #[test]
    fn frames_without_end_share_their_memory() {
        // Between them is what is passed over.
        let frames = [WIDE, b"\x50\x2a\x4d\x18\0\0\0\0"].concat().repeat(60_000);
        let (before, budget) = (pages(), Budget::of(0));
        assert_eq!(Frames::of(frames.as_slice(), &budget).read(&mut [0]).unwrap(), 0);
        // Memory of its own is a page for each frame at the least.
        assert!(pages() - before < 6_000, "{}", pages() - before);
    }

    #[test]
    fn frames_of_many_members_have_an_end() {
        let budget = Budget::of(0);
        let read = || -> io::Result<usize> { Frames::of(WIDE, &budget).read(&mut [0]) };
        (0..1_000).for_each(|_| assert_eq!(read().unwrap(), 0));
        let rest: io::Result<Vec<usize>> = (0..100).map(|_| read()).collect();
        assert!(rest.unwrap_err().to_string().contains("in more pieces"));
    }
}
