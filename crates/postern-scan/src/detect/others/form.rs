//! The shape of a code as a rule's file writes it: `?????-?????`.
//!
//! `?` is one symbol of the shape's alphabet, `*` a word of them, a hyphen or a blank stands for what separates groups
//! in text, letters and digits stand for themselves.

use super::super::gap::{Gap, gap};
use super::super::words::{Kinds, LONGEST};

/// The fewest and the most letters of a word.
const WORD: std::ops::RangeInclusive<usize> = 3..=12;
/// The most bytes of one separator: a hyphen outside of ASCII.
const SEPARATOR: usize = 3;

/// The symbols that a shape's codes are made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alphabet {
    symbols: u128,
    /// What kinds of symbols it has.
    pub(super) kinds: Kinds,
}

impl Alphabet {
    /// Reads one: symbols, and ranges of them such as `a-f`. None if it holds anything but ASCII letters and digits.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (mut alphabet, mut rest) = (Self::default(), text.as_bytes());
        while let [first, behind @ ..] = rest {
            let (last, behind) = match behind {
                [b'-', last, behind @ ..] => (last, behind),
                _ => (first, behind),
            };
            for symbol in *first..=*last {
                alphabet.symbols |= symbol.is_ascii_alphanumeric().then(|| 1_u128 << symbol)?;
                alphabet.kinds = alphabet.kinds.with(Kinds::of(symbol));
            }
            rest = behind;
        }
        (alphabet.symbols != 0).then_some(alphabet)
    }

    pub(super) fn has(self, symbol: u8) -> bool {
        symbol.is_ascii() && self.symbols >> symbol & 1 == 1
    }
}

/// What may stand behind the first word of a code: ASCII characters, a bit for each. Anything else may.
#[derive(Clone, Copy, Default)]
pub(super) struct Behind(u128);

impl Behind {
    /// Of separators in ASCII.
    fn of(separators: &[u8]) -> Self {
        Self(separators.iter().fold(0, |bits, byte| bits | 1 << byte))
    }

    /// What may stand behind either.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this byte may, or the end of the text.
    pub(super) fn may_be(self, byte: Option<u8>) -> bool {
        byte.is_none_or(|byte| !byte.is_ascii() || self.0 >> byte & 1 == 1)
    }
}

/// One way in which a code is written.
#[derive(Clone, Debug)]
pub(super) struct Form(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Symbols(usize),
    Word,
    Literal(Vec<u8>),
    Gap(Gap),
}

impl Form {
    /// Reads one. None if it is no form, or begins with something whose length is not known.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        for byte in text.bytes() {
            match (byte, parts.last_mut()) {
                (b'?', Some(Part::Symbols(count))) => *count += 1,
                (b'?', _) => parts.push(Part::Symbols(1)),
                (b'*', _) => parts.push(Part::Word),
                (b'-', _) => parts.push(Part::Gap(Gap::Joined)),
                (b' ', _) => parts.push(Part::Gap(Gap::Spaced)),
                (letter, Some(Part::Literal(literal))) if letter.is_ascii_alphanumeric() => {
                    literal.push(letter);
                }
                (letter, _) if letter.is_ascii_alphanumeric() => parts.push(Part::Literal(vec![letter])),
                _ => return None,
            }
        }
        let form = Self(parts);
        (1..=LONGEST).contains(&form.first()).then_some(form)
    }

    /// How long the word is that a code of this form begins with. Zero if that is not known.
    pub(super) fn first(&self) -> usize {
        let solid = self.0.iter().map_while(|part| match part {
            Part::Symbols(count) => Some(*count),
            Part::Literal(literal) => Some(literal.len()),
            Part::Word | Part::Gap(_) => None,
        });
        let begins_open = matches!(self.0.first(), Some(Part::Word));
        if begins_open { 0 } else { solid.sum() }
    }

    /// What kinds the first word may have: it is made of symbols of the alphabet, and of what stands for itself.
    pub(super) fn kinds(&self, alphabet: Alphabet) -> Kinds {
        self.0.iter().take_while(|part| !matches!(part, Part::Gap(_))).fold(
            Kinds::default(),
            |kinds, part| {
                kinds.with(match part {
                    Part::Literal(literal) => {
                        literal.iter().fold(Kinds::default(), |kinds, byte| kinds.with(Kinds::of(*byte)))
                    }
                    Part::Symbols(_) | Part::Word => alphabet.kinds,
                    Part::Gap(_) => Kinds::default(),
                })
            },
        )
    }

    /// What may stand behind its first word: what separates it from the next one, or anything.
    pub(super) fn behind(&self) -> Behind {
        match self.0.iter().find(|part| !matches!(part, Part::Symbols(_) | Part::Literal(_))) {
            Some(Part::Gap(Gap::Joined)) => Behind::of(b"-_."),
            Some(Part::Gap(Gap::Spaced)) => Behind::of(b" \t"),
            _ => Behind(u128::MAX),
        }
    }

    /// Whether a code of this form is one word.
    pub(super) fn is_one_word(&self) -> bool {
        matches!(self.0.as_slice(), [Part::Symbols(_)])
    }

    /// What separates its groups, if anything does.
    pub(super) fn joint(&self) -> Option<Gap> {
        self.0.iter().find_map(|part| if let Part::Gap(gap) = part { Some(*gap) } else { None })
    }

    /// Whether something in it stands for itself, so that chance does not write it.
    pub(super) fn is_signed(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Literal(_)))
    }

    /// Where a code that begins at `start` ends, if one does.
    pub(super) fn end(&self, bytes: &[u8], start: usize, alphabet: Alphabet) -> Option<usize> {
        self.0.iter().try_fold(start, |at, part| {
            let rest = bytes.get(at..)?;
            let run = |most: usize| rest.iter().take(most).take_while(|byte| alphabet.has(**byte)).count();
            let length = match part {
                Part::Symbols(count) => (run(*count) == *count).then_some(*count)?,
                Part::Word => Some(run(WORD.end() + 1)).filter(|length| WORD.contains(length))?,
                Part::Literal(literal) => rest.starts_with(literal).then_some(literal.len())?,
                Part::Gap(wanted) => {
                    let (kind, length) = gap(rest)?;
                    let one = length == 1 || (length <= SEPARATOR && !rest.first()?.is_ascii());
                    (one && kind == *wanted).then_some(length)?
                }
            };
            Some(at + length)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, Form};

    fn end(form: &str, alphabet: &str, text: &str) -> Option<usize> {
        Form::read(form).unwrap().end(text.as_bytes(), 0, Alphabet::read(alphabet).unwrap())
    }

    #[test]
    fn a_form_is_read_symbol_by_symbol() {
        assert_eq!(end("??-??", "0-9a-f", "0a-9f"), Some(5));
        assert_eq!(end("??-??", "0-9a-f", "0a\u{2011}9f."), Some(7));
        assert_eq!(end("?? ??", "0-9", "12\u{a0}34"), Some(6));
        assert_eq!(end("A3-??", "A-Z", "A3-XY"), Some(5));
        assert_eq!(end("tele-*-*", "a-z", "tele-one-three"), Some(14));
        for wrong in ["0a-9g", "0a--9f", "0a 9f", "0a-9", "0A-9f", ""] {
            assert_eq!(end("??-??", "0-9a-f", wrong), None, "{wrong}");
        }
        assert_eq!(end("tele-*-*", "a-z", "tele-one-unreasonablelong"), None);
    }

    #[test]
    fn what_is_no_form_or_alphabet_is_refused() {
        for wrong in ["", "-??", "*-??", "??/??", "?".repeat(65).as_str()] {
            assert!(Form::read(wrong).is_none(), "{wrong}");
        }
        for wrong in ["", "a-", "0-9é", "A-z"] {
            assert!(Alphabet::read(wrong).is_none(), "{wrong}");
        }
    }
}
