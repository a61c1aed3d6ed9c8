//! The symbols of a code: Crockford base32, digits first.

/// The 32 symbols in order of their value: Crockford base32, which leaves out I, L, O and U. The `numeric`
/// format uses the first ten.
pub const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The value (0 to 31) of a typed upper-case symbol. `O` reads as 0, `I` and `L` as 1.
pub(crate) fn value(symbol: char) -> Option<u8> {
    let meant = match symbol {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    (0_u8..).zip(ALPHABET.chars()).find_map(|(value, symbol)| (symbol == meant).then_some(value))
}

/// The symbol of a value from 0 to 31.
pub(crate) fn symbol(value: u8) -> Option<char> {
    ALPHABET.as_bytes().get(usize::from(value)).copied().map(char::from)
}
