//! Check digits of the numeric format: ISO 7064 MOD 97-10, written 02 to 98.

/// The number that the digits write, modulo 97.
fn remainder(digits: impl Iterator<Item = u8>) -> u8 {
    let remainder = digits.fold(0_u16, |sum, digit| (sum * 10 + u16::from(digit)) % 97);
    u8::try_from(remainder).unwrap_or_default()
}

/// The two check digits that follow the slot and secret digits in `data`.
pub(crate) fn check_digits(data: &[u8]) -> [u8; 2] {
    let check = 98 - remainder(data.iter().copied().chain([0, 0]));
    [check / 10, check % 10]
}

/// Whether the last two digits can be check digits at all: 02 to 98, since 99, 00 and 01 would give a second
/// spelling of the remainders of 02, 97 and 98.
pub(crate) fn ends_in_check_digits(digits: &[u8]) -> bool {
    digits.last_chunk().is_some_and(|[tens, ones]| (2..=98).contains(&(tens * 10 + ones)))
}

/// Whether the check digits are right.
pub(crate) fn is_right(digits: &[u8]) -> bool {
    remainder(digits.iter().copied()) == 1 && ends_in_check_digits(digits)
}

/// Fills in the digit at `hole`; says whether the word is right then. Ten digits differ modulo 97, so at most
/// one of them can be right.
pub(crate) fn restore(digits: &mut [u8], hole: usize) -> bool {
    (0..10).any(|digit| {
        if let Some(place) = digits.get_mut(hole) {
            *place = digit;
        }
        is_right(digits)
    })
}
