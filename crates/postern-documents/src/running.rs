//! A reader that runs: what it gives, why it ended, and its end if nobody listens any more.

use std::io::{self, BufRead as _, BufReader, Read};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStderr, ChildStdout, ExitStatus};

use postern_scan::{Pieces, Spot};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use zeroize::Zeroizing;

/// The longest that a reader may say nothing. Its processor time ends before.
const SILENCE: Timespec = Timespec { tv_sec: 120, tv_nsec: 0 };
/// The most that is read of what it says went wrong.
const WORDS: u64 = 300;

/// A process that reads a document.
pub(crate) struct Running {
    child: Child,
    out: ChildStdout,
    words: ChildStderr,
    ended: bool,
}

impl Running {
    pub(crate) fn of(mut child: Child) -> io::Result<Self> {
        match (child.stdout.take(), child.stderr.take()) {
            (Some(out), Some(words)) => Ok(Self { child, out, words, ended: false }),
            _ => Err(io::Error::other("its reader has no streams")),
        }
    }

    /// Gives it the document. It reads all of it before it writes.
    pub(crate) fn give(&mut self, content: &mut dyn Read) -> io::Result<()> {
        let Some(mut to) = self.child.stdin.take() else { return Ok(()) };
        match io::copy(content, &mut to) {
            // It has ended, and will say why.
            Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            given => given.map(|_| ()),
        }
    }

    /// Waits until there is something to read.
    fn wait(&self) -> io::Result<()> {
        let mut out = [PollFd::new(&self.out, PollFlags::IN)];
        match poll(&mut out, Some(&SILENCE)) {
            Ok(0) => Err(io::Error::other("its reader says nothing, and was ended")),
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Why it ended, if not because it was done.
    fn end(&mut self) -> io::Result<()> {
        self.ended = true;
        let mut words = String::new();
        // What is no text says nothing.
        let _ = Read::by_ref(&mut self.words).take(WORDS).read_to_string(&mut words);
        let status = self.child.wait()?;
        if status.success() {
            return Ok(());
        }
        Err(io::Error::other(why(status, words.lines().next().unwrap_or_default())))
    }
}

/// In words why a reader did not come to its end.
fn why(status: ExitStatus, words: &str) -> String {
    match status.signal() {
        Some(signal) if [Signal::XCPU.as_raw(), Signal::KILL.as_raw()].contains(&signal) => {
            "it takes more processor time than a document may".to_owned()
        }
        Some(signal) if [Signal::ABORT.as_raw(), Signal::SEGV.as_raw()].contains(&signal) => {
            "it takes more memory than a document may, or its reader failed".to_owned()
        }
        _ if words.is_empty() => "its reader failed".to_owned(),
        _ => words.to_owned(),
    }
}

impl Read for Running {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        self.wait()?;
        let read = self.out.read(room)?;
        if read == 0 && !room.is_empty() {
            self.end()?;
        }
        Ok(read)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            // It may have ended meanwhile.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Text without places: each line is a piece.
pub(crate) struct Lines {
    source: BufReader<Running>,
    number: u64,
}

/// The longest line.
const LINE: u64 = 1 << 20;

impl Lines {
    pub(crate) fn of(running: Running) -> Self {
        Self { source: BufReader::new(running), number: 0 }
    }
}

impl Pieces for Lines {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        let mut line = Zeroizing::new(Vec::new());
        if Read::by_ref(&mut self.source).take(LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(&line));
        Ok(Some(Spot { line: Some(self.number), ..Spot::default() }))
    }
}
