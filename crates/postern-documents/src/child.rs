//! The process that reads one document: limits first, then standard input to its end, then pieces of text.

use std::io::{self, BufWriter, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use postern_scan::{Document, Spot};
use zeroize::Zeroizing;

use crate::{frame, limits, pdf, sqlite};

/// The longest document: 64 MiB.
const LONGEST: u64 = 64 << 20;

/// Takes a piece of text, and where it stands.
pub(crate) type Take<'a> = dyn FnMut(Spot, &[u8]) -> io::Result<()> + 'a;

/// Reads a document from standard input, and writes its text to standard output. What went wrong goes to standard error,
/// in one line.
#[must_use]
pub fn child(document: Document) -> ExitCode {
    match limits::take(document).and_then(|()| read(document)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let _ = writeln!(io::stderr().lock(), "{fault}");
            ExitCode::FAILURE
        }
    }
}

fn read(document: Document) -> io::Result<()> {
    if document == Document::Picture {
        return Err(recognise());
    }
    let mut content = Zeroizing::new(Vec::new());
    io::stdin().lock().take(LONGEST + 1).read_to_end(&mut content)?;
    if content.len() as u64 > LONGEST {
        return Err(io::Error::other("it is longer than 64 MiB"));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut take = |spot: Spot, text: &[u8]| frame::write(&mut out, &spot, text);
    match document {
        Document::Pdf => pdf::read(&content, &mut take)?,
        _ => sqlite::read(&mut content, &mut take)?,
    }
    out.flush()
}

/// Becomes the program that recognises text, under the limits that were taken on. It comes back only if that failed.
fn recognise() -> io::Error {
    let fault = Command::new("tesseract").args(["stdin", "stdout"]).env("OMP_THREAD_LIMIT", "1").exec();
    io::Error::other(format!("tesseract could not be started: {fault}"))
}
