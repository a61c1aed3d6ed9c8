//! The scanner's side: starts the program again for each document, and reads what it gives.

use std::io::{self, Read};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use postern_scan::{Document, Documents, Pieces};

use crate::frame::Frames;
use crate::lines::Lines;
use crate::running::Running;

/// The longest that a document takes, from the first byte that its reader is given to its end. Its processor time ends before.
const PATIENCE: Duration = Duration::from_secs(120);

/// Reads documents in processes of their own.
pub struct Apart {
    program: PathBuf,
    arguments: Vec<&'static str>,
    pictures: bool,
    patience: Duration,
}

impl Apart {
    /// Starts that program with these arguments and the name of the kind of document: there it calls
    /// [`child`](fn@crate::child). Pictures are read where that is asked for.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<&'static str>, pictures: bool) -> Self {
        Self { program, arguments, pictures, patience: PATIENCE }
    }
}

impl Documents for Apart {
    fn reads(&self, document: Document) -> bool {
        document != Document::Picture || self.pictures
    }

    fn read(&self, document: Document, content: &mut dyn Read) -> io::Result<Box<dyn Pieces>> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(document.name());
        // What this process knows from its environment is none of the reader's business.
        let path = std::env::var_os("PATH");
        command.env_clear().envs(path.map(|path| ("PATH", path)));
        let mut running = Running::of(&mut command, self.patience)?;
        running.give(content)?;
        Ok(match document {
            Document::Picture => Box::new(Lines::of(running)),
            Document::Pdf | Document::Sqlite => Box::new(Frames::of(running)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::time::Duration;

    use postern_scan::{Document, Documents as _};
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::process::{Pid, PidfdFlags, pidfd_open};

    use super::Apart;

    /// More than a pipe holds.
    const LONG: usize = 1 << 20;
    /// For readers that never end by themselves, and for those that do.
    const SHORT: Duration = Duration::from_millis(300);
    const AMPLE: Duration = Duration::from_secs(60);

    /// What a reader gives that is this script, with a look at each line as it comes, and how it ended.
    fn read(
        script: &'static str,
        length: usize,
        patience: Duration,
        mut look: impl FnMut(&str),
    ) -> Result<(), String> {
        let apart = Apart { patience, ..Apart::new("/bin/sh".into(), vec!["-c", script], true) };
        let mut content = Cursor::new(vec![b'x'; length]);
        let mut pieces = apart.read(Document::Picture, &mut content).map_err(|fault| fault.to_string())?;
        let mut text = Vec::new();
        while pieces.next(&mut text).map_err(|fault| fault.to_string())?.is_some() {
            look(std::str::from_utf8(&text).unwrap());
            text.clear();
        }
        Ok(())
    }

    fn late(script: &'static str, length: usize) -> bool {
        read(script, length, SHORT, |_| {}).is_err_and(|why| why.contains("takes too long"))
    }

    #[test]
    fn a_reader_that_never_reads_is_ended() {
        assert!(late("exec sleep 1000", LONG));
    }

    #[test]
    fn a_reader_that_stays_behind_its_last_word_is_ended() {
        assert!(late("cat >/dev/null; exec 1>&-; exec sleep 1000", 1));
        // Also where it has closed both streams, or another process holds the one of its words.
        assert!(late("cat >/dev/null; exec 1>&- 2>&-; exec sleep 1000", 1));
        assert!(late("cat >/dev/null; exec 1>&-; sleep 1000 & wait", 1));
    }

    #[test]
    fn a_reader_that_goes_on_without_end_is_ended() {
        assert!(late("cat >/dev/null; while :; do echo x; sleep 0.02; done", 1));
        assert!(late("cat >/dev/null; while :; do echo x >&2; sleep 0.02; done", 1));
    }

    #[test]
    fn one_time_is_for_giving_and_reading_together() {
        // Each step by itself would be quick enough.
        assert!(late("sleep 0.2; cat >/dev/null; sleep 0.2; echo x", LONG));
        assert_eq!(read("sleep 0.2; cat >/dev/null; sleep 0.2; echo x", LONG, AMPLE, |_| {}), Ok(()));
    }

    #[test]
    fn many_words_keep_no_reader_waiting_and_its_first_line_is_told() {
        let mut lines = Vec::new();
        let script = "cat >/dev/null; head -c 1000000 /dev/zero >&2; echo done";
        assert_eq!(read(script, LONG, AMPLE, |line| lines.push(line.to_owned())), Ok(()));
        assert_eq!(lines, ["done"]);
        let script = "cat >/dev/null; printf 'torn\\nmore\\n' >&2; exit 1";
        assert_eq!(read(script, 1, AMPLE, |_| {}), Err("torn".to_owned()));
    }

    /// Whether the process that a line names has ended with the reader.
    fn ends(script: &'static str, patience: Duration) -> bool {
        let mut number = None;
        let _ = read(script, 1, patience, |line| number = Pid::from_raw(line.parse().unwrap()));
        let Ok(process) = pidfd_open(number.unwrap(), PidfdFlags::empty()) else { return true };
        let long = Timespec { tv_sec: 20, tv_nsec: 0 };
        poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&long)).unwrap() == 1
    }

    #[test]
    fn what_a_reader_started_ends_with_it() {
        assert!(ends("cat >/dev/null; sleep 1000 & echo $!; wait", 10 * SHORT));
        // Also where the reader came to its end.
        assert!(ends("cat >/dev/null; sleep 1000 >/dev/null 2>&1 & echo $!", AMPLE));
    }
}
