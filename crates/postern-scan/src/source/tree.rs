//! Trees of files, walked by all processors, and standard input.
//!
//! Hidden files and files that version control ignores are read too: that is where leaked codes stay. Links are not
//! followed, except those named on the command line.

use std::fs::{File, Metadata};
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::budget::Budget;
use super::content::Worker;
use super::file;
use super::gauge::{Gauge, Measured};
use crate::place::Origin;
use crate::scanner::Scanner;
use crate::state::State;
use crate::told::{Told, Totals, Trouble};
use crate::window::Buffer;

/// Bytes that standard input counts as: what it holds may unpack to some gibibytes.
const INPUT: u64 = 32 << 20;

/// How trees are walked.
#[derive(Clone, Copy, Default)]
pub struct Walk<'a> {
    /// Threads; as many as there are processors if none are named.
    pub threads: Option<NonZeroUsize>,
    /// What an earlier scan has read. It is told again and not read again.
    pub state: Option<&'a State>,
    /// How far it is, and a way to end it.
    pub gauge: Option<&'a Gauge>,
}

/// Looks through files and folders. `told` hears of each finding when it is made, from any thread; those of one
/// file come in order.
pub fn trees(scanner: &Scanner, paths: &[PathBuf], told: &(dyn Fn(Told) + Sync)) -> Totals {
    Walk::default().over(scanner, paths, told)
}

impl Walk<'_> {
    /// Looks through files and folders, like [`trees`].
    pub fn over(self, scanner: &Scanner, paths: &[PathBuf], told: &(dyn Fn(Told) + Sync)) -> Totals {
        self.run(scanner, paths, told, false)
    }

    /// Looks through files and folders that nobody named: links among them are not followed, and one that is gone is no
    /// trouble.
    pub(crate) fn over_found(
        self,
        scanner: &Scanner,
        paths: &[PathBuf],
        told: &(dyn Fn(Told) + Sync),
    ) -> Totals {
        let is_there = |path: &&PathBuf| path.symlink_metadata().is_ok_and(|it| it.is_file() || it.is_dir());
        let paths: Vec<PathBuf> = paths.iter().filter(is_there).cloned().collect();
        self.run(scanner, &paths, told, true)
    }

    fn run(self, scanner: &Scanner, paths: &[PathBuf], told: &(dyn Fn(Told) + Sync), found: bool) -> Totals {
        let Some(mut walk) = walk(paths) else { return Totals::default() };
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok());
        walk.threads(threads.map_or(1, usize::from));
        let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let unseen = Gauge::default();
        let gauge = self.gauge.unwrap_or(&unseen);
        let hear = |heard: Told| {
            let heard = scanner.discreet(heard);
            self.state.inspect(|state| state.hear(&heard));
            told(heard);
        };
        let told: &(dyn Fn(Told) + Sync) = &|heard| told(scanner.discreet(heard));
        walk.build_parallel().run(|| {
            let worker = Worker { scanner, buffer: Buffer::new(), told: &hear };
            let mut visit = Visit { worker, gauge, state: self.state, told, found };
            let (files, bytes) = (&files, &bytes);
            Box::new(move |entry| {
                match entry {
                    _ if gauge.is_stopped() => return WalkState::Quit,
                    Ok(entry) => {
                        if let Some(length) = visit.entry(&entry) {
                            files.fetch_add(1, Ordering::Relaxed);
                            bytes.fetch_add(length, Ordering::Relaxed);
                        }
                    }
                    Err(fault) => {
                        let origin = Origin::of("(walk)");
                        told(Told::Trouble(Trouble { origin, why: fault.to_string() }));
                    }
                }
                WalkState::Continue
            })
        });
        Totals { files: files.into_inner(), bytes: bytes.into_inner(), ..Totals::default() }
    }
}

/// A walk over these, if there are any.
pub(crate) fn walk(paths: &[PathBuf]) -> Option<WalkBuilder> {
    let (first, others) = paths.split_first()?;
    let mut walk = WalkBuilder::new(first);
    others.iter().for_each(|path| {
        walk.add(path);
    });
    walk.standard_filters(false).follow_links(false);
    Some(walk)
}

/// Looks through standard input, or anything else of that name that is read once.
pub fn input(scanner: &Scanner, name: &str, reader: &mut dyn Read, told: &(dyn Fn(Told) + Sync)) -> Totals {
    let mut counted = Counted { reader, bytes: 0 };
    let told = |heard: Told| told(scanner.discreet(heard));
    let mut worker = Worker { scanner, buffer: Buffer::new(), told: &told };
    // What is read once has no length that a budget could go by: it has that of a long file.
    worker.content(&Origin::of(name), &mut counted, &Budget::of(INPUT));
    Totals { files: 1, bytes: counted.bytes, ..Totals::default() }
}

/// One thread of a walk.
struct Visit<'a> {
    worker: Worker<'a>,
    gauge: &'a Gauge,
    state: Option<&'a State>,
    told: &'a (dyn Fn(Told) + Sync),
    /// Nobody named the paths.
    found: bool,
}

impl Visit<'_> {
    /// Looks through one entry of a tree: its length, if it is a file that could be opened.
    fn entry(&mut self, entry: &DirEntry) -> Option<u64> {
        let (path, walked) = (entry.path(), self.found || entry.depth() > 0);
        let kind = entry.file_type()?;
        let scanner = self.worker.scanner;
        let origin = Origin::of(path.to_string_lossy());
        scanner.name(&entry.file_name().to_string_lossy(), &origin, self.told);
        if kind.is_dir() || (walked && kind.is_symlink()) {
            return None;
        }
        match file::open(path, walked, kind) {
            Ok((file, metadata)) => {
                self.file(&origin, file, &metadata, || file::sign(path, &metadata));
                Some(metadata.len())
            }
            Err(fault) => {
                let why = format!("skipped: {fault}");
                (self.told)(Told::Trouble(Trouble { origin, why }));
                None
            }
        }
    }

    /// Looks through a file, or tells what was found in it before.
    fn file(&mut self, origin: &Origin, file: File, metadata: &Metadata, sign: impl Fn() -> Vec<u8>) {
        let length = metadata.len();
        let mark = self.state.map(|_| self.worker.scanner.mark(&sign()));
        let known = self.state.zip(mark).and_then(|(state, mark)| state.known(mark, origin));
        match known {
            Some(found) => {
                self.gauge.add(length);
                found.into_iter().for_each(|finding| (self.told)(Told::Found(finding)));
            }
            None => {
                self.worker.file(origin, Measured::of(file, length, self.gauge), length);
                if let (Some((state, mark)), false) = (self.state.zip(mark), self.gauge.is_stopped()) {
                    state.done(mark);
                }
            }
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
