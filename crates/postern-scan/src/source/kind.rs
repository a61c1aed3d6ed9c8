//! What content is, by its first bytes. Names lie, and parts of archives often have none.

use super::closed;
use super::mail::fields;
use crate::document::Document;

/// How many first bytes tell.
pub(super) const HEAD: usize = 512;

/// What content is, as far as it has to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing to be opened: text, or bytes.
    Plain,
    Gzip,
    Zstandard,
    Tar,
    Zip,
    SevenZip,
    Xz,
    Bzip2,
    Rtf,
    /// A program, or a script: an archive may stand behind it.
    Program,
    /// What is read by somebody else, if there is one.
    Document(Document),
    /// Messages one after the other (RFC 4155).
    Mailbox,
    /// One message (RFC 5322).
    Message,
    /// Packed in a way that is not opened; its name.
    Closed(&'static str),
}

impl Kind {
    /// Whether it is not read in one go: what is inside is found from its end, or it is read twice.
    pub(super) fn is_sought(self) -> bool {
        matches!(self, Self::Zip | Self::SevenZip | Self::Rtf | Self::Program | Self::Document(_))
    }

    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            // A frame, or one that is passed over in front of it.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstandard,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Self::SevenZip,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            // A block, or the end of a stream without one.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, ..] => Self::Bzip2,
            [b'{', b'\\', b'r', b't', b'f', ..] => Self::Rtf,
            // An attribute of a Rust file: no program, and there are many.
            [b'#', b'!', b'[', ..] => Self::Plain,
            [0x7f, b'E', b'L', b'F', ..] | [b'M', b'Z', ..] | [b'#', b'!', ..] => Self::Program,
            _ if let Some(name) = closed::name(head) => Self::Closed(name),
            _ if let Some(document) = Document::of(head) => Self::Document(document),
            _ if head.get(257..262) == Some(b"ustar") => Self::Tar,
            _ if fields::is_mailbox(head) => Self::Mailbox,
            _ if fields::is_message(head) => Self::Message,
            _ => Self::Plain,
        }
    }
}

impl Document {
    /// The kind of a document, by its first bytes.
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ if head.starts_with(b"SQLite format 3\0") => Some(Self::Sqlite),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, ..]
            | [0xff, 0xd8, 0xff, ..]
            | [b'I', b'I', b'*', 0, ..]
            | [b'M', b'M', 0, b'*', ..]
            | [b'G', b'I', b'F', b'8', ..]
            | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Picture),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, Kind};

    #[test]
    fn kinds_are_told_by_first_bytes() {
        assert_eq!(Kind::of(b"From me Thu Jan  1 00:00:00 2026\nSubject: x\n"), Kind::Mailbox);
        assert_eq!(Kind::of(b"Received: by a\r\n\twith b\r\n"), Kind::Message);
        assert_eq!(Kind::of(b"MZ\x90\0"), Kind::Program);
        assert_eq!(Kind::of(b"#! /bin/sh\n"), Kind::Program);
        assert_eq!(Kind::of(b"#![no_std]\n"), Kind::Plain);
        assert_eq!(Kind::of(b"PK\x03\x04rest"), Kind::Zip);
        assert_eq!(Kind::of(b"BZh91AY&SY"), Kind::Bzip2);
        assert_eq!(Kind::of(b"%PDF-1.7\n"), Kind::Document(Document::Pdf));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WEBPVP8 "), Kind::Document(Document::Picture));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WAVE"), Kind::Plain);
        assert_eq!(Kind::of(b"Rar!\x1a\x07\x01\0"), Kind::Closed("rar"));
        assert_eq!(Kind::of(b""), Kind::Plain);
    }
}
