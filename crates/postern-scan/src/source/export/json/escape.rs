//! What stands behind a backslash in JSON, a byte at a time.

use super::super::token::Token;

/// Reads it.
pub(super) struct Escape(Token);

impl Escape {
    pub(super) fn new() -> Self {
        Self(Token::new())
    }

    /// Behind another backslash.
    pub(super) fn begin(&mut self) {
        self.0.clear();
    }

    /// How many bytes there were, with the backslash.
    pub(super) fn length(&self) -> u64 {
        self.0.bytes().len() as u64 + 1
    }

    /// What it stands for, once it is whole.
    pub(super) fn step(&mut self, byte: u8) -> Option<char> {
        self.0.push(&[byte]);
        Some(match self.0.bytes() {
            [b'n' | b'r'] => '\n',
            [b't'] => '\t',
            [b'b' | b'f'] => ' ',
            [b'u', digits @ ..] if digits.len() < 4 => return None,
            // Halves of characters beyond U+FFFF stand in no code.
            [b'u', digits @ ..] => {
                let number = std::str::from_utf8(digits).ok();
                let number = number.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                number.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => char::from(byte),
        })
    }
}
