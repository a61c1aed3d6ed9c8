//! Members of a zip archive that no directory names: each has a header of its own, and they follow each other.

use std::io::{Read, SeekFrom};

use zip::read::read_zipfile_from_stream;

use super::{Sought, member_name};
use crate::place::Origin;
use crate::source::budget::Budget;
use crate::source::content::Worker;

/// Looks through members as long as there are some, then through the rest as it stands. Whether there was no rest.
pub(super) fn members(
    worker: &mut Worker<'_>,
    origin: &Origin,
    reader: &mut (dyn Sought + '_),
    budget: &Budget,
) -> bool {
    let (mut at, mut number) = (0, 0);
    while reader.seek(SeekFrom::Start(at)).is_ok() && worker.may_open(origin, budget) {
        // What is left when it is dropped is passed by without being unpacked.
        let mut source = &mut *reader;
        let Ok(Some(member)) = read_zipfile_from_stream(&mut source) else { break };
        let inner = worker.part(origin, &member_name(&member, number));
        worker.content(&inner, &mut budget.unpacked(member), budget);
        number += 1;
        match reader.stream_position() {
            Ok(now) if now > at => at = now,
            _ => break,
        }
    }
    let mut rest = Rest { reader, read: 0 };
    if rest.reader.seek(SeekFrom::Start(at)).is_ok() {
        worker.plain(origin, &mut rest);
    }
    rest.read == 0
}

/// What is left, and how much that was.
struct Rest<'a> {
    reader: &'a mut dyn Sought,
    read: u64,
}

impl Read for Rest<'_> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(room)?;
        self.read += read as u64;
        Ok(read)
    }
}
