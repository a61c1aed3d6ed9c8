//! What went wrong, in words of our own: those of a library may quote the content, and with it a code.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Read};

use zip::result::ZipError;

/// Words that may be shown, whatever passes them on.
#[derive(Debug)]
struct Said(Cow<'static, str>);

impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for Said {}

/// A fault of our own.
pub(super) fn said(words: &'static str) -> io::Error {
    io::Error::other(Said(words.into()))
}

/// The same fault in words that may be shown: our own, the system's, or what there is to say of its kind.
pub(super) fn plain(fault: &io::Error) -> io::Error {
    let words = known(fault).unwrap_or_else(|| by_kind(fault.kind()).into());
    io::Error::new(fault.kind(), Said(words))
}

/// What is wrong with a zip.
pub(super) fn of_zip(fault: ZipError) -> io::Error {
    match fault {
        ZipError::Io(fault) => plain(&fault),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            said("it is encrypted")
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => said(UNKNOWN),
        _ => said(DAMAGED),
    }
}

/// What there is to say of any other library's fault.
pub(super) fn of(fault: &(dyn Error + 'static)) -> String {
    or(fault, DAMAGED).to_string()
}

/// What the system says, or we, if a fault comes from there; else these words.
pub(super) fn or(fault: &(dyn Error + 'static), words: &'static str) -> io::Error {
    io::Error::other(Said(in_chain(Some(fault)).unwrap_or_else(|| words.into())))
}

/// What a library's reader gives, its faults in words of our own.
pub(super) struct Discreet<R>(pub(super) R);

impl<R: Read> Read for Discreet<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.0.read(room).map_err(|fault| plain(&fault))
    }
}

const DAMAGED: &str = "it is damaged, or not what it seems to be";
const UNKNOWN: &str = "it is packed in a way that is not known here";

fn by_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnexpectedEof => "it is cut off",
        ErrorKind::OutOfMemory => "it asks for more memory than it may have",
        ErrorKind::Unsupported => UNKNOWN,
        _ => DAMAGED,
    }
}

fn known(fault: &io::Error) -> Option<Cow<'static, str>> {
    match fault.raw_os_error() {
        Some(_) => Some(fault.to_string().into()),
        None => in_chain(fault.get_ref().map(|inner| inner as _)),
    }
}

/// The words that may be shown of the first fault in a chain that has some.
fn in_chain(mut next: Option<&(dyn Error + 'static)>) -> Option<Cow<'static, str>> {
    while let Some(fault) = next {
        if let Some(Said(words)) = fault.downcast_ref() {
            return Some(words.clone());
        }
        match fault.downcast_ref::<io::Error>() {
            Some(fault) => return known(fault),
            None => next = fault.source(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};

    use super::{of, plain, said};

    #[test]
    fn words_of_libraries_are_not_shown_and_others_are() {
        let words = |fault: io::Error| plain(&fault).to_string();
        assert_eq!(words(io::Error::other("PSTN-")), "it is damaged, or not what it seems to be");
        assert_eq!(words(io::Error::new(ErrorKind::UnexpectedEof, "PSTN-")), "it is cut off");
        assert_eq!(words(said("it is ours")), "it is ours");
        assert_eq!(words(io::Error::other(io::Error::other(said("it is ours")))), "it is ours");
        assert_eq!(words(plain(&said("it is ours"))), "it is ours");
        let system = io::Error::from_raw_os_error(5);
        assert_eq!(words(io::Error::from_raw_os_error(5)), system.to_string());
        assert_eq!(of(&io::Error::other(io::Error::from_raw_os_error(5))), system.to_string());
    }
}
