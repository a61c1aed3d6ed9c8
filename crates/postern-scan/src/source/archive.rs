//! Archives, read from memory and never laid down on a disk: a member's name is only ever shown.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use zeroize::Zeroizing;
use zip::ZipArchive;
use zip::read::ZipFile;

use super::budget::Budget;
use super::content::{HELD, Worker};
use super::tape::Members;
use crate::place::Origin;

/// Everything that gzip packed, all members of it.
pub(super) fn gzip(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut unpacked = budget.metered(MultiGzDecoder::new(BufReader::new(reader)));
    worker.content(&origin.part(without(origin.name(), &[".gz", ".tgz"])), &mut unpacked, budget);
}

/// Everything that Zstandard packed, all frames of it.
pub(super) fn zstandard(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut unpacked = budget.metered(Frames { source: BufReader::new(reader), frame: None });
    worker.content(&origin.part(without(origin.name(), &[".zst", ".tzst"])), &mut unpacked, budget);
}

/// The files in a tar archive.
pub(super) fn tar(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut archive = tar::Archive::new(reader);
    let told = Members::of(&mut archive).and_then(|members| {
        for member in members {
            let (name, mut member) = member?;
            let origin = origin.part(name);
            if !worker.may_open(&origin, budget) {
                break;
            }
            worker.content(&origin, &mut member, budget);
        }
        Ok(())
    });
    if let Err(fault) = told {
        worker.trouble(origin, &format!("the archive could not be read to its end: {fault}"));
    }
}

/// The files in a zip archive that is inside of something else: held in memory, if it is not too long.
pub(super) fn inner_zip(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut held = Zeroizing::new(Vec::new());
    match (&mut *reader).take(HELD).read_to_end(&mut held) {
        Ok(read) if read as u64 == HELD => {
            worker.trouble(origin, "a nested zip of more than 32 MiB is not opened");
            worker.plain(origin, &mut Cursor::new(held.as_slice()).chain(reader));
        }
        Ok(_) => zip(worker, origin, Cursor::new(held.as_slice()), budget),
        Err(fault) => worker.trouble(origin, &format!("it could not be read to its end: {fault}")),
    }
}

/// The files in a zip archive.
pub(super) fn zip(worker: &mut Worker<'_>, origin: &Origin, reader: impl Read + Seek, budget: &Budget) {
    let mut archive = match ZipArchive::new(reader) {
        Ok(archive) => archive,
        Err(fault) => return worker.trouble(origin, &format!("the zip could not be read: {fault}")),
    };
    for number in 0..archive.len() {
        if !worker.may_open(origin, budget) {
            return;
        }
        match archive.by_index(number) {
            Ok(member) if member.is_dir() => {}
            Ok(member) => {
                let origin = origin.part(member_name(&member, number));
                worker.content(&origin, &mut budget.metered(member), budget);
            }
            Err(fault) => {
                worker.trouble(origin, &format!("member {} could not be opened: {fault}", number + 1));
            }
        }
    }
}

/// A member's name, or its number if it has none that can be read.
fn member_name<R: Read>(member: &ZipFile<'_, R>, number: usize) -> String {
    member.name().map_or_else(|_| format!("member {}", number + 1), Cow::into_owned)
}

/// A file's name without the ending that its packing gave it.
fn without(name: &str, endings: &[&str]) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or("content").to_owned()
}

/// An empty frame (RFC 8878). A decoder that has seen one refuses the next if its window is too long; of the first
/// it takes any.
const EMPTY: [u8; 9] = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];

/// Frames of Zstandard, one after the other.
struct Frames<R: Read> {
    source: BufReader<R>,
    frame: Option<FrameDecoder>,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let decoder = match self.frame.take() {
                Some(decoder) if !decoder.is_finished() || decoder.can_collect() > 0 => decoder,
                _ if self.source.fill_buf()?.is_empty() => return Ok(0),
                _ => {
                    let mut decoder = FrameDecoder::new();
                    decoder.init(EMPTY.as_slice()).map_err(io::Error::other)?;
                    decoder.init(&mut self.source).map_err(io::Error::other)?;
                    decoder
                }
            };
            let read = self.step(decoder, room)?;
            if read > 0 || room.is_empty() {
                return Ok(read);
            }
        }
    }
}

impl<R: Read> Frames<R> {
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
