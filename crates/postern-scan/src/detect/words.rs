//! Words of letters and digits, with what they are made of: one pass over the bytes.

/// What a word is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    /// A digit.
    pub(crate) const DIGIT: Self = Self(1);
    /// A lower-case letter.
    pub(crate) const LOWER: Self = Self(2);
    /// An upper-case letter.
    pub(crate) const UPPER: Self = Self(4);
    /// A letter that no hexadecimal number has.
    pub(crate) const BEYOND_HEX: Self = Self(8);
    /// The one letter that no code has, U.
    pub(crate) const FOREIGN: Self = Self(16);

    /// What one byte is.
    pub(crate) const fn of(byte: u8) -> Self {
        let case = match byte {
            b'0'..=b'9' => return Self::DIGIT,
            b'a'..=b'z' => Self::LOWER,
            b'A'..=b'Z' => Self::UPPER,
            _ => return Self(0),
        };
        let beyond = match byte.to_ascii_lowercase() {
            b'a'..=b'f' => 0,
            b'u' => Self::BEYOND_HEX.0 | Self::FOREIGN.0,
            _ => Self::BEYOND_HEX.0,
        };
        Self(case.0 | beyond)
    }

    /// Both together.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has nothing beyond these.
    pub(crate) const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether something of that kind is in it.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The kinds of every byte.
const TABLE: [Kinds; 256] = {
    let mut table = [Kinds(0); 256];
    let mut byte = 0_u8;
    while let Some(next) = byte.checked_add(1) {
        if let Some(kinds) = table.split_at_mut(byte as usize).1.first_mut() {
            *kinds = Kinds::of(byte);
        }
        byte = next;
    }
    table
};

/// A run of ASCII letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Where it starts.
    pub(crate) start: usize,
    /// How long it is.
    pub(crate) length: usize,
    /// What it is made of.
    pub(crate) kinds: Kinds,
    /// Ends of lines before it.
    pub(crate) line: usize,
}

impl Word {
    /// Where it ends.
    pub(crate) const fn end(self) -> usize {
        self.start + self.length
    }
}

/// The longest word that can be wanted.
pub(crate) const LONGEST: usize = 64;

/// Which words are wanted, by their length: a bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    every: u64,
    marked: u64,
}

impl Wanted {
    /// Every word of these lengths.
    pub(crate) fn every(lengths: impl IntoIterator<Item = usize>) -> Self {
        Self { every: bits(lengths), marked: 0 }
    }

    /// Words of these lengths that have a digit or stand beside a hyphen: what prose has few of.
    pub(crate) fn marked(lengths: impl IntoIterator<Item = usize>) -> Self {
        Self { every: 0, marked: bits(lengths) }
    }

    /// What either wants.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self { every: self.every | other.every, marked: self.marked | other.marked }
    }

    fn wants(self, word: Word, beside: [u8; 2]) -> bool {
        let bit = bit(word.length);
        let marked = || word.kinds.has(Kinds::DIGIT) || beside.iter().any(|byte| is_hyphen(*byte));
        self.every & bit != 0 || (self.marked & bit != 0 && marked())
    }
}

fn bits(lengths: impl IntoIterator<Item = usize>) -> u64 {
    lengths.into_iter().fold(0, |bits, length| bits | bit(length))
}

/// The bit of a length; none of one that cannot be wanted.
const fn bit(length: usize) -> u64 {
    if length == 0 || length > LONGEST { 0 } else { 1 << (length - 1) }
}

/// A hyphen, or a byte of one outside of ASCII.
const fn is_hyphen(byte: u8) -> bool {
    byte == b'-' || !byte.is_ascii()
}

/// For so many bytes room for a word is taken at once: a list that grows is moved.
const ROOM: usize = 24;

/// The words that are wanted.
pub(crate) fn words(bytes: &[u8], wanted: Wanted) -> Vec<Word> {
    let mut words = Vec::with_capacity(bytes.len() / ROOM);
    let mut word = Word { start: 0, length: 0, kinds: Kinds(0), line: 0 };
    let mut before = b' ';
    let mut end = |word: &mut Word, at: usize, byte: u8| {
        word.length = at - word.start;
        if word.length > 0 && wanted.wants(*word, [before, byte]) {
            words.push(*word);
        }
        before = byte;
        word.line += usize::from(byte == b'\n');
        (word.start, word.kinds) = (at + 1, Kinds(0));
    };
    for (at, byte) in bytes.iter().enumerate() {
        match TABLE.get(usize::from(*byte)) {
            Some(kinds) if *kinds != Kinds(0) => word.kinds = word.kinds.with(*kinds),
            _ => end(&mut word, at, *byte),
        }
    }
    end(&mut word, bytes.len(), b'\n');
    words
}

#[cfg(test)]
mod tests {
    use super::{Kinds, Wanted, words};

    #[test]
    fn words_of_wanted_lengths_are_told_apart() {
        let found = words(b"ab12\nxyz (4567) FED \xc3\xa4cute", Wanted::every([4, 3]));
        let seen: Vec<_> = found.iter().map(|word| (word.start, word.length, word.line)).collect();
        assert_eq!(seen, [(0, 4, 0), (5, 3, 1), (10, 4, 1), (16, 3, 1), (22, 4, 1)]);
        let has = |at: usize, kind| found[at].kinds.has(kind);
        assert!(has(0, Kinds::DIGIT) && has(0, Kinds::LOWER) && !has(0, Kinds::BEYOND_HEX));
        assert!(has(1, Kinds::BEYOND_HEX) && !has(1, Kinds::FOREIGN));
        assert!(!has(3, Kinds::LOWER) && has(3, Kinds::UPPER) && has(4, Kinds::FOREIGN));
    }

    #[test]
    fn marked_words_have_a_digit_or_a_hyphen_beside_them() {
        let text = "plain ab3de after-abcde 12345x abcde".as_bytes();
        let found = words(text, Wanted::marked([5, 65, 200]));
        let seen: Vec<_> = found.iter().map(|word| &text[word.start..word.end()]).collect();
        assert_eq!(seen, [b"ab3de", b"after", b"abcde"]);
    }
}
