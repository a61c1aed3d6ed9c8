//! Exports of chats, tickets, notes and vaults: read as they stand like everything else, and beside it as what they
//! say. So a finding is named by its message or ticket, and a code is found that an export holds in pieces.
//!
//! No reader here holds more than what is open, or refuses more than it must: an export that is broken is plain text
//! from there on.

mod build;
pub(crate) mod fuzzed;
mod json;
mod known;
mod table;
mod text;
mod token;
mod told_by;
mod xml;

use std::io::{Cursor, Read};
use std::rc::Rc;

use zeroize::Zeroizing;

use self::build::Build;
use self::json::Json;
use self::known::Known;
use self::table::Table;
use self::told_by::SEEN;
use self::xml::Xml;
use super::content::Worker;
use super::kind::HEAD;
use crate::decode::View;
use crate::place::Origin;
use crate::record::Record;
use crate::structure::Structure;
use crate::told::Told;

pub(crate) use self::known::Form;
pub(super) use self::told_by::may_be;

/// Whether content with these first bytes, of which there are [`SEEN`] or all, is an export.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    let head = bytes.get(..SEEN).unwrap_or(bytes);
    may_be(bytes.get(..HEAD).unwrap_or(bytes)) && told_by::known(head).is_some()
}

/// Looks through content that may be an export, and is plain text if it is none.
pub(super) fn content(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read) {
    let mut head = Zeroizing::new(Vec::new());
    if let Err(fault) = (&mut *reader).take(SEEN as u64).read_to_end(&mut head) {
        worker.trouble(origin, &format!("it could not be read to its end: {fault}"));
        return worker.plain(origin, &mut head.as_slice());
    }
    let mut whole = Cursor::new(head.as_slice()).chain(reader);
    match Export::told(&head) {
        Some(export) => structured(worker, origin, &mut whole, export),
        None => worker.plain(origin, &mut whole),
    }
}

fn structured(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, mut export: Export) {
    let is_vault = export.build.known().is_vault;
    let origin = if is_vault { origin.in_vault() } else { origin.clone() };
    let (scanner, told) = (worker.scanner, worker.told);
    let done = scanner.structured(&origin, reader, &mut worker.buffer, &mut export, &mut |finding| {
        told(Told::Found(finding));
    });
    match (done, export.end()) {
        (Err(fault), _) => worker.trouble(&origin, &format!("it could not be read to its end: {fault}")),
        (Ok(()), Some(fault)) => worker.trouble(&origin, &fault),
        (Ok(()), None) => {}
    }
}

/// An export while it is read.
struct Export {
    build: Build,
    reader: Reader,
    seen: u64,
    begin: u64,
}

enum Reader {
    Json(Json),
    Xml(Xml),
    Table(Table),
}

impl Export {
    /// The export that these are the first bytes of, if they are of one.
    fn told(head: &[u8]) -> Option<Self> {
        told_by::known(head).map(|known| Self::of(known, head))
    }

    fn of(known: &'static Known, head: &[u8]) -> Self {
        let reader = match known.form {
            Form::Json => Reader::Json(Json::new()),
            Form::Xml => Reader::Xml(Xml::new()),
            Form::Table => Reader::Table(Table::new(head)),
        };
        Self { build: Build::of(known), reader, seen: 0, begin: 0 }
    }

    /// What was wrong with it, in a line, once it has been read to its end.
    fn end(&mut self) -> Option<String> {
        let fault = match &mut self.reader {
            Reader::Json(json) => json.end(&mut self.build),
            Reader::Xml(xml) => xml.end(&mut self.build),
            Reader::Table(table) => table.end(&mut self.build),
        };
        let name = self.build.known().name;
        fault.map(|fault| format!("as an export of {name} it is broken and was read as plain text: {fault}"))
    }
}

impl Structure for Export {
    fn read(&mut self, begin: u64, bytes: &[u8]) {
        self.begin = begin;
        self.build.forget(begin);
        let known = usize::try_from(self.seen.saturating_sub(begin)).unwrap_or(usize::MAX);
        let fresh = bytes.get(known..).unwrap_or_default();
        match &mut self.reader {
            Reader::Json(json) => json.read(fresh, &mut self.build),
            Reader::Xml(xml) => xml.read(fresh, &mut self.build),
            Reader::Table(table) => table.read(fresh, &mut self.build),
        }
        self.seen += fresh.len() as u64;
    }

    fn views(&self) -> Vec<View> {
        self.build.views(self.begin)
    }

    fn record(&self, at: u64) -> Option<Rc<Record>> {
        self.build.at(at)
    }
}
