//! What stands behind `&` in XML, a byte at a time.

use super::super::token::Token;

/// The longest that is taken for an entity.
const LONGEST: usize = 10;

/// What a byte led to.
pub(super) enum Step {
    On,
    /// It is whole, and stands for this.
    Meant(char),
    /// It was none, or is one of the file's own: it stands for itself. Whether the byte belongs to it.
    Itself(bool),
}

/// Reads it.
pub(super) struct Entity(Token);

impl Entity {
    pub(super) fn new() -> Self {
        Self(Token::new())
    }

    /// Behind another `&`.
    pub(super) fn begin(&mut self) {
        self.0.clear();
        self.0.push(b"&");
    }

    /// What was read, with the `&`.
    pub(super) fn typed(&self) -> &[u8] {
        self.0.bytes()
    }

    pub(super) fn step(&mut self, byte: u8) -> Step {
        let goes_on = byte.is_ascii_alphanumeric() || byte == b'#';
        if goes_on && self.0.bytes().len() <= LONGEST {
            self.0.push(&[byte]);
            return Step::On;
        }
        if byte != b';' {
            return Step::Itself(false);
        }
        let meant = self.meant();
        self.0.push(b";");
        meant.map_or(Step::Itself(true), Step::Meant)
    }

    /// What it stands for, if it needs no declaration.
    fn meant(&self) -> Option<char> {
        let number = |digits: &[u8], base| {
            let digits = std::str::from_utf8(digits).ok()?;
            u32::from_str_radix(digits, base).ok().and_then(char::from_u32)
        };
        match self.0.bytes() {
            b"&lt" => Some('<'),
            b"&gt" => Some('>'),
            b"&amp" => Some('&'),
            b"&quot" => Some('"'),
            b"&apos" => Some('\''),
            [b'&', b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
            [b'&', b'#', digits @ ..] => number(digits, 10),
            _ => None,
        }
    }
}
