//! How long one waits for a reader, and what it says meanwhile: one point in time for everything that it does.

use std::io::{self, Read as _, Write};
use std::os::fd::AsFd;
use std::process::{ChildStderr, ChildStdin};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// The most bytes that are kept of what it says went wrong. The rest is read and forgotten, so that it never waits for us.
const WORDS: usize = 300;

/// Waits for a reader until a point in time.
pub(crate) struct Waiting {
    until: Instant,
    words: Option<ChildStderr>,
    said: Vec<u8>,
}

impl Waiting {
    /// From now on, that long.
    pub(crate) fn of(patience: Duration, words: ChildStderr) -> Self {
        Self { until: now() + patience, words: Some(words), said: Vec::new() }
    }

    /// Waits until that is ready.
    ///
    /// # Errors
    /// That it took too long.
    pub(crate) fn ready(&mut self, what: impl AsFd, how: PollFlags) -> io::Result<()> {
        loop {
            let left = self.until.saturating_duration_since(now());
            if left.is_zero() {
                return Err(io::Error::other("its reader takes too long, and was ended"));
            }
            let what = PollFd::new(&what, how);
            if self.poll(Some(what), left)? {
                return Ok(());
            }
        }
    }

    /// What it said, once it has ended. Whoever it left behind may hold the stream, and is not waited for.
    pub(crate) fn said(&mut self) -> String {
        let mut before = None;
        while before != Some(self.said.len()) && self.said.len() < WORDS {
            before = Some(self.said.len());
            // What cannot be read says nothing.
            let _ = self.poll(None, Duration::ZERO);
        }
        String::from_utf8_lossy(&self.said).into_owned()
    }

    /// Waits that long for it and for words, and hears these; whether it is ready.
    fn poll(&mut self, what: Option<PollFd<'_>>, left: Duration) -> io::Result<bool> {
        let words = self.words.as_ref().map(|words| PollFd::new(words, PollFlags::IN));
        let (asked, listens) = (what.is_some(), words.is_some());
        let mut all: Vec<PollFd<'_>> = what.into_iter().chain(words).collect();
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut all, Some(&left)) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(false),
            Err(fault) => return Err(fault.into()),
        }
        let is_ready = |one: Option<&PollFd<'_>>| one.is_some_and(|one| !one.revents().is_empty());
        let (ready, speaks) = (asked && is_ready(all.first()), listens && is_ready(all.last()));
        if speaks {
            self.hear();
        }
        Ok(ready)
    }

    /// Takes in what it says. It does not wait: something is there, or the stream has ended.
    fn hear(&mut self) {
        let mut some = [0; 4096];
        match self.words.as_mut().map_or(Ok(0), |words| words.read(&mut some)) {
            Ok(0) | Err(_) => self.words = None,
            Ok(read) => self.said.extend(some.iter().take(read.min(WORDS.saturating_sub(self.said.len())))),
        }
    }
}

/// A clock that is never set.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long another process takes; no code is judged by it"
)]
fn now() -> Instant {
    Instant::now()
}

/// The way into a reader.
pub(crate) struct Entry<'a> {
    to: ChildStdin,
    waiting: &'a mut Waiting,
}

impl<'a> Entry<'a> {
    /// Writes as much as there is room for, and waits for more.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn of(to: ChildStdin, waiting: &'a mut Waiting) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&to, true)?;
        Ok(Self { to, waiting })
    }
}

impl Write for Entry<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.waiting.ready(&self.to, PollFlags::OUT)?;
            match self.to.write(bytes) {
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {}
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
