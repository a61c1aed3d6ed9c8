//! One content, whatever it is inside of: told apart by its first bytes, opened, looked through.

use std::io::{self, BufReader, Cursor, ErrorKind, Read, Seek as _};

use zeroize::Zeroizing;

use super::budget::{Budget, DEPTH};
use super::gauge::{Measured, Solid};
use super::kind::{HEAD, Kind};
use super::{archive, export, mail, tape};
use crate::document::Document;
use crate::place::{NAME, Origin};
use crate::scanner::Scanner;
use crate::told::{Told, Trouble};
use crate::window::Buffer;

/// The longest content inside another that is held in memory as a whole: 32 MiB.
pub(super) const HELD: u64 = 32 << 20;

/// One worker: the memory it uses again and again, and whom it tells.
pub(super) struct Worker<'a> {
    /// What looks.
    pub(super) scanner: &'a Scanner,
    /// Its window's memory.
    pub(super) buffer: Buffer,
    /// Who is told.
    pub(super) told: &'a (dyn Fn(Told) + Sync),
}

impl Worker<'_> {
    /// Looks through a file of that length.
    pub(super) fn file(&mut self, origin: &Origin, mut file: Measured<'_>, length: u64) {
        match self.whole(origin, &mut file, length) {
            Ok(true) => return,
            Ok(false) => {}
            // What can be read of it is told before the fault.
            Err(_) if file.rewind().is_ok() => {}
            Err(fault) => return self.trouble(origin, &format!("it could not be read: {fault}")),
        }
        let budget = Budget::of(length);
        let mut head = Vec::with_capacity(HEAD);
        let read = Read::by_ref(&mut file).take(HEAD as u64).read_to_end(&mut head);
        if let Err(fault) = read.and_then(|_| file.rewind()) {
            return self.trouble(origin, &format!("it could not be read: {fault}"));
        }
        match self.kind(&head) {
            // What is not read in one go.
            kind if kind.is_sought() => self.sought(kind, origin, BufReader::new(file), &budget),
            Kind::Plain if file.has_holes(length) => {
                self.content(origin, &mut Solid(file).take(length), &budget);
            }
            _ if length == 0 && !head.is_empty() => self.unsaid(origin, &mut file, &budget),
            // A file that grows while it is read, such as this scan's own report, is read as it was.
            _ => self.content(origin, &mut file.take(length), &budget),
        }
    }

    /// Reads a file that fits into the window and looks through it there, if there is nothing in it to be opened: most
    /// files are so, and are read once. Otherwise it stands at its begin again.
    fn whole(&mut self, origin: &Origin, file: &mut Measured<'_>, length: u64) -> io::Result<bool> {
        let Some(room) = self.buffer.room(length) else { return Ok(false) };
        let read = filled(file, room)?;
        let bytes = self.buffer.seen(read);
        let is_plain = self.kind(bytes.get(..HEAD).unwrap_or(bytes)) == Kind::Plain && !export::is_one(bytes);
        if is_plain {
            self.scanner.whole(origin, bytes, &mut |finding| (self.told)(Told::Found(finding)));
        } else {
            file.rewind()?;
        }
        Ok(is_plain)
    }

    /// What content is. Pictures are as good as plain where nobody reads them.
    pub(super) fn kind(&self, head: &[u8]) -> Kind {
        match Kind::of(head) {
            Kind::Document(Document::Picture)
                if !self.scanner.documents().is_some_and(|documents| documents.reads(Document::Picture)) =>
            {
                Kind::Plain
            }
            kind => kind,
        }
    }

    /// Opens content and looks through what is in it.
    pub(super) fn content(&mut self, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
        if let Some(name) = origin.parts.last() {
            self.scanner.name(name, origin, self.told);
        }
        let mut head = Zeroizing::new(Vec::with_capacity(HEAD));
        if let Err(fault) = (&mut *reader).take(HEAD as u64).read_to_end(&mut head) {
            self.trouble(origin, &format!("it could not be read to its end: {fault}"));
            return self.plain(origin, &mut head.as_slice());
        }
        let kind = self.kind(&head);
        let mut whole = Cursor::new(head.as_slice()).chain(reader);
        if kind != Kind::Plain && origin.parts.len() >= DEPTH {
            // Behind few programs stands an archive.
            if kind != Kind::Program {
                self.trouble(origin, &format!("it is nested more than {DEPTH} deep, and not opened"));
            }
            return self.plain(origin, &mut whole);
        }
        match kind {
            Kind::Plain if export::may_be(&head) => export::content(self, origin, &mut whole),
            Kind::Plain => self.plain(origin, &mut whole),
            Kind::Gzip => archive::gzip(self, origin, &mut whole, budget),
            Kind::Zstandard => archive::zstandard(self, origin, &mut whole, budget),
            Kind::Tar => tape::tar(self, origin, &mut whole, budget),
            Kind::Xz => archive::xz(self, origin, &mut whole, budget),
            Kind::Bzip2 => archive::bzip2(self, origin, &mut whole, budget),
            Kind::Mailbox => mail::mailbox(self, origin, &mut whole, budget),
            Kind::Message => mail::message(self, origin, &mut whole, budget),
            Kind::Closed(name) => {
                self.trouble(origin, &format!("it is packed as {name}, which is not opened"));
                self.plain(origin, &mut whole);
            }
            Kind::Zip | Kind::SevenZip | Kind::Rtf | Kind::Program | Kind::Document(_) => {
                self.held(kind, origin, &mut whole, budget);
            }
        }
    }

    /// Looks through content as it is.
    pub(super) fn plain(&mut self, origin: &Origin, reader: &mut dyn Read) {
        let told = self.told;
        let done =
            self.scanner.piece(origin, reader, &mut self.buffer, &mut |finding| told(Told::Found(finding)));
        if let Err(fault) = done {
            self.trouble(origin, &format!("it could not be read to its end: {fault}"));
        }
    }

    /// A part of content by its name. What of that is too long to be told with it is looked through here.
    pub(super) fn part(&self, origin: &Origin, name: &str) -> Origin {
        let part = origin.part(name);
        if name.len() > NAME {
            // A code may stand across the cut.
            let rest = name.get(name.floor_char_boundary(NAME - 256)..).unwrap_or_default();
            self.scanner.name(rest, &part, self.told);
        }
        part
    }

    /// Takes one entry of the budget; tells if there is none.
    pub(super) fn may_open(&self, origin: &Origin, budget: &Budget) -> bool {
        let may = budget.entry();
        if !may {
            self.trouble(origin, "it holds more than a file may; the rest of it was not opened");
        }
        may
    }

    /// Tells what was not read.
    pub(super) fn trouble(&self, origin: &Origin, why: &str) {
        (self.told)(Told::Trouble(Trouble { origin: origin.clone(), why: why.to_owned() }));
    }
}

/// Reads until there is no more room or nothing more: how much it was.
fn filled(reader: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(left @ [_, ..]) = room.get_mut(filled..) {
        match reader.read(left) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(filled)
}
