//! Quoted-printable (RFC 2045 §6.7) as it stands in raw mail: soft ends of lines, and quoted bytes.

use memchr::memchr_iter;

use super::{Joint, View};

/// The reading without soft breaks and quotes, if there are any.
pub(super) fn view(bytes: &[u8]) -> Option<View> {
    let mut marks =
        memchr_iter(b'=', bytes).filter_map(|at| Some((at, quoted(bytes.get(at..)?)?))).peekable();
    marks.peek()?;
    let mut view = View::with_room(bytes.len());
    let mut from = 0;
    for (at, (meant, length)) in marks {
        view.keep(bytes.get(from..at).unwrap_or_default());
        from = at + length;
        view.put(meant.as_slice(), from);
    }
    view.keep(bytes.get(from..).unwrap_or_default());
    Some(view)
}

/// The joint at the start.
pub(super) fn joint(bytes: &[u8]) -> Option<Joint> {
    let (meant, length) = quoted(bytes)?;
    Some(meant.map_or(Joint::Nothing(length), |byte| Joint::Letter(char::from(byte))))
}

/// What stands behind an equals sign: nothing (a soft break), or one byte; and how long it is.
fn quoted(bytes: &[u8]) -> Option<(Option<u8>, usize)> {
    match bytes {
        [b'=', b'\n', ..] => Some((None, 2)),
        [b'=', b'\r', b'\n', ..] => Some((None, 3)),
        // Digits and upper case only, as the standard has it: fewer programs look like mail.
        [b'=', high, low, ..] if !high.is_ascii_lowercase() && !low.is_ascii_lowercase() => {
            let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            Some((Some(digit(*high)? << 4 | digit(*low)?), 3))
        }
        _ => None,
    }
}
