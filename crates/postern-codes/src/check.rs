//! Check symbols of the base32 formats: a shortened Reed-Solomon code over GF(32), masked by prefix and format.
//!
//! Distance 3. A word is a polynomial, first symbol highest; a right word is zero at the generator's first
//! and second power. What those two values (the syndromes) are otherwise says what is wrong.

use sha2::{Digest as _, Sha256};

use crate::field::{alpha, evaluate, over, times};
use crate::format::Format;
use crate::prefix::Prefix;

/// Ten bits that tie the check symbols to the prefix and the format, as two symbol values.
#[derive(Clone, Copy)]
pub(crate) struct Mask([u8; 2]);

impl Mask {
    /// The first ten bits of SHA-256 over label, prefix and format.
    pub(crate) fn new(prefix: &Prefix, format: Format) -> Self {
        let digest = Sha256::new()
            .chain_update(b"postern/code-check/v1\0")
            .chain_update(prefix.as_str())
            .chain_update(b"\0")
            .chain_update(format.name())
            .finalize();
        let [first, second, ..]: [u8; 32] = digest.into();
        Self([first >> 3, (first & 0b111) << 2 | second >> 6])
    }
}

/// What correcting found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Correction {
    /// The word is right as it stands.
    NotNeeded,
    /// The symbol at this position, from 0, was changed: a proposal that only the verifier proves.
    At(usize),
    /// No single symbol explains the word.
    Impossible,
}

/// The two check symbols that follow the slot and secret symbols in `data`.
pub(crate) fn check_symbols(data: &[u8], mask: Mask) -> [u8; 2] {
    // The remainder of data * x^2 by g(x) = (x - a)(x - a^2) = x^2 + g1 x + g0.
    let (g1, g0) = (alpha(1) ^ alpha(2), alpha(3));
    let (high, low) = data.iter().fold((0, 0), |(high, low), symbol| {
        let factor = symbol ^ high;
        (low ^ times(factor, g1), times(factor, g0))
    });
    let Mask([first, second]) = mask;
    [high ^ first, low ^ second]
}

/// The word at the first and second power of the generator; both zero for a right word.
fn syndromes(symbols: &[u8], mask: Mask) -> (u8, u8) {
    // Evaluation is linear, so the mask on the last two symbols is taken off afterwards.
    let at = |point| evaluate(symbols, point) ^ evaluate(&mask.0, point);
    (at(alpha(1)), at(alpha(2)))
}

/// Whether the check symbols are right.
pub(crate) fn is_right(symbols: &[u8], mask: Mask) -> bool {
    syndromes(symbols, mask) == (0, 0)
}

/// Changes the one symbol that makes the word right, if there is one.
pub(crate) fn correct(symbols: &mut [u8], mask: Mask) -> Correction {
    let (first, second) = syndromes(symbols, mask);
    if (first, second) == (0, 0) {
        return Correction::NotNeeded;
    }
    if first == 0 || second == 0 {
        return Correction::Impossible;
    }
    // An error e at x^k gives e a^k and e a^2k: their quotient is a^k, and k must lie inside the word.
    for (power, (position, symbol)) in symbols.iter_mut().enumerate().rev().enumerate() {
        if times(first, alpha(power)) == second {
            *symbol ^= over(first, alpha(power));
            return Correction::At(position);
        }
    }
    Correction::Impossible
}

/// Fills in the one or two symbols at `holes`, which hold zero so far; says whether the word is right then.
pub(crate) fn restore(symbols: &mut [u8], holes: &[usize], mask: Mask) -> bool {
    let (first, second) = syndromes(symbols, mask);
    let last = symbols.len().saturating_sub(1);
    let locator = |hole: usize| alpha(last.saturating_sub(hole));
    match *holes {
        [hole] => put(symbols, hole, over(first, locator(hole))),
        [left, right] => {
            // v a^p + w a^q = first and v a^2p + w a^2q = second, for v at a^p and w at a^q.
            let (p, q) = (locator(left), locator(right));
            let v = over(times(first, q) ^ second, times(p, q) ^ times(p, p));
            put(symbols, left, v);
            put(symbols, right, over(first ^ times(v, p), q));
        }
        _ => return false,
    }
    is_right(symbols, mask)
}

fn put(symbols: &mut [u8], position: usize, value: u8) {
    if let Some(symbol) = symbols.get_mut(position) {
        *symbol = value;
    }
}
