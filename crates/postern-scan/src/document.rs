//! Documents whose text somebody else takes out: a port. Readers of PDF, databases and pictures are large, and have had
//! holes; the command line runs them apart, under limits.

use std::io::{self, Read};

use crate::source::Pieces;

/// A kind of document that this crate does not read itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// PDF.
    Pdf,
    /// A database of SQLite.
    Sqlite,
    /// A picture, whose text has to be recognised.
    Picture,
}

impl Document {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Sqlite, Self::Picture];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Sqlite => "sqlite",
            Self::Picture => "picture",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.name() == name)
    }
}

/// Takes the text out of documents.
pub trait Documents: Send + Sync {
    /// Whether it reads documents of this kind.
    fn reads(&self, document: Document) -> bool;

    /// Reads one. The text comes in pieces, each with its place: a page, a row of a table.
    ///
    /// # Errors
    /// Why it could not be read; a piece may say so too.
    fn read(&self, document: Document, content: &mut dyn Read) -> io::Result<Box<dyn Pieces>>;
}
