//! Content that is not read in one go: its directory is at its end, or it is read twice, once for its text and once as it is.

use std::collections::HashSet;
use std::io::{self, Cursor, Read, Seek};

use zeroize::Zeroizing;

use super::budget::Budget;
use super::content::{HELD, Worker};
use super::joined::{Joined, Marks, Pieces};
use super::kind::Kind;
use super::{rtf, sevenz, zipped};
use crate::document::{Document, Documents};
use crate::finding::Finding;
use crate::place::Origin;
use crate::told::Told;

/// The most that is read of a file that says that it is empty.
const UNSAID: u64 = 1 << 20;

impl Worker<'_> {
    /// Opens a file, or what is held.
    pub(super) fn sought(
        &mut self,
        kind: Kind,
        origin: &Origin,
        mut source: impl Read + Seek,
        budget: &Budget,
    ) {
        let documents = self.scanner.documents();
        match kind {
            Kind::Zip => zipped::zip(self, origin, &mut source, budget),
            Kind::Program => zipped::program(self, origin, &mut source, budget),
            Kind::SevenZip => sevenz::sevenz(self, origin, source, budget),
            Kind::Rtf => {
                self.twice(origin, &mut source, budget, |source| Ok(Some(Box::new(rtf::Text::of(source)))));
            }
            Kind::Document(kind) => {
                self.twice(origin, &mut source, budget, |source| read(kind, documents, source));
            }
            _ => self.plain(origin, &mut source),
        }
    }

    /// Holds content that is inside of something else, if it is not too long, and opens it.
    pub(super) fn held(&mut self, kind: Kind, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
        let mut held = Zeroizing::new(Vec::new());
        match (&mut *reader).take(HELD).read_to_end(&mut held) {
            Ok(read) if read as u64 == HELD => {
                // Behind few programs stands an archive.
                if kind != Kind::Program {
                    self.trouble(origin, "it is more than 32 MiB inside of something else, and not opened");
                }
                self.plain(origin, &mut Cursor::new(held.as_slice()).chain(reader));
            }
            Ok(_) => self.sought(kind, origin, Cursor::new(held.as_slice()), budget),
            Err(fault) => {
                self.trouble(origin, &format!("it could not be read to its end: {fault}"));
                self.plain(origin, &mut held.as_slice());
            }
        }
    }

    /// Looks through what says that it is empty, and is not: files of the system, and of programs.
    pub(super) fn unsaid(&mut self, origin: &Origin, source: &mut dyn Read, budget: &Budget) {
        self.content(origin, &mut (&mut *source).take(UNSAID), budget);
        if source.read(&mut [0]).is_ok_and(|more| more > 0) {
            self.trouble(origin, "it says that it is empty, and has more than 1 MiB; the rest was not read");
        }
    }

    /// Looks through the text of a document, then through what it is made of, and tells no code of it twice.
    fn twice<S: Read + Seek>(
        &mut self,
        origin: &Origin,
        source: &mut S,
        budget: &Budget,
        open: impl for<'s> FnOnce(&'s mut S) -> io::Result<Option<Box<dyn Pieces + 's>>>,
    ) {
        let mut found = HashSet::new();
        let done = open(source).and_then(|pieces| match pieces {
            Some(pieces) => self.joined(origin, budget, pieces, &mut |finding| {
                found.insert(finding.digest.clone());
            }),
            None => Ok(()),
        });
        if let Err(fault) = done {
            self.trouble(origin, &format!("not all of its text was read: {fault}"));
        }
        if let Err(fault) = source.rewind() {
            return self.trouble(origin, &format!("it could not be read: {fault}"));
        }
        let told = self.told;
        let done = self.scanner.piece(origin, source, &mut self.buffer, &mut |finding| {
            if !found.contains(&finding.digest) {
                told(Told::Found(finding));
            }
        });
        if let Err(fault) = done {
            self.trouble(origin, &format!("it could not be read to its end: {fault}"));
        }
    }

    /// Looks through text that is put together from pieces. `seen` sees what is told.
    ///
    /// # Errors
    /// What reading it gave; what was found until then has been told.
    pub(super) fn joined(
        &mut self,
        origin: &Origin,
        budget: &Budget,
        pieces: impl Pieces,
        seen: &mut dyn FnMut(&Finding),
    ) -> io::Result<()> {
        let (marks, told) = (Marks::default(), self.told);
        let mut text = budget.metered(Joined::of(pieces, &marks));
        self.scanner.piece(origin, &mut text, &mut self.buffer, &mut |mut finding| {
            marks.settle(&mut finding.place);
            seen(&finding);
            told(Told::Found(finding));
        })
    }
}

/// The text of a document, if somebody reads it. Values of a database stand in it as they are; those of a PDF are packed.
fn read<'s>(
    kind: Document,
    documents: Option<&dyn Documents>,
    source: &'s mut dyn Read,
) -> io::Result<Option<Box<dyn Pieces + 's>>> {
    match documents {
        Some(documents) if documents.reads(kind) => {
            documents.read(kind, source).map(|pieces| Some(pieces as _))
        }
        _ if kind == Document::Pdf => Err(io::Error::other("it is a PDF, which is not opened")),
        _ => Ok(None),
    }
}
