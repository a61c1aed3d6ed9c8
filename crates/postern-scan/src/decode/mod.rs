//! Other readings of the same bytes: UTF-16, quoted-printable, escapes of JSON, HTML and addresses. Each knows where its
//! bytes come from.

mod escapes;
mod meant;
mod percent;
mod printable;
mod tags;
mod utf16;

pub(crate) use self::tags::WHOLE as TAG;

use std::rc::Rc;

use zeroize::Zeroizing;

/// Bytes as they are meant, with the way back to the bytes as they are.
pub(crate) struct View {
    bytes: Zeroizing<Vec<u8>>,
    /// Where meaning and bytes part: (place in the view, place in the source), both rising.
    steps: Vec<(usize, usize)>,
    /// What the source is a view of.
    under: Option<Rc<View>>,
}

impl View {
    /// A view that is there already: bytes, and where each run of them comes from.
    pub(crate) fn known(bytes: Vec<u8>, steps: Vec<(usize, usize)>) -> Self {
        Self { bytes: Zeroizing::new(bytes), steps, under: None }
    }

    /// An empty view that will have so many bytes at the most.
    fn with_room(length: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(length)), steps: vec![(0, 0)], under: None }
    }

    /// Adds bytes that are as they were.
    fn keep(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds what an escape means; the source goes on at `next`.
    fn put(&mut self, meant: &[u8], next: usize) {
        self.bytes.extend_from_slice(meant);
        self.steps.push((self.bytes.len(), next));
    }

    /// What is meant.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where in the source a byte of the view comes from.
    pub(crate) fn source(&self, at: usize) -> usize {
        let behind = self.steps.partition_point(|(view, _)| *view <= at);
        let step = behind.checked_sub(1).and_then(|step| self.steps.get(step));
        let (view, source) = step.copied().unwrap_or_default();
        let source = source + (at - view);
        self.under.as_ref().map_or(source, |under| under.source(source))
    }
}

/// Something in a text that stands between two letters for nothing, or for a letter.
pub(crate) enum Joint {
    /// For nothing; it is that long.
    Nothing(usize),
    /// For a character.
    Letter(char),
}

/// The joint at the start of these bytes, in whatever reading.
pub(crate) fn joint(bytes: &[u8]) -> Option<Joint> {
    let (meant, length) = printable::quoted(bytes).or_else(|| escapes::escaped(bytes))?;
    meant.joint(length)
}

/// Every other reading of these bytes that has something to it, after those that are known already. Empty for most.
pub(crate) fn views(bytes: &[u8], known: Vec<View>) -> Vec<Rc<View>> {
    let others = utf16::views(bytes).into_iter().chain(printable::view(bytes)).chain(percent::view(bytes));
    let mut views: Vec<Rc<View>> = known.into_iter().chain(others).map(Rc::new).collect();
    // Escapes inside the others too: a web page in a mail, an export in UTF-16.
    let within: Vec<View> = views
        .iter()
        .filter_map(|view| Some(View { under: Some(Rc::clone(view)), ..escapes::view(&view.bytes)? }))
        .collect();
    views.extend(escapes::view(bytes).into_iter().chain(within).map(Rc::new));
    views
}

#[cfg(test)]
mod tests {
    use super::views;

    /// The readings of a text, and where in it the letter X of each comes from.
    fn read(bytes: &[u8]) -> Vec<(String, Option<usize>)> {
        let read = |view: &std::rc::Rc<super::View>| {
            let at = memchr::memchr(b'X', view.bytes()).map(|at| view.source(at));
            (String::from_utf8_lossy(view.bytes()).into_owned(), at)
        };
        views(bytes, Vec::new()).iter().map(read).collect()
    }

    #[test]
    fn plain_text_has_no_other_reading() {
        assert!(read(b"a = b; c &d; e\\ 100% =").is_empty());
    }

    #[test]
    fn soft_breaks_and_quoted_bytes_are_undone() {
        assert_eq!(read(b"6N6=\r\nNW=2DX"), [("6N6NW-X".to_owned(), Some(11))]);
        assert_eq!(read(b"6N6=\nNW=E2=80=90X"), [("6N6NW\u{2010}X".to_owned(), Some(16))]);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(read(b"a\\nb\\u002dX"), [("a\nb-X".to_owned(), Some(10))]);
        assert_eq!(read(b"a&#45;b&#x2D;&nbsp;X"), [("a-b-\u{a0}X".to_owned(), Some(19))]);
        assert_eq!(read(b"a&#45b&#x2D-&#0045-X"), [("a-b----X".to_owned(), Some(19))]);
        assert!(read(b"a&#-X &#x;X &#99999999999;").is_empty());
        assert_eq!(read(b"a<br/>b<wbr>X"), [("a\nbX".to_owned(), Some(12))]);
        assert_eq!(read(b"a%20b%2dc%0AX%41"), [("a b-c\nX%41".to_owned(), Some(12))]);
    }

    #[test]
    fn escapes_that_are_escaped_are_undone() {
        assert_eq!(read(b"a\\\\nb\\\\\\\\u002dX"), [("a\nb-X".to_owned(), Some(14))]);
        assert_eq!(read(b"a\\\\bX"), [("a\\bX".to_owned(), Some(4))]);
        assert_eq!(read(b"a&amp;#45;b&amp;amp;nbsp;X"), [("a-b\u{a0}X".to_owned(), Some(25))]);
        // A letter that is escaped twice stays as it is: who looks for prefixes alone would not know of it.
        assert!(read(b"a&amp;#80;X").is_empty());
    }

    #[test]
    fn wide_characters_are_narrowed_on_either_side() {
        let little: Vec<u8> = "a-X line".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&little), [("a-X line".to_owned(), Some(4))]);
        let big: Vec<u8> = "a\\nX line".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&big)[0], ("a\\nX line".to_owned(), Some(6)));
        assert_eq!(read(&big)[1], ("a\nX line".to_owned(), Some(6)));
    }
}
