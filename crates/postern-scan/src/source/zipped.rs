//! Zip archives. Their directory is at their end, so what is read has to be a file, or held in memory.

use std::borrow::Cow;
use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::read::ZipFile;

use super::budget::Budget;
use super::content::Worker;
use super::{fault, office};
use crate::place::Origin;

/// The files in a zip archive.
pub(super) fn zip(worker: &mut Worker<'_>, origin: &Origin, reader: impl Read + Seek, budget: &Budget) {
    let mut archive = match ZipArchive::new(reader) {
        Ok(archive) => archive,
        Err(fault) => {
            return worker.trouble(origin, &format!("the zip could not be read: {}", fault::of_zip(fault)));
        }
    };
    if office::is_one(&mut archive) {
        return office::document(worker, origin, &mut archive, budget);
    }
    members(worker, origin, &mut archive, budget, &mut |worker, inner, _, member| {
        worker.content(inner, member, budget);
        Ok(())
    });
}

/// What looks through a member: it is given its place and its name, and may fail, so that it is read as it is.
pub(super) type Look<'a> = dyn FnMut(&mut Worker<'_>, &Origin, &str, &mut dyn Read) -> io::Result<()> + 'a;

/// Looks through each file of a zip archive.
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
            Ok(member) if member.is_dir() => continue,
            Ok(member) => {
                let name = member_name(&member, number);
                let inner = origin.part(&*name);
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

/// A member's name, or its number if it has none that can be read.
fn member_name<R: Read>(member: &ZipFile<'_, R>, number: usize) -> String {
    member.name().map_or_else(|_| format!("member {}", number + 1), Cow::into_owned)
}
