//! A reader that runs: what it gives, why it ended, and its end when it takes too long or nobody listens any more.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::event::PollFlags;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use crate::waiting::{Entry, Waiting};

/// A process that reads a document.
pub(crate) struct Running {
    child: Child,
    out: ChildStdout,
    /// Ready when the process has ended.
    end: OwnedFd,
    waiting: Waiting,
    ended: bool,
}

impl Running {
    /// Starts one. It is given the document, read and ended within that time.
    pub(crate) fn of(command: &mut Command, patience: Duration) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: what it starts itself is ended with it.
        let mut child = command.process_group(0).spawn()?;
        let streams = child.stdout.take().zip(child.stderr.take());
        match (streams, pidfd_open(Pid::from_child(&child), PidfdFlags::empty())) {
            (Some((out, words)), Ok(end)) => {
                Ok(Self { child, out, end, waiting: Waiting::of(patience, words), ended: false })
            }
            (_, end) => {
                let _ = stop(&mut child);
                Err(end.map_or_else(io::Error::from, |_| io::Error::other("its reader has no streams")))
            }
        }
    }

    /// Gives it the document. It reads all of it before it writes.
    pub(crate) fn give(&mut self, content: &mut dyn Read) -> io::Result<()> {
        let Some(to) = self.child.stdin.take() else { return Ok(()) };
        match io::copy(content, &mut Entry::of(to, &mut self.waiting)?) {
            // It has ended, and will say why.
            Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            given => given.map(|_| ()),
        }
    }

    fn next(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.waiting.ready(&self.out, PollFlags::IN)?;
        let read = self.out.read(room)?;
        if read == 0 && !room.is_empty() {
            self.end()?;
        }
        Ok(read)
    }

    /// Why it ended, if not because it was done.
    fn end(&mut self) -> io::Result<()> {
        self.waiting.ready(&self.end, PollFlags::IN)?;
        let status = self.stop()?;
        let words = self.waiting.said();
        if status.success() {
            return Ok(());
        }
        Err(io::Error::other(why(status, words.lines().next().unwrap_or_default())))
    }

    fn stop(&mut self) -> io::Result<ExitStatus> {
        self.ended = true;
        stop(&mut self.child)
    }
}

/// Ends it, and whatever it started in its group. Nothing else has the group's number before it was waited for.
fn stop(child: &mut Child) -> io::Result<ExitStatus> {
    // It may have ended meanwhile.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    child.wait()
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
        let read = self.next(room);
        if read.is_err() && !self.ended {
            self.stop()?;
        }
        read
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.stop();
        }
    }
}
