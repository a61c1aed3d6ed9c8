//! Archives, read from memory and never laid down on a disk: a member's name is only ever shown.

use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use super::budget::Budget;
use super::content::Worker;
use super::frames::{Frames, PASSED};
use super::streams::Streams;
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
    let mut frames = Frames::of(reader, budget);
    let inner = origin.part(without(origin.name(), &[".zst", ".tzst"]));
    worker.content(&inner, &mut budget.unpacked(&mut frames), budget);
    let passed = frames.passed();
    if !passed.is_empty() {
        worker.plain(&origin.part("between frames"), &mut &*passed);
    }
    if passed.len() as u64 > PASSED {
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
    let mut unpacked = budget.unpacked(Streams::of(reader, budget));
    worker.content(&origin.part(without(origin.name(), &[".bz2", ".tbz2"])), &mut unpacked, budget);
}

/// A file's name without the ending that its packing gave it.
fn without(name: &str, endings: &[&str]) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or("content").to_owned()
}
