//! The prefix that says which service a code belongs to.

use std::fmt;

use crate::alphabet::value;

/// The letters in front of a displayed code: 2 to 6 upper-case letters of the alphabet (A to Z without I, L,
/// O and U). It is public and adds no secrecy, but the check symbols depend on it.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub struct Prefix(String);

impl Prefix {
    /// Fewest letters.
    pub const SHORTEST: usize = 2;
    /// Most letters.
    pub const LONGEST: usize = 6;

    /// Takes a prefix as a deployment configures it.
    ///
    /// # Errors
    /// [`PrefixError::Letter`] for anything that is not an upper-case letter of the alphabet,
    /// [`PrefixError::Length`] for fewer than 2 or more than 6 letters.
    pub fn new(text: &str) -> Result<Self, PrefixError> {
        // `value` reads I, L and O as digits: a prefix that held them would change when typed.
        let fits = |letter: char| {
            letter.is_ascii_uppercase() && !matches!(letter, 'I' | 'L' | 'O') && value(letter).is_some()
        };
        if !text.chars().all(fits) {
            return Err(PrefixError::Letter);
        }
        if !(Self::SHORTEST..=Self::LONGEST).contains(&text.len()) {
            return Err(PrefixError::Length);
        }
        Ok(Self(text.to_owned()))
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Prefix {
    /// `PSTN`.
    fn default() -> Self {
        Self("PSTN".to_owned())
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Why a text cannot be a prefix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrefixError {
    /// Fewer than 2 or more than 6 letters.
    Length,
    /// Something that is not an upper-case letter of the alphabet.
    Letter,
}

impl fmt::Display for PrefixError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Length => "a prefix has 2 to 6 letters",
            Self::Letter => "a prefix is upper-case letters only, without I, L, O and U",
        })
    }
}

impl std::error::Error for PrefixError {}
