//! Text that is put together from pieces, each of which has a place of its own: a paragraph, a cell, a row, a page.
//!
//! It is read like any other content, so that codes in neighbouring cells are seen together; a finding is then given
//! the place of the piece that it stands in.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::rc::Rc;

use zeroize::Zeroizing;

use crate::place::Place;
use crate::window::{BODY, MARGIN};

/// Where one piece of text stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The part that it is in, if the content has several: a sheet, a table, a page.
    pub part: Option<Rc<str>>,
    /// What counts as its line: a paragraph, a row. Without it lines are those of the piece.
    pub line: Option<u64>,
    /// What counts as its column: a cell. Without it columns are those of the text.
    pub column: Option<u64>,
}

/// What gives the pieces.
pub trait Pieces {
    /// Adds the text of the next one, and says where it stands. None at the end.
    ///
    /// # Errors
    /// What reading gave; there is nothing after it.
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>>;
}

impl<P: Pieces + ?Sized> Pieces for Box<P> {
    fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
        (**self).next(text)
    }
}

/// Pieces read one after the other, each on lines of its own.
pub(crate) struct Joined<'a, P> {
    pieces: P,
    marks: &'a Marks,
    held: Zeroizing<Vec<u8>>,
    given: usize,
}

impl<'a, P: Pieces> Joined<'a, P> {
    pub(crate) fn of(pieces: P, marks: &'a Marks) -> Self {
        Self { pieces, marks, held: Zeroizing::new(Vec::new()), given: 0 }
    }
}

impl<P: Pieces> Read for Joined<'_, P> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while self.given == self.held.len() {
            self.held.clear();
            self.given = 0;
            let Some(spot) = self.pieces.next(&mut self.held)? else { return Ok(0) };
            if !self.held.is_empty() {
                self.held.push(b'\n');
                self.marks.add(spot, &self.held);
            }
        }
        let mut left = self.held.get(self.given..).unwrap_or_default();
        let read = left.read(room)?;
        self.given += read;
        Ok(read)
    }
}

/// Where the pieces begin that a window may still show.
#[derive(Default)]
pub(crate) struct Marks(RefCell<Begun>);

#[derive(Default)]
struct Begun {
    marks: VecDeque<Mark>,
    bytes: u64,
    lines: u64,
}

struct Mark {
    from_byte: u64,
    from_line: u64,
    spot: Spot,
}

/// How far behind the last byte read a finding is told: a body and its margins.
const BEHIND: u64 = (MARGIN + BODY + MARGIN) as u64;

impl Marks {
    /// A piece with this text begins.
    fn add(&self, spot: Spot, text: &[u8]) {
        let mut begun = self.0.borrow_mut();
        let (from_byte, from_line) = (begun.bytes, begun.lines + 1);
        // Only the last piece that begins before what is still shown is asked for.
        while begun.marks.get(1).is_some_and(|next| next.from_byte + BEHIND < from_byte) {
            begun.marks.pop_front();
        }
        begun.marks.push_back(Mark { from_byte, from_line, spot });
        begun.bytes += text.len() as u64;
        begun.lines += memchr::memchr_iter(b'\n', text).count() as u64;
    }

    /// Turns a place in the text into one in the piece.
    pub(crate) fn settle(&self, place: &mut Place) {
        let begun = self.0.borrow();
        let behind = begun.marks.partition_point(|mark| mark.from_line <= place.line);
        let Some(mark) = behind.checked_sub(1).and_then(|at| begun.marks.get(at)) else { return };
        if let Some(part) = &mark.spot.part {
            place.origin = place.origin.part(&**part);
        }
        place.line = mark.spot.line.unwrap_or(place.line - mark.from_line + 1);
        place.column = mark.spot.column.unwrap_or(place.column);
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _};
    use std::rc::Rc;

    use super::{BEHIND, Joined, Marks, Pieces, Spot};
    use crate::place::{Origin, Place};

    struct Numbered(u64, usize);

    impl Pieces for Numbered {
        fn next(&mut self, text: &mut Vec<u8>) -> io::Result<Option<Spot>> {
            self.0 += 1;
            text.extend(std::iter::repeat_n(b'x', self.1));
            let part = Rc::from(format!("part {}", self.0));
            Ok((self.0 <= 3_000).then_some(Spot { part: Some(part), line: None, column: Some(self.0) }))
        }
    }

    fn at(marks: &Marks, line: u64) -> String {
        let mut place = Place { origin: Origin::of("file"), line, column: 1 };
        marks.settle(&mut place);
        place.to_string()
    }

    #[test]
    fn a_place_is_that_of_its_piece() {
        let marks = Marks::default();
        let read = Joined::of(Numbered(0, 10), &marks).read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(read, 3_000 * 11);
        assert_eq!(at(&marks, 7), "file!/part 7:1:7");
        assert_eq!(at(&marks, 3_000), "file!/part 3000:1:3000");
    }

    #[test]
    fn marks_are_kept_as_long_as_a_window_may_ask() {
        let marks = Marks::default();
        let read = Joined::of(Numbered(0, 9_999), &marks).read_to_end(&mut Vec::new()).unwrap() as u64;
        assert!(marks.0.borrow().marks.len() as u64 <= BEHIND / 10_000 + 3);
        let line = (read - BEHIND) / 10_000 + 1;
        assert_eq!(at(&marks, line), format!("file!/part {line}:1:{line}"));
    }
}
