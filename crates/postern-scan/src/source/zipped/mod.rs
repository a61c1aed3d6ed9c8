//! Zip archives, looked through to their last byte. Their directory is at their end, so what is read has to be a file,
//! or held in memory.

mod gaps;
mod loose;

use std::borrow::Cow;
use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::budget::Budget;
use super::content::Worker;
use super::{fault, office};
use crate::place::Origin;

/// What can be read anywhere.
pub(super) trait Sought: Read + Seek {}

impl<R: Read + Seek> Sought for R {}

/// Looks through a zip archive. One without a directory is read member by member, and what is none as it stands.
pub(super) fn zip(worker: &mut Worker<'_>, origin: &Origin, reader: &mut (dyn Sought + '_), budget: &Budget) {
    let why = match ZipArchive::new(&mut *reader) {
        Ok(archive) => return whole(worker, origin, archive, budget),
        Err(fault) => fault::of_zip(fault),
    };
    worker.trouble(origin, &format!("the zip could not be read: {why}"));
    // Its own trouble has been told.
    loose::members(worker, origin, reader, budget);
}

/// Looks through a program, and the archive that may stand behind it.
pub(super) fn program(
    worker: &mut Worker<'_>,
    origin: &Origin,
    reader: &mut (dyn Sought + '_),
    budget: &Budget,
) {
    if let Ok(archive) = ZipArchive::new(&mut *reader) {
        return whole(worker, origin, archive, budget);
    }
    match reader.rewind() {
        Ok(()) => worker.plain(origin, reader),
        Err(fault) => worker.trouble(origin, &format!("it could not be read: {fault}")),
    }
}

/// An archive that has a directory: what that names, then everything else.
fn whole(
    worker: &mut Worker<'_>,
    origin: &Origin,
    mut archive: ZipArchive<&mut (dyn Sought + '_)>,
    budget: &Budget,
) {
    if office::is_one(&mut archive) {
        office::document(worker, origin, &mut archive, budget);
    } else {
        members(worker, origin, &mut archive, budget, &mut |worker, inner, _, member| {
            worker.content(inner, member, budget);
            Ok(())
        });
    }
    gaps::all(worker, origin, archive, budget);
}

/// What looks through a member: it is given its place and its name, and may fail, so that it is read as it is.
pub(super) type Look<'a> = dyn FnMut(&mut Worker<'_>, &Origin, &str, &mut dyn Read) -> io::Result<()> + 'a;

/// Looks through each file of a zip archive. A folder may have content too.
pub(super) fn members<R: Read + Seek>(
    worker: &mut Worker<'_>,
    origin: &Origin,
    archive: &mut ZipArchive<R>,
    budget: &Budget,
    look: &mut Look<'_>,
) {
    for number in 0..archive.len() {
        if !worker.may_open(origin, budget) {
            return;
        }
        let (inner, done) = match archive.by_index(number) {
            Ok(member) => {
                let name = member_name(&member, number);
                let inner = worker.part(origin, &name);
                comment(worker, &inner, member.comment_raw());
                let done = look(worker, &inner, &name, &mut budget.unpacked(member));
                (inner, done)
            }
            Err(fault) => {
                worker.trouble(
                    origin,
                    &format!("member {} could not be opened: {}", number + 1, fault::of_zip(fault)),
                );
                continue;
            }
        };
        let Err(fault) = done else { continue };
        worker.trouble(&inner, &format!("it is not what its name says, and read as it is: {fault}"));
        if let Ok(member) = archive.by_index(number) {
            worker.plain(&inner, &mut budget.unpacked(member));
        }
    }
}

/// Looks through a comment.
fn comment(worker: &mut Worker<'_>, origin: &Origin, mut text: &[u8]) {
    if !text.is_empty() {
        worker.plain(&origin.part("its comment"), &mut text);
    }
}

/// A member's name, or its number if it has none that can be read.
fn member_name<R: Read>(member: &ZipFile<'_, R>, number: usize) -> String {
    member.name().map_or_else(|_| format!("member {}", number + 1), Cow::into_owned)
}
