//! Archives, read from memory and never laid down on a disk: a member's name is only ever shown.

use std::io::{self, BufRead, BufReader, Read};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use zeroize::Zeroizing;

use super::budget::Budget;
use super::content::Worker;
use crate::place::Origin;

/// The most memory that content may ask for to be unpacked, in KiB: a dictionary of 64 MiB, and what goes with it.
pub(super) const MEMORY: u32 = 65 << 10;

/// Everything that gzip packed, all members of it.
pub(super) fn gzip(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut unpacked = budget.unpacked(MultiGzDecoder::new(BufReader::new(reader)));
    worker.content(&origin.part(without(origin.name(), &[".gz", ".tgz"])), &mut unpacked, budget);
}

/// Everything that Zstandard packed, all frames of it.
pub(super) fn zstandard(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut frames =
        Frames { source: BufReader::new(reader), frame: None, passed: Zeroizing::new(Vec::new()) };
    let inner = origin.part(without(origin.name(), &[".zst", ".tzst"]));
    worker.content(&inner, &mut budget.unpacked(&mut frames), budget);
    if !frames.passed.is_empty() {
        worker.plain(&origin.part("between frames"), &mut frames.passed.as_slice());
    }
    if frames.passed.len() as u64 > PASSED {
        worker.trouble(origin, "more than 64 KiB stand between its frames; the rest of them was not read");
    }
}

/// Everything that xz packed, all streams of it. One that asks for more memory than is given is named.
pub(super) fn xz(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut unpacked = budget.unpacked(XzReader::new_mem_limit(BufReader::new(reader), true, MEMORY));
    worker.content(&origin.part(without(origin.name(), &[".xz", ".txz"])), &mut unpacked, budget);
}

/// Everything that bzip2 packed, all streams of it.
pub(super) fn bzip2(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut unpacked = budget.unpacked(MultiBzDecoder::new(BufReader::new(reader)));
    worker.content(&origin.part(without(origin.name(), &[".bz2", ".tbz2"])), &mut unpacked, budget);
}

/// A file's name without the ending that its packing gave it.
fn without(name: &str, endings: &[&str]) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or("content").to_owned()
}

/// An empty frame (RFC 8878). A decoder that has seen one refuses the next if its window is too long; of the first
/// it takes any.
const EMPTY: [u8; 9] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];

/// The most that is kept of frames that are passed over.
const PASSED: u64 = 64 << 10;

/// Frames of Zstandard, one after the other.
struct Frames<R: Read> {
    source: BufReader<R>,
    frame: Option<FrameDecoder>,
    /// What stands in frames that a reader passes over.
    passed: Zeroizing<Vec<u8>>,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let decoder = match self.frame.take() {
                Some(decoder) if !decoder.is_finished() || decoder.can_collect() > 0 => decoder,
                _ if self.source.fill_buf()?.is_empty() => return Ok(0),
                _ => match self.begin()? {
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

impl<R: Read> Frames<R> {
    /// Begins the next frame, or passes over one that is to be passed over.
    fn begin(&mut self) -> io::Result<Option<FrameDecoder>> {
        let mut decoder = FrameDecoder::new();
        decoder.init(EMPTY.as_slice()).map_err(io::Error::other)?;
        match decoder.init(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let mut frame = Read::by_ref(&mut self.source).take(length.into());
                let room = PASSED.saturating_sub(self.passed.len() as u64);
                Read::by_ref(&mut frame).take(room).read_to_end(&mut self.passed)?;
                io::copy(&mut frame, &mut io::sink())?;
                if room > 0 {
                    self.passed.push(b'\n');
                }
                Ok(None)
            }
            begun => begun.map(|()| Some(decoder)).map_err(io::Error::other),
        }
    }

    /// Unpacks a few blocks of a frame and gives what can be given.
    fn step(&mut self, mut decoder: FrameDecoder, room: &mut [u8]) -> io::Result<usize> {
        while decoder.can_collect() == 0 && !decoder.is_finished() {
            let some = BlockDecodingStrategy::UptoBytes(room.len());
            decoder.decode_blocks(&mut self.source, some).map_err(io::Error::other)?;
        }
        let read = decoder.read(room)?;
        self.frame = Some(decoder);
        Ok(read)
    }
}
