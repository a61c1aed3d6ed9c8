//! What a reader of documents may use. It takes that on itself before it reads the first byte.

use std::io;

use postern_scan::Document;
use rustix::process::{Resource, Rlimit, setrlimit};

/// What one document may take.
struct Limits {
    /// Bytes of addresses, beyond those that the program has when it starts.
    memory: u64,
    /// Seconds of processor time.
    seconds: u64,
    /// Files that are open at a time.
    files: u64,
}

/// Limits of a kind of document.
fn of(document: Document) -> Limits {
    match document {
        // A reader of ours has its three streams, and no use for more.
        Document::Pdf | Document::Sqlite => Limits { memory: 512 << 20, seconds: 20, files: 3 },
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
    let addresses = addresses()? + memory;
    for (resource, most) in [
        (Resource::As, addresses),
        (Resource::Cpu, seconds),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nofile, files),
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
