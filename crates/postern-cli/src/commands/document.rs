//! Documents of a scan, each read by this program again in a process of its own.

use std::io;
use std::process::ExitCode;

use postern_documents::Apart;
use postern_scan::Document;

/// What is typed for it, by this program alone.
const NAME: &str = "document";

/// Reads one, under limits.
pub(crate) fn run(kind: &str) -> ExitCode {
    Document::named(kind).map_or(ExitCode::from(2), postern_documents::child)
}

/// Who reads documents for a scan.
pub(super) fn readers(pictures: bool) -> io::Result<Apart> {
    Ok(Apart::new(std::env::current_exe()?, vec![NAME], pictures))
}
