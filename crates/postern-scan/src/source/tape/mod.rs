//! Tar archives, looked through to their last byte: members of every type, what their headers say, and what stands
//! between members or behind the end.
//!
//! Of the crate `tar` only the header is taken. Its reader ends at the first empty block, and takes names as long as
//! the archive.

mod blocks;
mod told;

use std::io::{self, Cursor, Read};

use tar::Header;

use self::blocks::{BLOCK, Between, Blocks};
use self::told::Told;
use super::budget::Budget;
use super::content::Worker;
use super::fault::{Discreet, said};
use super::kind::Kind;
use crate::place::Origin;

/// Looks through everything in a tar archive.
pub(super) fn tar(worker: &mut Worker<'_>, origin: &Origin, reader: &mut dyn Read, budget: &Budget) {
    let mut tape = Tape { worker, origin, budget, told: Told::default(), is_begun: false, may_be: None };
    let done = Blocks::of(Discreet(reader)).and_then(|mut blocks| tape.all(&mut blocks));
    if let Err(fault) = done {
        tape.worker.trouble(origin, &format!("the archive could not be read to its end: {fault}"));
    }
    if let Some(name) = tape.told.left() {
        tape.worker.plain(&origin.part("a name"), &mut name.as_bytes());
    }
}

struct Tape<'a, 'w> {
    worker: &'a mut Worker<'w>,
    origin: &'a Origin,
    budget: &'a Budget,
    told: Told,
    /// Whether a header was there.
    is_begun: bool,
    /// The length of what may stand here and is no header: behind the end, or if a link has data nevertheless.
    may_be: Option<u64>,
}

impl Tape<'_, '_> {
    fn all<R: Read>(&mut self, blocks: &mut Blocks<R>) -> io::Result<()> {
        while !blocks.is_end() {
            let header = blocks.header().cloned();
            self.is_begun |= header.is_some();
            match header {
                Some(header) if Told::is_of(header.entry_type()) => self.header(&header, blocks)?,
                Some(header) => {
                    if !self.member(&header, blocks)? {
                        return Ok(());
                    }
                }
                None if blocks.is_zero() => {
                    self.may_be = Some(u64::MAX);
                    blocks.advance()?;
                }
                None => self.other(blocks)?,
            }
        }
        Ok(())
    }

    /// What says something of the next member.
    fn header<R: Read>(&mut self, header: &Header, blocks: &mut Blocks<R>) -> io::Result<()> {
        let origin = self.origin.part("a header");
        let length = header.entry_size()?;
        let mut data = blocks.data(length);
        let text = self.told.hear(header.entry_type(), &mut data)?;
        // What is longer than is held is looked through as it stands.
        let mut rest = Cursor::new(text).chain(&mut data);
        self.worker.plain(&origin, &mut rest);
        self.end(&origin, length, data.limit(), blocks)
    }

    /// A member; whether there may be more.
    fn member<R: Read>(&mut self, header: &Header, blocks: &mut Blocks<R>) -> io::Result<bool> {
        let (name, said) = self.told.member(header);
        let inner = self.worker.part(self.origin, &name);
        if !self.worker.may_open(&inner, self.budget) {
            return Ok(false);
        }
        if let Some(link) = header.link_name_bytes().filter(|link| !link.is_empty()) {
            let link = String::from_utf8_lossy(&link);
            self.worker.scanner.name(&link, &inner.part("its link"), self.worker.told);
        }
        blocks.skip_map(header)?;
        self.may_be = has_no_data(header).then_some(said).filter(|length| *length > 0);
        let length = if has_no_data(header) { 0 } else { said };
        let mut data = blocks.data(length);
        self.worker.content(&inner, &mut data, self.budget);
        io::copy(&mut data, &mut io::sink())?;
        let left = data.limit();
        self.end(&inner, length, left, blocks)?;
        Ok(true)
    }

    /// What fills up a member's last block, and goes on to the next.
    fn end<R: Read>(
        &mut self,
        origin: &Origin,
        length: u64,
        left: u64,
        blocks: &mut Blocks<R>,
    ) -> io::Result<()> {
        if left > 0 {
            return Err(said("it is cut off"));
        }
        self.padding(origin, &mut blocks.data(padding(length)))?;
        blocks.advance()
    }

    fn padding(&mut self, origin: &Origin, padding: &mut dyn Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        padding.read_to_end(&mut bytes)?;
        if bytes.iter().any(|byte| *byte != 0) {
            self.worker.plain(&origin.part("behind it"), &mut bytes.as_slice());
        }
        Ok(())
    }

    /// What is no member, up to the next one.
    fn other<R: Read>(&mut self, blocks: &mut Blocks<R>) -> io::Result<()> {
        let origin = if self.is_begun { self.origin.part("between members") } else { self.origin.clone() };
        let length = self.may_be.take().unwrap_or(0);
        if length == 0 {
            self.worker.trouble(
                self.origin,
                "a header of the archive is damaged; what follows is read as it stands",
            );
        }
        let is_tar = Kind::of(blocks.bytes()) == Kind::Tar;
        let mut between = Between::of(blocks);
        let mut data = (&mut between).take(if length == 0 { u64::MAX } else { length });
        if is_tar {
            self.worker.plain(&origin, &mut data);
        } else {
            self.worker.content(&origin, &mut data, self.budget);
        }
        io::copy(&mut data, &mut io::sink())?;
        self.padding(&origin, &mut between.by_ref().take(padding(length)))?;
        between.end()
    }
}

/// How many bytes fill up the last block.
fn padding(length: u64) -> u64 {
    let block = BLOCK as u64;
    (block - length % block) % block
}

/// Links, devices and folders have no data, whatever length they say. If some follow, they are no header.
fn has_no_data(header: &Header) -> bool {
    matches!(header.entry_type().as_byte(), b'1'..=b'6')
}
