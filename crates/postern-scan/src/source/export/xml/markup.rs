//! What stands between the angle brackets of XML, a byte at a time.

use super::super::token::Token;

/// Where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Behind `<`.
    Begin,
    /// Behind `<!`.
    Exclaimed,
    Name,
    /// Between attributes; whether a slash was read.
    Inside(bool),
    Attribute,
    /// Behind an attribute's name.
    Equals,
    EndTag,
    /// How many hyphens of its end were read.
    Comment(u8),
    Instruction,
    /// A document's type: whether in its inner part, and in which quotes.
    Declaration(bool, Option<u8>),
}

/// What a byte led to.
pub(super) enum Step {
    On,
    /// Text goes on: it was a comment, an instruction, a declaration.
    Text,
    /// A section of character data begins.
    Data,
    /// The name of an element is whole: it begins at this place.
    Opens(u64),
    /// Its tag is whole.
    Opened,
    /// The tag of an element without content is whole.
    Empty,
    /// An end tag is whole.
    Closed,
    /// The value of an attribute begins, which ends with this mark. What comes behind it is read here again.
    Value(u8),
    Broken,
}

/// Reads it.
pub(super) struct Markup {
    begin: u64,
    state: State,
    name: Token,
}

impl Markup {
    pub(super) fn new() -> Self {
        Self { begin: 0, state: State::Begin, name: Token::new() }
    }

    /// Behind a `<` at this place.
    pub(super) fn begin(&mut self, at: u64) {
        (self.begin, self.state) = (at, State::Begin);
        self.name.clear();
    }

    /// The last name: of an element, or of its attribute.
    pub(super) fn name(&self) -> &[u8] {
        self.name.whole().unwrap_or_default()
    }

    /// What this byte leads to, and whether it was taken; one that ends a name is not.
    pub(super) fn step(&mut self, byte: u8) -> (Step, bool) {
        let step = match self.state {
            State::Begin => self.first(byte),
            State::Exclaimed => self.exclaimed(byte),
            State::Name if is_name(byte) => self.named(byte),
            State::Name => {
                self.state = State::Inside(false);
                return (Step::Opens(self.begin), false);
            }
            State::Inside(slash) => self.inside(slash, byte),
            State::Attribute if is_name(byte) => self.named(byte),
            State::Attribute => {
                self.state = State::Equals;
                return (Step::On, false);
            }
            State::Equals => self.equals(byte),
            State::EndTag if byte == b'>' => Step::Closed,
            State::EndTag => Step::On,
            State::Comment(hyphens) => self.comment(hyphens, byte),
            State::Instruction if byte == b'>' => Step::Text,
            State::Instruction => Step::On,
            State::Declaration(inner, quote) => self.declaration(inner, quote, byte),
        };
        (step, true)
    }

    fn to(&mut self, state: State) -> Step {
        self.state = state;
        Step::On
    }

    fn named(&mut self, byte: u8) -> Step {
        self.name.push(&[byte]);
        Step::On
    }

    fn first(&mut self, byte: u8) -> Step {
        match byte {
            b'/' => self.to(State::EndTag),
            b'?' => self.to(State::Instruction),
            b'!' => self.to(State::Exclaimed),
            byte if is_name(byte) => {
                self.state = State::Name;
                self.named(byte)
            }
            _ => Step::Broken,
        }
    }

    /// `<!--`, `<![CDATA[` or `<!DOCTYPE`.
    fn exclaimed(&mut self, byte: u8) -> Step {
        self.name.push(&[byte]);
        match self.name.bytes() {
            b"--" => self.to(State::Comment(0)),
            b"[CDATA[" => Step::Data,
            b"DOCTYPE" => self.to(State::Declaration(false, None)),
            begun if [&b"--"[..], b"[CDATA[", b"DOCTYPE"].iter().any(|whole| whole.starts_with(begun)) => {
                Step::On
            }
            _ => Step::Broken,
        }
    }

    fn inside(&mut self, slash: bool, byte: u8) -> Step {
        match byte {
            b'>' if slash => Step::Empty,
            b'>' => Step::Opened,
            b'/' => self.to(State::Inside(true)),
            byte if byte.is_ascii_whitespace() => Step::On,
            byte if is_name(byte) => {
                self.name.clear();
                self.state = State::Attribute;
                self.named(byte)
            }
            _ => Step::Broken,
        }
    }

    fn equals(&mut self, byte: u8) -> Step {
        match byte {
            b'"' | b'\'' => {
                self.state = State::Inside(false);
                Step::Value(byte)
            }
            b'=' => Step::On,
            byte if byte.is_ascii_whitespace() => Step::On,
            _ => Step::Broken,
        }
    }

    fn comment(&mut self, hyphens: u8, byte: u8) -> Step {
        match byte {
            b'>' if hyphens == 2 => Step::Text,
            b'-' => self.to(State::Comment(2.min(hyphens + 1))),
            _ => self.to(State::Comment(0)),
        }
    }

    fn declaration(&mut self, inner: bool, quote: Option<u8>, byte: u8) -> Step {
        match (quote, byte) {
            (Some(mark), byte) if mark == byte => self.to(State::Declaration(inner, None)),
            (Some(_), _) => Step::On,
            (None, b'"' | b'\'') => self.to(State::Declaration(inner, Some(byte))),
            (None, b'[') => self.to(State::Declaration(true, None)),
            (None, b']') => self.to(State::Declaration(false, None)),
            (None, b'>') if !inner => Step::Text,
            _ => Step::On,
        }
    }
}

/// Whether a byte may stand in a name. Bytes of other alphabets may.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..)
}
