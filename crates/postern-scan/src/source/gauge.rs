//! How far a scan is, and a way to end it before its end.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::io::Errno;

use super::fault;
use super::tree::walk;

/// Shared with the thread that shows it.
#[derive(Default)]
pub struct Gauge {
    done: AtomicU64,
    all: AtomicU64,
    stopped: AtomicBool,
}

impl Gauge {
    /// Walks the trees and adds up how many bytes there are. It knows more while it goes on.
    pub fn count(&self, paths: &[PathBuf]) {
        let Some(walk) = walk(paths) else { return };
        for entry in walk.build().flatten() {
            if self.is_stopped() {
                return;
            }
            let length =
                entry.metadata().ok().filter(std::fs::Metadata::is_file).map(|metadata| metadata.len());
            self.expect(length.unwrap_or_default());
        }
    }

    /// Bytes that are done, and all that are known.
    #[must_use]
    pub fn now(&self) -> (u64, u64) {
        let done = self.done.load(Ordering::Relaxed);
        (done, self.all.load(Ordering::Relaxed).max(done))
    }

    /// Ends the scan: nothing more is opened, and what is open is not read to its end.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// So many more bytes are to be done.
    pub(super) fn expect(&self, bytes: u64) {
        self.all.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many more are done.
    pub(super) fn add(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// How long a file is that is asked for its holes: 64 MiB.
const LONG: u64 = 64 << 20;

/// A file whose reading is counted.
pub(super) struct Measured<'a> {
    file: File,
    gauge: &'a Gauge,
    left: u64,
}

impl<'a> Measured<'a> {
    pub(super) fn of(file: File, length: u64, gauge: &'a Gauge) -> Self {
        Self { file, gauge, left: length }
    }
}

impl Measured<'_> {
    /// Whether less than half of a long file is stored: the rest is holes, of which a file may have many tebibytes.
    pub(super) fn has_holes(&self, length: u64) -> bool {
        length >= LONG && self.file.metadata().is_ok_and(|metadata| metadata.blocks() < length / 1024)
    }
}

/// A file without its holes, in which nothing stands.
pub(super) struct Solid<'a>(pub(super) Measured<'a>);

impl Read for Solid<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let at = self.0.stream_position()?;
        match rustix::fs::seek(&self.0.file, rustix::fs::SeekFrom::Data(at)) {
            Ok(_) => self.0.read(room),
            Err(Errno::NXIO) => Ok(0),
            Err(fault) => Err(fault.into()),
        }
    }
}

impl Read for Measured<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.gauge.is_stopped() {
            return Err(fault::said("the scan was ended before"));
        }
        let read = self.file.read(room)?;
        // A part that is read twice counts once.
        let fresh = self.left.min(read as u64);
        self.left -= fresh;
        self.gauge.add(fresh);
        Ok(read)
    }
}

impl Seek for Measured<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        self.gauge.add(self.left);
    }
}
