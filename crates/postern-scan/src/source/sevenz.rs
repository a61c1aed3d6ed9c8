//! 7z archives. Like those of zip they are a file or held in memory; what they ask for to be unpacked is bounded.

use std::io::{Read, Seek};

use sevenz_rust2::{Archive, BlockDecoder, Error, Password};

use super::archive::MEMORY;
use super::budget::Budget;
use super::content::Worker;
use super::fault;
use crate::place::Origin;

/// The most coders that one block goes through, each with memory of its own. Archivers use four at most.
const CODERS: usize = 4;

/// The files in a 7z archive.
pub(super) fn sevenz(
    worker: &mut Worker<'_>,
    origin: &Origin,
    mut reader: impl Read + Seek,
    budget: &Budget,
) {
    let (password, memory) = (Password::empty(), MEMORY as usize);
    let archive = match Archive::read_with_memory_limit(&mut reader, &password, memory) {
        Ok(archive) => archive,
        Err(fault) => {
            worker.trouble(origin, &format!("the 7z could not be read: {}", why(&fault)));
            // It may be none.
            return reader.rewind().map_or((), |()| worker.plain(origin, &mut reader));
        }
    };
    for (number, block) in archive.blocks.iter().enumerate() {
        let done = if block.coders.len() > CODERS {
            Err(Error::from(fault::said("it is packed more than four times over")))
        } else {
            let block =
                BlockDecoder::new_with_memory_limit(1, memory, number, &archive, &password, &mut reader);
            block.for_each_entries(&mut |entry, member| {
                let inner = worker.part(origin, entry.name());
                let may = worker.may_open(&inner, budget);
                if may && !entry.is_directory() {
                    worker.content(&inner, &mut budget.unpacked(member), budget);
                }
                // What is left of a member is unpacked before the next: not for one that may unpack no more.
                Ok(may && budget.is_left())
            })
        };
        if let Err(fault) = done {
            worker
                .trouble(origin, &format!("block {} of the 7z was not opened: {}", number + 1, why(&fault)));
        }
    }
}

/// What went wrong, in words. The library's own quote the archive.
fn why(fault: &Error) -> String {
    match fault {
        Error::MaxMemLimited { actaul_kb, .. } => {
            format!("it asks for {} MiB of memory, and may have {}", actaul_kb >> 10, MEMORY >> 10)
        }
        Error::PasswordRequired | Error::MaybeBadPassword(_) => "it is encrypted".to_owned(),
        Error::UnsupportedCompressionMethod(_) | Error::Unsupported(_) | Error::ExternalUnsupported => {
            "it is encrypted, or packed in a way that is not known here".to_owned()
        }
        Error::ChecksumVerificationFailed | Error::NextHeaderCrcMismatch => {
            "its checksum is wrong".to_owned()
        }
        Error::Io(fault, _) => fault::plain(fault).to_string(),
        _ => "it is malformed".to_owned(),
    }
}
