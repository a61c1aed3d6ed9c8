//! How `postern scan` goes through its paths: with what it shows meanwhile, from where it was interrupted, or for ever.

use std::io::{self, BufWriter, IsTerminal as _, LineWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use postern_scan::{Gauge, Scanner, State, Told, Totals, Walk, Watch, git};

use super::running::Signals;
use crate::arguments::Scan;
use crate::failure::Failure;
use crate::output;
use crate::progress::{Progress, TICK};

/// Standard output beside what is shown of the progress. Line by line where somebody waits for a line.
pub(super) fn standard_output<'a>(progress: &'a Progress, scan: &Scan) -> Box<dyn Write + Send + 'a> {
    let out = Aside { progress, out: io::stdout() };
    if scan.watch || out.out.is_terminal() {
        Box::new(LineWriter::new(out))
    } else {
        Box::new(BufWriter::new(out))
    }
}

struct Aside<'a> {
    progress: &'a Progress,
    out: io::Stdout,
}

impl Write for Aside<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress.aside(|| self.out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Goes through the paths.
pub(super) fn walk(
    scan: &Scan,
    scanner: &Scanner,
    progress: &Progress,
    tell: &(dyn Fn(Told) + Sync),
) -> Result<Totals, Failure> {
    let gauge = Arc::new(Gauge::default());
    if scan.watch {
        return watch(scan, scanner, &gauge, tell);
    }
    let state = scan.resume.as_deref().map(|file| State::open(file, scanner)).transpose();
    let state = state.map_err(|fault| Failure::Usage(fault.to_string()))?;
    let walk = Walk { threads: scan.threads, state: state.as_ref(), gauge: Some(&gauge) };
    let count = || gauge.count(&scan.paths);
    let totals = shown(&gauge, progress, count, || walk.over(scanner, &scan.paths, tell));
    match state {
        Some(state) if state.is_full() => output::message(
            "The state of the scan has no room for more. What is not in it is read again next time.",
        ),
        Some(state) => {
            if let Err(fault) = state.end() {
                output::message(&format!(
                    "The state of the scan could not be kept: {fault}. It is read again next time."
                ));
            }
        }
        None => {}
    }
    Ok(totals)
}

/// Goes through the history of a repository.
pub(super) fn history(
    scanner: &Scanner,
    repository: &Path,
    progress: &Progress,
    tell: &(dyn Fn(Told) + Sync),
) -> Totals {
    let gauge = Gauge::default();
    // It counts while it goes.
    shown(&gauge, progress, || (), || git(scanner, repository, &gauge, tell))
}

/// Does work and shows meanwhile how far it is, where there is a terminal. `count` learns how much there is.
fn shown<T>(gauge: &Gauge, progress: &Progress, count: impl FnOnce() + Send, work: impl FnOnce() -> T) -> T {
    if progress.is_hidden() {
        return work();
    }
    thread::scope(|threads| {
        let (done, waits) = std::sync::mpsc::channel::<()>();
        threads.spawn(count);
        threads.spawn(move || {
            // It ends with the work, which drops the other side.
            while waits.recv_timeout(TICK) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                let (done, all) = gauge.now();
                progress.at(done, all);
            }
        });
        let worked = work();
        let (all, _) = gauge.now();
        progress.at(all, all);
        gauge.stop();
        drop(done);
        worked
    })
}

/// Goes through the folders, then through what changes in them, until a signal comes.
fn watch(
    scan: &Scan,
    scanner: &Scanner,
    gauge: &Arc<Gauge>,
    tell: &(dyn Fn(Told) + Sync),
) -> Result<Totals, Failure> {
    let watch = Watch::begin(&scan.paths).map_err(|fault| Failure::Usage(fault.to_string()))?;
    let (stops, mut hung_up) = Signals::listen()?.apart();
    let stopped = Arc::clone(gauge);
    let listening = tokio::spawn(async move {
        tokio::select! { () = stops.asked() => {}, _ = hung_up.recv() => {} }
        stopped.stop();
    });
    let totals = watch.run(scanner, gauge, tell);
    listening.abort();
    Ok(totals)
}
