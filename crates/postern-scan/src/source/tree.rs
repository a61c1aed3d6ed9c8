//! Trees of files, walked by all processors, and standard input.
//!
//! Hidden files and files that version control ignores are read too: that is where leaked codes stay. Links are not
//! followed, except those named on the command line.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::budget::Budget;
use super::content::Worker;
use super::file;
use crate::place::Origin;
use crate::scanner::Scanner;
use crate::told::{Told, Totals, Trouble};
use crate::window::Buffer;

/// Bytes that standard input counts as: what it holds may unpack to some gibibytes.
const INPUT: u64 = 32 << 20;

/// Looks through files and folders. `told` hears of each finding when it is made, from any thread; those of one
/// file come in order.
pub fn trees(scanner: &Scanner, paths: &[PathBuf], told: &(dyn Fn(Told) + Sync)) -> Totals {
    let Some((first, others)) = paths.split_first() else { return Totals::default() };
    let mut walk = WalkBuilder::new(first);
    others.iter().for_each(|path| {
        walk.add(path);
    });
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    walk.standard_filters(false).follow_links(false).threads(threads);
    let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    walk.build_parallel().run(|| {
        let mut worker = Worker { scanner, buffer: Buffer::new(), told };
        let (files, bytes) = (&files, &bytes);
        Box::new(move |entry| {
            match entry {
                Ok(entry) => {
                    if let Some(length) = of_entry(&mut worker, &entry) {
                        files.fetch_add(1, Ordering::Relaxed);
                        bytes.fetch_add(length, Ordering::Relaxed);
                    }
                }
                Err(fault) => {
                    let origin = Origin::of("(walk)");
                    (worker.told)(Told::Trouble(Trouble { origin, why: fault.to_string() }));
                }
            }
            WalkState::Continue
        })
    });
    Totals { files: files.into_inner(), bytes: bytes.into_inner(), ..Totals::default() }
}

/// Looks through standard input, or anything else that is read once.
pub fn input(scanner: &Scanner, reader: &mut dyn Read, told: &(dyn Fn(Told) + Sync)) -> Totals {
    let mut counted = Counted { reader, bytes: 0 };
    let mut worker = Worker { scanner, buffer: Buffer::new(), told };
    // What is read once has no length that a budget could go by: it has that of a long file.
    worker.content(&Origin::of("(stdin)"), &mut counted, &Budget::of(INPUT));
    Totals { files: 1, bytes: counted.bytes, ..Totals::default() }
}

/// Looks through one entry of a tree: its length, if it is a file that could be opened.
fn of_entry(worker: &mut Worker<'_>, entry: &DirEntry) -> Option<u64> {
    let (path, walked) = (entry.path(), entry.depth() > 0);
    let kind = entry.file_type()?;
    if kind.is_dir() || (walked && kind.is_symlink()) {
        return None;
    }
    of_path(worker, path, walked)
}

fn of_path(worker: &mut Worker<'_>, path: &Path, walked: bool) -> Option<u64> {
    let origin = Origin::of(path.to_string_lossy());
    match file::open(path, walked) {
        Ok((file, length)) => {
            worker.file(&origin, file, length);
            Some(length)
        }
        Err(fault) => {
            worker.trouble(&origin, &format!("skipped: {fault}"));
            None
        }
    }
}

/// Counts what passes.
struct Counted<'a> {
    reader: &'a mut dyn Read,
    bytes: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(room)?;
        self.bytes += read as u64;
        Ok(read)
    }
}
