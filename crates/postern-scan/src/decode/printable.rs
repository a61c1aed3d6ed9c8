//! Quoted-printable (RFC 2045 §6.7) as it stands in raw mail: soft ends of lines, and quoted bytes.

use memchr::memchr_iter;

use super::View;
use super::meant::Meant;

/// The reading without soft breaks and quotes, if there are any.
pub(super) fn view(bytes: &[u8]) -> Option<View> {
    View::undone(bytes, memchr_iter(b'=', bytes).filter_map(|at| Some((at, quoted(bytes.get(at..)?)?))))
}

/// What stands behind an equals sign: nothing (a soft break), or one byte; and how long it is.
pub(super) fn quoted(bytes: &[u8]) -> Option<(Meant, usize)> {
    match bytes {
        [b'=', b'\n', ..] => Some((Meant::Text(""), 2)),
        [b'=', b'\r', b'\n', ..] => Some((Meant::Text(""), 3)),
        // Digits and upper case only, as the standard has it: fewer programs look like mail.
        [b'=', high, low, ..] if !high.is_ascii_lowercase() && !low.is_ascii_lowercase() => {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            Some((Meant::Byte(digit(*high)? << 4 | digit(*low)?), 3))
        }
        _ => None,
    }
}
