//! Streams of bzip2, one after the other.

use std::io::{self, BufRead as _, BufReader, Read};

use bzip2::bufread::BzDecoder;

use super::budget::Budget;

/// What streams hold.
pub(super) struct Streams<'a, R: Read> {
    /// What a stream is to be read from. One without content is 14 bytes, for which 3.6 MB of memory may be cleared.
    next: Option<BufReader<R>>,
    decoder: Option<BzDecoder<BufReader<R>>>,
    budget: &'a Budget,
}

impl<'a, R: Read> Streams<'a, R> {
    pub(super) fn of(reader: R, budget: &'a Budget) -> Self {
        Self { next: Some(BufReader::new(reader)), decoder: None, budget }
    }
}

impl<R: Read> Read for Streams<'_, R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(source) = self.next.take() {
                self.budget.decoder()?;
                self.decoder = Some(BzDecoder::new(source));
            }
            let Some(mut decoder) = self.decoder.take() else { return Ok(0) };
            let read = decoder.read(room)?;
            if read > 0 || room.is_empty() {
                self.decoder = Some(decoder);
                return Ok(read);
            }
            let mut source = decoder.into_inner();
            if !source.fill_buf()?.is_empty() {
                self.next = Some(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::Streams;
    use crate::source::budget::Budget;

    #[test]
    fn streams_of_nothing_have_an_end() {
        let nothing = b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0";
        let read = |count| {
            let (streams, budget) = (nothing.repeat(count), Budget::of(0));
            Streams::of(streams.as_slice(), &budget).read(&mut [0]).map_err(|fault| fault.to_string())
        };
        assert_eq!(read(1_000), Ok(0));
        assert!(read(1_100).unwrap_err().contains("in more pieces"));
    }
}
