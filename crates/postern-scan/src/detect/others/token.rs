//! Tokens of a shape: words, or groups of them, that could be a code and stand by themselves.

use super::super::gap::{Gap, gap};
use super::super::words::{Kinds, Wanted, Word, words};
use super::form::{Alphabet, Behind, Form};

/// The furthest in front of a token that a phone number's plus sign is looked for.
const PLUS: usize = 5;

/// What a provider's codes look like.
pub(crate) struct Shape {
    /// Its name, which stands for codes of no provider that is named.
    pub(super) name: String,
    pub(super) forms: Vec<Form>,
    pub(super) alphabet: Alphabet,
    /// What the shape says by itself.
    pub(super) weight: i32,
}

/// Where a token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: usize,
}

impl Shape {
    /// Whether a code of it can begin with a word of this length.
    pub(super) fn begins_with(&self, length: usize) -> bool {
        self.forms.iter().any(|form| form.first() == length)
    }

    /// What a word of this length must and may be made of, if a code of it begins with the word.
    pub(super) fn first_words(&self, length: usize) -> (Kinds, Kinds) {
        let forms = || self.forms.iter().filter(|form| form.first() == length);
        let may = forms().fold(Kinds::default(), |kinds, form| kinds.with(form.kinds(self.alphabet)));
        let whole = !self.is_signed() && forms().all(Form::is_one_word);
        (if whole { self.needed() } else { Kinds::default() }, may)
    }

    /// What may stand behind a first word of this length.
    pub(super) fn behind(&self, length: usize) -> Behind {
        let forms = self.forms.iter().filter(|form| form.first() == length);
        forms.map(Form::behind).fold(Behind::default(), Behind::or)
    }

    /// Every kind of symbol that random tokens mostly have.
    fn needed(&self) -> Kinds {
        let needed = [Kinds::DIGIT, Kinds::LOWER, Kinds::UPPER, Kinds::BEYOND_HEX];
        let of_it = needed.into_iter().filter(|kind| self.alphabet.kinds.has(*kind));
        of_it.fold(Kinds::default(), Kinds::with)
    }

    /// Whether chance does not write it.
    pub(super) fn is_signed(&self) -> bool {
        self.forms.iter().all(Form::is_signed)
    }

    /// The token that begins with a word, whatever its symbols are.
    pub(super) fn token(&self, bytes: &[u8], word: Word) -> Option<Token> {
        let forms = self.forms.iter().filter(|form| form.first() == word.length);
        forms
            .filter_map(|form| {
                let end = form.end(bytes, word.start, self.alphabet)?;
                stands_apart(bytes, word.start, end, form, self.alphabet).then_some(Token {
                    start: word.start,
                    end,
                    line: word.line,
                })
            })
            .next()
    }

    /// Whether a token has every kind of symbol that random ones mostly have: otherwise it may be a word, a number or
    /// a hash.
    pub(super) fn is_plain(&self, bytes: &[u8], token: Token) -> bool {
        let symbols = bytes.get(token.start..token.end).unwrap_or_default();
        let kinds = symbols.iter().fold(Kinds::default(), |kinds, byte| kinds.with(Kinds::of(*byte)));
        self.is_signed() || kinds.has(self.needed())
    }

    /// Every token between two places, also those that could be words.
    pub(super) fn tokens(&self, bytes: &[u8], first: Token, last: Token) -> Vec<Token> {
        let part = bytes.get(..last.end).unwrap_or_default();
        let region = part.get(first.start..).unwrap_or_default();
        let mut tokens: Vec<Token> = Vec::new();
        for word in words(region, Wanted::every(self.forms.iter().map(Form::first))) {
            let word = Word { start: word.start + first.start, line: word.line + first.line, ..word };
            let overlaps = tokens.last().is_some_and(|before| before.end > word.start);
            // Read in the whole text: what stands behind the last one counts.
            tokens.extend(self.token(bytes, word).filter(|_| !overlaps));
        }
        tokens
    }
}

/// Whether something is joined to a token in front.
pub(super) fn is_joined(bytes: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_./+@#%\\$".contains(byte))
}

/// Whether nothing is joined to a token on either side.
fn stands_apart(bytes: &[u8], start: usize, end: usize, form: &Form, alphabet: Alphabet) -> bool {
    let before = bytes.get(..start).unwrap_or_default();
    let behind = bytes.get(end..).unwrap_or_default();
    let joined_behind = match behind {
        [b'.' | b',' | b':', next, ..] => next.is_ascii_alphanumeric(),
        [byte, ..] => byte.is_ascii_alphanumeric() || b"-_/+@%(=".contains(byte),
        [] => false,
    };
    // "+49 " in front: a phone number.
    let plus = before.iter().rev().take(PLUS).any(|byte| *byte == b'+');
    let goes_on = form.joint() == Some(Gap::Spaced)
        && (group_before(before, form, alphabet) || group_behind(behind, form, alphabet));
    let is_phone = plus && alphabet.kinds == Kinds::DIGIT;
    !(is_joined(bytes, start) || joined_behind || goes_on || is_phone)
}

/// Whether groups of the same length go on behind: a longer row is a table or a card number.
fn group_behind(behind: &[u8], form: &Form, alphabet: Alphabet) -> bool {
    let Some((Gap::Spaced, 1)) = gap(behind) else { return false };
    let next = behind.get(1..).unwrap_or_default();
    next.iter().take(form.first() + 1).take_while(|byte| alphabet.has(**byte)).count() == form.first()
}

/// And in front.
fn group_before(before: &[u8], form: &Form, alphabet: Alphabet) -> bool {
    let [rest @ .., b' ' | b'\t'] = before else { return false };
    rest.iter().rev().take(form.first() + 1).take_while(|byte| alphabet.has(**byte)).count() == form.first()
}
