//! The text of an export's values, one after the other, with the way back to the bytes that it was read from. As long
//! as the window that moves over these bytes, whatever they are.

use zeroize::Zeroizing;

use crate::decode::View;

/// What stands between two pieces of one text: nothing that anybody wrote. It takes no room (U+2060).
const JOINT: &[u8] = "\u{2060}".as_bytes();
/// What stands between two values of one record, and what between two records.
const VALUES: &[u8] = b"\x1f";
const RECORDS: &[u8] = b"\n";

/// What comes before the next piece.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Goes,
    Joined,
    Apart,
    Record,
}

/// Text that grows behind and is forgotten in front.
pub(super) struct Text {
    bytes: Zeroizing<Vec<u8>>,
    /// Where text and source part: (place in `bytes`, place in the source), both rising.
    steps: Vec<(usize, u64)>,
    /// Where the source goes on if nothing parts them.
    expected: u64,
    next: Next,
}

impl Text {
    pub(super) fn new() -> Self {
        Self { bytes: Zeroizing::new(Vec::new()), steps: Vec::new(), expected: u64::MAX, next: Next::Goes }
    }

    /// The next piece is of the same text as the one before.
    pub(super) fn join(&mut self) {
        self.next = self.next.max(Next::Joined);
    }

    /// The next piece is another value.
    pub(super) fn part(&mut self) {
        self.next = self.next.max(Next::Apart);
    }

    /// The next piece is of another record.
    pub(super) fn record(&mut self) {
        self.next = Next::Record;
    }

    /// Adds what bytes of the source mean, which begin there.
    pub(super) fn push(&mut self, at: u64, meant: &[u8]) {
        if meant.is_empty() {
            return;
        }
        let between = match std::mem::replace(&mut self.next, Next::Goes) {
            Next::Goes => &[][..],
            Next::Joined => JOINT,
            Next::Apart => VALUES,
            Next::Record => RECORDS,
        };
        // As long as what stands there in the source at the least: a quote, or a comma between two.
        self.piece(at.saturating_sub(between.len() as u64), between);
        self.piece(at, meant);
    }

    fn piece(&mut self, at: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if at != self.expected {
            self.steps.push((self.bytes.len(), at));
        }
        self.bytes.extend_from_slice(bytes);
        self.expected = at + bytes.len() as u64;
    }

    /// Forgets what was read before this place.
    pub(super) fn forget(&mut self, before: u64) {
        let gone = self.steps.partition_point(|(_, source)| *source <= before);
        let behind = self.steps.get(gone).map_or(self.bytes.len(), |(text, _)| *text);
        let kept = gone.checked_sub(1).and_then(|last| self.steps.get(last).copied());
        // The run that the place is in is cut there.
        let cut = kept.map_or(0, |(text, source)| {
            let passed = usize::try_from(before - source).unwrap_or(usize::MAX);
            text.saturating_add(passed).min(behind)
        });
        self.bytes.drain(..cut);
        self.steps.drain(..gone);
        self.steps.iter_mut().for_each(|(text, _)| *text -= cut);
        if behind > cut {
            self.steps.insert(0, (0, before));
        }
    }

    /// The text as a view on the bytes that begin there, if there is any.
    pub(super) fn view(&self, begin: u64) -> Option<View> {
        let step = |(text, source): &(usize, u64)| {
            (*text, usize::try_from(source.saturating_sub(begin)).unwrap_or(usize::MAX))
        };
        let steps = self.steps.iter().map(step).collect();
        (!self.bytes.is_empty()).then(|| View::known(self.bytes.to_vec(), steps))
    }

    /// How many bytes it holds.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    /// Where each letter of the text comes from.
    fn sources(text: &Text, begin: u64) -> Vec<(char, usize)> {
        let Some(view) = text.view(begin) else { return Vec::new() };
        view.bytes().iter().enumerate().map(|(at, byte)| (char::from(*byte), view.source(at))).collect()
    }

    #[test]
    fn every_byte_knows_where_it_comes_from() {
        let mut text = Text::new();
        text.push(3, b"ab");
        text.push(5, b"c");
        text.record();
        text.push(10, b"d");
        text.part();
        text.join();
        text.push(12, b"e");
        let all = [('a', 3), ('b', 4), ('c', 5), ('\n', 9), ('d', 10), ('\x1f', 11), ('e', 12)];
        assert_eq!(sources(&text, 0), all);
        text.forget(4);
        assert_eq!(sources(&text, 4), [('b', 0), ('c', 1), ('\n', 5), ('d', 6), ('\x1f', 7), ('e', 8)]);
        text.forget(8);
        assert_eq!(sources(&text, 8), [('\n', 1), ('d', 2), ('\x1f', 3), ('e', 4)]);
        text.forget(12);
        text.push(13, b"f");
        assert_eq!(text.len(), 2);
        assert_eq!(sources(&text, 12), [('e', 0), ('f', 1)]);
        text.forget(100);
        assert!(sources(&text, 100).is_empty());
    }
}
