//! What reading a typed word can come to.

use crate::code::Code;
use crate::format::Format;

/// What one typed word is. There is at most one candidate, so reading never multiplies a guess.
pub enum Parsed {
    /// One candidate. It may be tested once the throttle agrees, and a miss counts whatever the check symbols
    /// said.
    Testable {
        /// The candidate.
        code: Code,
        /// How much of it was typed.
        reading: Reading,
    },
    /// The right shape, but no candidate. It is told, never tested, and no attempt is counted.
    Typo {
        /// The format, which the length decides.
        format: Format,
        /// The displayed group, from 1, that is certainly wrong: it holds all of too many unreadable symbols,
        /// or a slot or check digits that no code has. Two wrong symbols elsewhere cannot be located.
        group: Option<u8>,
    },
    /// Not one code.
    Refused(Refusal),
}

/// How a candidate came out of what was typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// Every symbol was typed.
    AsTyped,
    /// One symbol was changed: a proposal, which only the verifier proves.
    Corrected {
        /// Where, counted in symbols of the canonical text from 0.
        position: u8,
    },
    /// Unreadable symbols (typed `?`) were filled in.
    Restored,
}

/// Why a word is not even tested. It names the class and the place, and never echoes what was typed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// Nothing but separators.
    Empty,
    /// More than [`MAX_INPUT`](crate::MAX_INPUT) characters.
    TooLong,
    /// No format has that many symbols.
    WrongLength,
    /// A symbol that the format does not have.
    ForeignSymbol {
        /// The format that the length stands for.
        format: Format,
        /// The displayed group, from 1, if all foreign symbols are in one. If not, the length more likely
        /// stands for another format than that every group is wrong.
        group: Option<u8>,
    },
    /// More than one code. None of them is tried.
    SeveralCodes,
    /// A prefix that is not listed, and a code behind it.
    OtherService,
}

impl Refusal {
    /// The name of the class, as the vectors write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too long",
            Self::WrongLength => "wrong length",
            Self::ForeignSymbol { format: Format::Numeric, .. } => "not a digit",
            Self::ForeignSymbol { .. } => "not a symbol",
            Self::SeveralCodes => "several codes",
            Self::OtherService => "other service",
        }
    }
}
