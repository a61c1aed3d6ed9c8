//! A tar archive as what it is: blocks of 512 bytes, some of which are headers.

use std::io::{self, BufReader, Read, Take};

use tar::{GnuHeader, Header};

/// Bytes of a block.
pub(super) const BLOCK: usize = 512;

/// Blocks, one after the other.
pub(super) struct Blocks<R> {
    reader: BufReader<R>,
    block: [u8; BLOCK],
    filled: usize,
    /// What ended the block that is there before it was whole.
    fault: Option<io::Error>,
}

impl<R: Read> Blocks<R> {
    /// The first block is there.
    pub(super) fn of(reader: R) -> io::Result<Self> {
        let mut blocks = Self { reader: BufReader::new(reader), block: [0; BLOCK], filled: 0, fault: None };
        blocks.advance()?;
        Ok(blocks)
    }

    /// Goes to the next block. The last one may be short, or empty.
    pub(super) fn advance(&mut self) -> io::Result<()> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        self.filled = 0;
        while let Some(room) = self.block.get_mut(self.filled..).filter(|room| !room.is_empty()) {
            match self.reader.read(room) {
                Ok(0) => break,
                Ok(read) => self.filled += read,
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) if self.filled == 0 => return Err(fault),
                Err(fault) => {
                    self.fault = Some(fault);
                    break;
                }
            }
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.block.get(..self.filled).unwrap_or_default()
    }

    /// Whether there are no more.
    pub(super) fn is_end(&self) -> bool {
        self.filled == 0
    }

    /// Whether it is one of those that an archive ends with.
    pub(super) fn is_zero(&self) -> bool {
        self.bytes().iter().all(|byte| *byte == 0)
    }

    /// The header that it is, if its checksum says so.
    pub(super) fn header(&self) -> Option<&Header> {
        if self.filled < self.block.len() || self.is_zero() {
            return None;
        }
        let header = Header::from_byte_slice(&self.block);
        // The checksum itself counts as spaces.
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
        let own = sum(&self.block) - sum(self.block.get(148..156).unwrap_or_default()) + 8 * u32::from(b' ');
        let is_one = header.cksum().is_ok_and(|said| said == own) && header.entry_size().is_ok();
        is_one.then_some(header)
    }

    /// Passes by the blocks behind a header that say where in a file with holes, of the old GNU format, its data belong.
    pub(super) fn skip_map(&mut self, header: &Header) -> io::Result<()> {
        let mut goes_on =
            header.entry_type().is_gnu_sparse() && header.as_gnu().is_some_and(GnuHeader::is_extended);
        while goes_on {
            self.advance()?;
            goes_on = self.bytes().get(504).is_some_and(|more| *more != 0);
        }
        Ok(())
    }

    /// The bytes behind the block.
    pub(super) fn data(&mut self, length: u64) -> Take<&mut BufReader<R>> {
        Read::by_ref(&mut self.reader).take(length)
    }
}

/// What stands from here to the next header.
pub(super) struct Between<'a, R> {
    blocks: &'a mut Blocks<R>,
    given: usize,
}

impl<'a, R: Read> Between<'a, R> {
    pub(super) fn of(blocks: &'a mut Blocks<R>) -> Self {
        Self { blocks, given: 0 }
    }

    /// Goes on behind the last block that was given.
    pub(super) fn end(self) -> io::Result<()> {
        if self.given > 0 { self.blocks.advance() } else { Ok(()) }
    }
}

impl<R: Read> Read for Between<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.given > 0 && self.given == self.blocks.filled {
            self.blocks.advance()?;
            self.given = 0;
        }
        if self.given == 0 && self.blocks.header().is_some() {
            return Ok(0);
        }
        let mut left = self.blocks.bytes().get(self.given..).unwrap_or_default();
        let read = left.read(room)?;
        self.given += read;
        Ok(read)
    }
}
