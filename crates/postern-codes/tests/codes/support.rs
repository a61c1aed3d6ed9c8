//! What the tests share: a reading in a form that can be compared, codes from seeds, symbols by value.

use postern_codes::{Code, Format, Parsed, Prefix, Reading, generate, parse};
use proptest::prelude::{Strategy, prop_oneof};
use proptest::strategy::Just;

/// A reading as the vectors write it. Unlike the real one it can be printed: codes in tests are not secret.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Deserialize)]
pub(crate) struct Read {
    pub(crate) outcome: String,
    #[serde(rename = "profile")]
    pub(crate) format: Option<String>,
    pub(crate) canonical: Option<String>,
    pub(crate) position: Option<u8>,
    pub(crate) why: Option<String>,
}

impl Read {
    pub(crate) fn testable(outcome: &str, code: &Code) -> Self {
        Self {
            outcome: outcome.to_owned(),
            format: Some(code.format().name().to_owned()),
            canonical: Some(code.canonical().to_owned()),
            ..Self::default()
        }
    }

    pub(crate) fn refused(why: &str) -> Self {
        Self { outcome: "refused".to_owned(), why: Some(why.to_owned()), ..Self::default() }
    }

    pub(crate) fn typo(format: Format) -> Self {
        Self { outcome: "typo".to_owned(), format: Some(format.name().to_owned()), ..Self::default() }
    }
}

/// Parses, in the form of the vectors.
pub(crate) fn read(text: &str, prefixes: &[Prefix]) -> Read {
    match parse(text, prefixes) {
        Parsed::Refused(refusal) => Read::refused(refusal.name()),
        Parsed::Typo { format, .. } => Read::typo(format),
        Parsed::Testable { code, reading } => match reading {
            Reading::AsTyped => Read::testable("ok", &code),
            Reading::Restored => Read::testable("restorable", &code),
            Reading::Corrected { position } => {
                Read { position: Some(position), ..Read::testable("correctable", &code) }
            }
        },
    }
}

pub(crate) fn prefix(letters: &str) -> Prefix {
    Prefix::new(letters).unwrap()
}

/// A stream of evenly spread bytes that depends on the seed only (splitmix64).
pub(crate) fn bytes_from(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |buffer| {
        for chunk in buffer.chunks_mut(8) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            chunk.copy_from_slice(mixed.to_le_bytes().get(..chunk.len()).unwrap());
        }
    }
}

pub(crate) fn code(format: Format, slot: u8, prefix: &Prefix, seed: u64) -> Code {
    generate(format, slot, prefix, &mut bytes_from(seed))
}

/// The text with another symbol at one position: the one that comes `step` later in the alphabet, from 1.
pub(crate) fn with_slip(canonical: &str, format: Format, position: usize, step: usize) -> String {
    let symbols: Vec<char> = format.alphabet().chars().collect();
    let slipped = |(index, symbol): (usize, char)| {
        let value = symbols.iter().position(|&known| known == symbol).unwrap();
        let wrong = symbols.get((value + step) % symbols.len()).unwrap();
        if index == position { *wrong } else { symbol }
    };
    canonical.chars().enumerate().map(slipped).collect()
}

pub(crate) fn any_format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Standard), Just(Format::Compact), Just(Format::Numeric)]
}

pub(crate) fn any_prefix() -> impl Strategy<Value = Prefix> {
    "[A-HJKMNP-TV-Z]{2,6}".prop_map(|letters| prefix(&letters))
}
