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

    const fn of(byte: u8) -> Self {
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

/// The words of these lengths.
pub(crate) fn words(bytes: &[u8], lengths: &[usize]) -> Vec<Word> {
    let wanted =
        lengths.iter().filter(|length| **length < 64).fold(0_u64, |wanted, length| wanted | 1 << length);
    let (mut words, mut line) = (Vec::new(), 0);
    let mut word = Word { start: 0, length: 0, kinds: Kinds(0), line };
    for (at, byte) in bytes.iter().chain([&b'\n']).enumerate() {
        let kinds = TABLE.get(usize::from(*byte)).copied().unwrap_or_default();
        if kinds != Kinds(0) {
            word.kinds = word.kinds.with(kinds);
            continue;
        }
        word.length = at - word.start;
        if word.length < 64 && wanted >> word.length & 1 == 1 {
            words.push(word);
        }
        line += usize::from(*byte == b'\n');
        word = Word { start: at + 1, length: 0, kinds: Kinds(0), line };
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Kinds, words};

    #[test]
    fn words_of_wanted_lengths_are_told_apart() {
        let found = words(b"ab12\nxyz (4567) FED \xc3\xa4cute", &[4, 3]);
        let seen: Vec<_> = found.iter().map(|word| (word.start, word.length, word.line)).collect();
        assert_eq!(seen, [(0, 4, 0), (5, 3, 1), (10, 4, 1), (16, 3, 1), (22, 4, 1)]);
        let has = |at: usize, kind| found[at].kinds.has(kind);
        assert!(has(0, Kinds::DIGIT) && has(0, Kinds::LOWER) && !has(0, Kinds::BEYOND_HEX));
        assert!(has(1, Kinds::BEYOND_HEX) && !has(1, Kinds::FOREIGN));
        assert!(!has(3, Kinds::LOWER) && has(3, Kinds::UPPER) && has(4, Kinds::FOREIGN));
    }
}
