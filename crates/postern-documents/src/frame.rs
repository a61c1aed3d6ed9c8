//! What goes over the pipe: pieces of text, each with its place. Lengths are bounded on both sides; the reader takes
//! nothing on trust.

use std::io::{self, Read, Write};
use std::rc::Rc;

use postern_scan::{Pieces, Spot};

/// The longest name of a part, and the longest text of a piece: 1 MiB.
const PART: usize = 1 << 10;
const TEXT: usize = 1 << 20;

/// Writes a piece. What is too long is cut into several.
///
/// # Errors
/// What the writer gave.
pub fn write(to: &mut impl Write, spot: &Spot, text: &[u8]) -> io::Result<()> {
    let part = spot.part.as_deref().unwrap_or_default().as_bytes();
    let part = part.get(..PART).unwrap_or(part);
    for text in text.chunks(TEXT) {
        to.write_all(&u32::try_from(part.len()).unwrap_or_default().to_le_bytes())?;
        to.write_all(&u32::try_from(text.len()).unwrap_or_default().to_le_bytes())?;
        // No line and no column has the number 0.
        to.write_all(&spot.line.unwrap_or_default().to_le_bytes())?;
        to.write_all(&spot.column.unwrap_or_default().to_le_bytes())?;
        to.write_all(part)?;
        to.write_all(text)?;
    }
    Ok(())
}

/// Pieces read from a pipe.
pub struct Frames<R> {
    source: R,
    part: Option<Rc<str>>,
}

impl<R: Read> Frames<R> {
    /// Those that somebody writes.
    pub fn of(source: R) -> Self {
        Self { source, part: None }
    }

    fn number<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.source.read_exact(&mut bytes).map(|()| bytes)
    }

    fn length(&mut self, most: usize) -> io::Result<usize> {
        let length = usize::try_from(u32::from_le_bytes(self.number()?)).unwrap_or(usize::MAX);
        if length > most { Err(io::Error::other("its reader gave what is no text")) } else { Ok(length) }
    }
}

impl<R: Read> Pieces for Frames<R> {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        let mut first = [0; 1];
        if self.source.read(&mut first)? == 0 {
            return Ok(None);
        }
        let [one] = first;
        let [two, three, four] = self.number()?;
        let named = usize::try_from(u32::from_le_bytes([one, two, three, four])).unwrap_or(usize::MAX);
        if named > PART {
            return Err(io::Error::other("its reader gave what is no text"));
        }
        let length = self.length(TEXT)?;
        let (line, column) = (u64::from_le_bytes(self.number()?), u64::from_le_bytes(self.number()?));
        let mut part = vec![0; named];
        self.source.read_exact(&mut part)?;
        let part = String::from_utf8_lossy(&part);
        // Neighbours share the name of their part.
        if self.part.as_deref() != Some(&*part) {
            self.part = Some(Rc::from(&*part));
        }
        let read = Read::by_ref(&mut self.source).take(length as u64).read_to_end(text)?;
        if read < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let some = |number: u64| (number > 0).then_some(number);
        let part = self.part.clone().filter(|part| !part.is_empty());
        Ok(Some(Spot { part, line: some(line), column: some(column) }))
    }
}

#[cfg(test)]
mod tests {
    use postern_scan::{Pieces as _, Spot};

    use super::{Frames, TEXT, write};

    fn spot(part: Option<&str>, line: Option<u64>, column: Option<u64>) -> Spot {
        Spot { part: part.map(Into::into), line, column }
    }

    #[test]
    fn what_is_written_is_read() {
        let spots = [
            spot(Some("table a"), Some(7), Some(2)),
            spot(None, None, None),
            spot(Some("page 3"), None, None),
        ];
        let mut pipe = Vec::new();
        spots.iter().for_each(|spot| write(&mut pipe, spot, b"text").unwrap());
        write(&mut pipe, &spots[1], &vec![b'x'; TEXT + 1]).unwrap();
        let mut frames = Frames::of(&*pipe);
        let mut text = Vec::new();
        for spot in spots {
            assert_eq!(frames.next(&mut text).unwrap(), Some(spot));
        }
        assert_eq!(text, b"texttexttext");
        for length in [TEXT, 1] {
            text.clear();
            assert!(frames.next(&mut text).unwrap().is_some());
            assert_eq!(text.len(), length);
        }
        assert_eq!(frames.next(&mut text).unwrap(), None);
    }

    #[test]
    fn what_was_not_written_so_is_refused_without_memory_for_it() {
        let mut whole = Vec::new();
        write(&mut whole, &spot(Some("a"), Some(1), None), b"text").unwrap();
        for length in 1..whole.len() {
            assert!(Frames::of(&whole[..length]).next(&mut Vec::new()).is_err(), "{length}");
        }
        for at in [3, 7] {
            let mut long = whole.clone();
            long[at] = 0xff;
            let mut text = Vec::new();
            assert!(Frames::of(&*long).next(&mut text).is_err());
            assert!(text.capacity() < TEXT);
        }
    }
}
