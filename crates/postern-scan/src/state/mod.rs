//! What a scan has read: so that an interrupted one goes on, and one that watches tells nothing twice. It holds digests
//! of paths and times, and findings as a report has them. Never content, never a code.

mod line;
mod memory;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::line::Line;
use self::memory::Memory;
use crate::finding::Finding;
use crate::place::Origin;
use crate::scanner::Scanner;
use crate::told::Told;

/// The longest file of this kind, 64 MiB: two million files and what was found in them. What is not kept is read again.
const LONGEST: u64 = 64 << 20;
/// The longest line: a file in which more was found is read again.
const LINE: u64 = 1 << 20;

/// Why an earlier state will not do.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// It cannot be read or written.
    #[error("the state of the scan cannot be kept: {0}")]
    File(#[from] io::Error),
    /// Another file, or one of another release.
    #[error("line {0} of the state of the scan is not of this release; remove the file to begin anew")]
    Line(usize),
    /// Two scans would write into each other's.
    #[error("the state of the scan is in use by another scan")]
    InUse,
    /// What was read under other settings says nothing of what these would find.
    #[error(
        "the state of the scan was made with another key, other prefixes or other rules; remove it to begin anew"
    )]
    OtherSettings,
}

/// What has been read, from the scan before and this one.
pub struct State(Mutex<Kept>);

struct Kept {
    memory: Memory,
    file: Option<Journal>,
}

/// A line for each file that was read to its end.
struct Journal {
    file: File,
    length: u64,
    full: bool,
    fault: Option<io::Error>,
}

impl State {
    /// A state that is kept in a file: the one that is there goes on.
    ///
    /// # Errors
    /// [`StateError`] if it cannot be gone on with.
    pub fn open(path: &Path, scanner: &Scanner) -> Result<Self, StateError> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).mode(0o600).open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(StateError::InUse),
            Err(TryLockError::Error(fault)) => return Err(fault.into()),
            Ok(()) => {}
        }
        let mut memory = Memory::default();
        let mut length = load(&file, scanner, &mut memory)?;
        // The last line may have been torn off with the scan.
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        if length == 0 {
            let head = Line::head(scanner);
            file.write_all(head.as_bytes())?;
            length = head.len() as u64;
        }
        let journal = Journal { file, length, full: false, fault: None };
        Ok(Self(Mutex::new(Kept { memory, file: Some(journal) })))
    }

    /// A state that ends with the scan: what was read once is not read again while it is the same.
    #[must_use]
    pub(crate) fn passing() -> Self {
        Self(Mutex::new(Kept { memory: Memory::default(), file: None }))
    }

    /// Whether the file has no room for more. What is not in it is read again.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.kept().file.as_ref().is_some_and(|journal| journal.full)
    }

    /// Ends it: why it could not be written any more, if so.
    ///
    /// # Errors
    /// What writing gave.
    pub fn end(self) -> io::Result<()> {
        let kept = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        kept.file.and_then(|journal| journal.fault).map_or(Ok(()), Err)
    }

    /// What was found in the file of this mark, if it was read to its end.
    pub(crate) fn known(&self, mark: u64, origin: &Origin) -> Option<Vec<Finding>> {
        self.kept().memory.known(mark, origin)
    }

    /// Keeps what this thread tells of a file, until it is done.
    pub(crate) fn hear(&self, told: &Told) {
        self.kept().memory.hear(told);
    }

    /// The file that this thread reads is done.
    pub(crate) fn done(&self, mark: u64) {
        let mut kept = self.kept();
        let Some(found) = kept.memory.done() else { return };
        match &mut kept.file {
            None => kept.memory.keep(mark),
            Some(journal) => journal.write(&Line::of(mark, &found)),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal {
    fn write(&mut self, line: &str) {
        let length = line.len() as u64;
        self.full |= self.length + length > LONGEST;
        if self.full || length > LINE || self.fault.is_some() {
            return;
        }
        self.length += length;
        self.fault = self.file.write_all(line.as_bytes()).err();
    }
}

/// Reads what is there; how long the whole lines are.
fn load(file: &File, scanner: &Scanner, memory: &mut Memory) -> Result<u64, StateError> {
    let mut reader = BufReader::new(file);
    let (mut whole, mut line) = (0, Vec::new());
    for number in 1.. {
        line.clear();
        let read = io::Read::take(&mut reader, LINE).read_until(b'\n', &mut line)? as u64;
        if line.last() != Some(&b'\n') {
            // Either torn, or no file of ours.
            return if read < LINE && number > 1 || read == 0 {
                Ok(whole)
            } else {
                Err(StateError::Line(number))
            };
        }
        match Line::read(&line).ok_or(StateError::Line(number))? {
            Line::Head { settings } if number == 1 && settings == scanner.settings() => {}
            Line::Head { .. } if number == 1 => return Err(StateError::OtherSettings),
            Line::File { mark, found } if number > 1 => memory.load(mark, found),
            _ => return Err(StateError::Line(number)),
        }
        whole += read;
    }
    Ok(whole)
}
