//! XML read event by event, with a bound on how long one event is and on how deep elements are nested.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

use crate::source::fault::{plain, said};

/// The longest text, tag or comment: 8 MiB.
const LONGEST: usize = 8 << 20;
/// The deepest nesting; documents of people have some dozens.
const DEEPEST: usize = 1_000;

/// XML from a reader.
pub(super) struct Events<R: Read> {
    reader: Reader<Guard<R>>,
    buffer: Zeroizing<Vec<u8>>,
    depth: usize,
}

impl<R: Read> Events<R> {
    pub(super) fn of(source: R) -> Self {
        let mut reader = Reader::from_reader(Guard { source: BufReader::new(source), left: LONGEST });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        // What is slightly wrong is read all the same: it is text that counts.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader, buffer: Zeroizing::new(Vec::new()), depth: 0 }
    }

    /// The next event.
    ///
    /// # Errors
    /// What is wrong with the XML, or with reading it.
    pub(super) fn next(&mut self) -> io::Result<Event<'_>> {
        self.buffer.clear();
        self.reader.get_mut().left = LONGEST;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(fault)?;
        match event {
            Event::Start(_) if self.depth == DEEPEST => {
                return Err(said("its elements are nested too deep"));
            }
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(event)
    }
}

/// What went wrong, without what the library quotes of the text.
fn fault(fault: quick_xml::Error) -> io::Error {
    match fault {
        quick_xml::Error::Io(fault) => plain(&fault),
        _ => said("its XML is malformed"),
    }
}

/// Gives no more than is left for one event.
struct Guard<R> {
    source: BufReader<R>,
    left: usize,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.source.read(room)
    }
}

impl<R: Read> BufRead for Guard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(said("a text or a tag in it is longer than 8 MiB"));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
        self.source.consume(bytes);
    }
}
