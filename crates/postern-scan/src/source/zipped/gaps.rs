//! What the directory of a zip archive does not name: members of a name that comes twice, other archives, a program in
//! front, text behind the end.

use std::io::{self, Read, Seek, SeekFrom};
use std::iter;
use std::ops::Range;

use zip::ZipArchive;

use super::{Sought, comment, loose};
use crate::place::Origin;
use crate::source::budget::{Budget, DEPTH};
use crate::source::content::Worker;

/// The longest that stands behind a member by right: its checksum and lengths.
const DESCRIPTOR: u64 = 24;
/// How much of an archive's end is read to find the end of its directory.
const END: u64 = 1 << 20;

/// Looks through all that members do not cover.
pub(super) fn all(
    worker: &mut Worker<'_>,
    origin: &Origin,
    mut archive: ZipArchive<&mut (dyn Sought + '_)>,
    budget: &Budget,
) {
    comment(worker, origin, archive.comment());
    let directory = archive.central_directory_start();
    let (covered, last) = covered(&mut archive);
    let reader = archive.into_inner();
    let length = reader.seek(SeekFrom::End(0)).unwrap_or_default();
    let behind = end(reader, last.max(directory)).unwrap_or(length);
    for range in between(covered, directory).chain(iter::once(behind..length.max(behind))) {
        let mut part = Part { at: range.start, range, reader: &mut *reader };
        if !part.is_nothing().unwrap_or(true) {
            gap(worker, &origin.part("outside of its directory"), &mut part, budget);
        }
    }
}

/// Where members are, and the last entry of the directory.
fn covered(archive: &mut ZipArchive<&mut (dyn Sought + '_)>) -> (Vec<Range<u64>>, u64) {
    let (mut ranges, mut last) = (Vec::new(), 0);
    for number in 0..archive.len() {
        if let Ok(member) = archive.by_index_raw(number) {
            last = last.max(member.central_header_start());
            let from = member.data_start().unwrap_or_default();
            ranges.push(member.header_start()..from.saturating_add(member.compressed_size()));
        }
    }
    ranges.sort_unstable_by_key(|range| range.start);
    (ranges, last)
}

/// What is between ranges that are sorted, up to an end.
fn between(ranges: Vec<Range<u64>>, end: u64) -> impl Iterator<Item = Range<u64>> {
    let mut from = 0;
    let gap = move |range: Range<u64>| {
        let gap = from..range.start.min(end);
        from = from.max(range.end);
        gap
    };
    let ends = iter::once(end..end);
    ranges.into_iter().chain(ends).map(gap).filter(|gap| gap.start < gap.end)
}

/// Where an archive ends whose last entry of the directory begins there.
fn end(reader: &mut (dyn Sought + '_), last: u64) -> Option<u64> {
    let mut bytes = Vec::new();
    reader.seek(SeekFrom::Start(last)).ok()?;
    reader.take(END).read_to_end(&mut bytes).ok()?;
    let at = memchr::memmem::rfind(&bytes, b"PK\x05\x06")?;
    let length = bytes.get(at + 20..at + 22)?.first_chunk().map(|length| u16::from_le_bytes(*length))?;
    Some(last + at as u64 + 22 + u64::from(length))
}

/// Looks through a gap.
fn gap(worker: &mut Worker<'_>, origin: &Origin, part: &mut Part<'_>, budget: &Budget) {
    let mut head = Vec::new();
    let read = Read::take(&mut *part, 4).read_to_end(&mut head).and_then(|_| part.rewind());
    match read {
        Err(fault) => worker.trouble(origin, &format!("it could not be read: {fault}")),
        Ok(()) if head != b"PK\x03\x04" => worker.content(origin, part, budget),
        Ok(()) if origin.parts.len() > DEPTH => {
            worker.trouble(origin, &format!("it is nested more than {DEPTH} deep, and not opened"));
            worker.plain(origin, part);
        }
        Ok(()) => member(worker, origin, part, budget),
    }
}

/// Looks through a gap that begins like a member: it may be an archive of its own.
fn member(worker: &mut Worker<'_>, origin: &Origin, part: &mut Part<'_>, budget: &Budget) {
    if let Ok(archive) = ZipArchive::new(&mut *part as &mut (dyn Sought + '_)) {
        return super::whole(worker, origin, archive, budget);
    }
    if !loose::members(worker, origin, part, budget) {
        worker.trouble(origin, "not all of it could be opened");
    }
}

/// A part of something, as a whole.
struct Part<'a> {
    reader: &'a mut dyn Sought,
    range: Range<u64>,
    at: u64,
}

impl Part<'_> {
    /// Whether there is nothing in it, or what may stand behind a member.
    fn is_nothing(&mut self) -> io::Result<bool> {
        let mut bytes = Vec::new();
        Read::take(&mut *self, DESCRIPTOR + 1).read_to_end(&mut bytes)?;
        self.rewind()?;
        Ok(bytes.is_empty() || (bytes.len() as u64 <= DESCRIPTOR && !bytes.is_ascii()))
    }
}

impl Read for Part<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.reader.seek(SeekFrom::Start(self.at))?;
        let left = self.range.end.saturating_sub(self.at);
        let read = Read::take(&mut *self.reader, left).read(room)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Part<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let length = self.range.end - self.range.start;
        let (from, by) = match to {
            SeekFrom::Start(at) => (0, i64::try_from(at).map_err(io::Error::other)?),
            SeekFrom::Current(by) => (self.at - self.range.start, by),
            SeekFrom::End(by) => (length, by),
        };
        let at = from.checked_add_signed(by).ok_or(io::ErrorKind::InvalidInput)?;
        self.at = self.range.start.saturating_add(at);
        Ok(at)
    }
}
