//! The three formats: lengths, groups, limits and entropy.

use crate::alphabet::ALPHABET;

/// How a code is written. The default of the product is `Standard`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Format {
    /// 25 base32 symbols in groups of 5: 23 secret, 2 check.
    Standard,
    /// 16 base32 symbols in groups of 4: 1 slot, 13 secret, 2 check.
    Compact,
    /// 24 digits in groups of 4: 2 slot, 20 secret, 2 check.
    Numeric,
}

impl Format {
    /// Every format, the default first.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Compact, Self::Numeric];

    /// The name used in storage, in the vectors and in the mask of the check symbols.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Compact => "compact",
            Self::Numeric => "numeric",
        }
    }

    /// The format of that [`name`](Self::name), which is matched exactly.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format whose codes have that many symbols. No two formats share a length.
    pub(crate) fn of_length(symbols: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.symbols() == symbols)
    }

    /// Symbols in a whole code, check symbols included, prefix and separators not.
    #[must_use]
    pub const fn symbols(self) -> usize {
        self.slot_symbols() + self.secret_symbols() + self.check_symbols()
    }

    /// Symbols that carry the slot, at the start of the code: 0, 1 or 2.
    #[must_use]
    pub const fn slot_symbols(self) -> usize {
        match self {
            Self::Standard => 0,
            Self::Compact => 1,
            Self::Numeric => 2,
        }
    }

    /// Random symbols, between slot and check symbols.
    #[must_use]
    pub const fn secret_symbols(self) -> usize {
        match self {
            Self::Standard => 23,
            Self::Compact => 13,
            Self::Numeric => 20,
        }
    }

    /// Check symbols, at the end of the code.
    #[must_use]
    pub const fn check_symbols(self) -> usize {
        2
    }

    /// Symbols in one displayed group.
    #[must_use]
    pub const fn group(self) -> usize {
        match self {
            Self::Standard => 5,
            Self::Compact | Self::Numeric => 4,
        }
    }

    /// The displayed group, counted from 1, that holds the symbol at `position`, counted from 0.
    #[must_use]
    pub fn group_of(self, position: usize) -> u8 {
        u8::try_from(position / self.group() + 1).unwrap_or(u8::MAX)
    }

    /// The most codes in one set: what the slot can count, and 99 where there is none.
    #[must_use]
    pub const fn most_codes(self) -> u8 {
        match self {
            Self::Standard | Self::Numeric => 99,
            Self::Compact => 31,
        }
    }

    /// The symbols this format is written in, in order of their value.
    #[must_use]
    pub fn alphabet(self) -> &'static str {
        match self {
            Self::Standard | Self::Compact => ALPHABET,
            Self::Numeric => ALPHABET.get(..10).unwrap_or(ALPHABET),
        }
    }

    /// Bits of entropy in a whole code: secret symbols times the logarithm of the alphabet. Slot and check
    /// symbols count for nothing.
    #[must_use]
    pub fn secret_bits(self) -> f64 {
        self.secret_symbols() as f64 * (self.alphabet().len() as f64).log2()
    }

    /// Whether the code goes through a password hash before it is compared: below 112 bits it must
    /// (NIST SP 800-63B-4, 3.1.2; ASVS 6.5.2).
    #[must_use]
    pub const fn stretched(self) -> bool {
        match self {
            Self::Standard => false,
            Self::Compact | Self::Numeric => true,
        }
    }

    /// Bytes that [`generate`](crate::generate) asks for first, one for each secret symbol. `Numeric` asks
    /// again for each byte it had to reject, about one in forty.
    #[must_use]
    pub const fn random_bytes(self) -> usize {
        self.secret_symbols()
    }
}
