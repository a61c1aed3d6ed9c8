//! What a reader of documents may use. It takes that on itself before it reads the first byte.

use std::io;

use postern_scan::Document;
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

/// What one document may take.
struct Limits {
    /// Bytes of addresses, beyond those that the program has when it starts.
    memory: u64,
    /// Seconds of processor time.
    seconds: u64,
    /// Numbers that a file which is opened may get. The streams have theirs and keep them.
    files: u64,
}

/// Limits of a kind of document.
fn of(document: Document) -> Limits {
    match document {
        // A reader of ours has no use for more than its streams. With 3 it could close one and open a file in its place.
        Document::Pdf | Document::Sqlite => Limits { memory: 512 << 20, seconds: 20, files: 0 },
        // Recognition reads its models.
        Document::Picture => Limits { memory: 1 << 30, seconds: 60, files: 64 },
    }
}

/// Takes the limits on.
///
/// # Errors
/// What the system says. Then nothing is read.
pub(crate) fn take(document: Document) -> io::Result<()> {
    let Limits { memory, seconds, files } = of(document);
    // It is in a group of its own, which no signal of a terminal reaches.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let addresses = addresses()? + memory;
    for (resource, most) in [
        (Resource::As, addresses),
        (Resource::Cpu, seconds),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, files),
        // No process and no thread. The system does not hold root to it.
        (Resource::Nproc, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Bytes of addresses that this process has. An allocator may hold many that it does not use.
fn addresses() -> io::Result<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages = pages.split(' ').next().and_then(|pages| pages.parse::<u64>().ok());
    let pages = pages.ok_or_else(|| io::Error::other("the system does not say how much memory is used"))?;
    Ok(pages.saturating_mul(rustix::param::page_size() as u64))
}
