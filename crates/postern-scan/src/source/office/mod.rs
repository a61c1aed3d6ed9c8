//! Office documents: zip archives whose members are XML. OOXML (docx, xlsx, pptx) and OpenDocument (odt, ods, odp).
//!
//! Their text is cut into runs, often in the middle of a word. It is joined within a paragraph or a cell, so that a place
//! is a paragraph or a cell. Everything else in such an archive is read like any member.

mod book;
mod cells;
pub(crate) mod fuzzed;
mod guard;
mod strings;
mod text;

use std::io::{Read, Seek};

use zip::ZipArchive;

use self::book::Book;
use self::text::Text;
use super::budget::Budget;
use super::content::Worker;
use super::zipped::members;
use crate::place::Origin;

/// The member that only OOXML has.
const TYPES: &str = "[Content_Types].xml";
/// The member that OpenDocument begins with, and how its text begins.
const KIND: (&str, &[u8]) = ("mimetype", b"application/vnd.oasis.opendocument.");

/// Whether an archive is an office document.
pub(super) fn is_one<R: Read + Seek>(archive: &mut ZipArchive<R>) -> bool {
    let (name, kind) = KIND;
    let open = |member: zip::read::ZipFile<'_, R>| {
        let mut start = Vec::new();
        let read = member.take(kind.len() as u64).read_to_end(&mut start);
        read.is_ok() && start == kind
    };
    archive.index_for_name(TYPES).is_some() || archive.by_name(name).is_ok_and(open)
}

/// Looks through a document.
pub(super) fn document<R: Read + Seek>(
    worker: &mut Worker<'_>,
    origin: &Origin,
    archive: &mut ZipArchive<R>,
    budget: &Budget,
) {
    let book = Book::read(archive, budget);
    members(worker, origin, archive, budget, &mut |worker, inner, name, source| {
        if !is_text(name) {
            worker.content(inner, source, budget);
            return Ok(());
        }
        if book.is_held(name) {
            return Ok(());
        }
        let title = book.title(name);
        let sheet = title.map(|title| origin.part(&*title));
        let place = sheet.as_ref().unwrap_or(inner);
        // What cells repeat may be a thousand times longer than what was packed.
        worker.joined(place, budget, Text::of(source, book.strings()), &mut |_| {})
    });
    if let Some(strings) = book.strings() {
        let left = worker.joined(&origin.part(book::STRINGS), budget, strings.left(), &mut |_| {});
        left.unwrap_or_else(|fault| worker.trouble(origin, &format!("not all of it was read: {fault}")));
    }
}

/// Whether a member's text is joined. Relations hold links, in attributes.
fn is_text(name: &str) -> bool {
    [".xml", ".rels"].iter().any(|ending| name.ends_with(ending))
}
