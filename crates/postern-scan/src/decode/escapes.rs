//! Escapes of JSON strings and of HTML: `\n`, `\u002d`, `&#45;`, `&nbsp;`, `<br>`.

use memchr::memchr3_iter;

use super::tags::tag;
use super::{Joint, View};

/// Names of HTML and what they stand for: what may stand in and around a code.
const NAMES: [(&[u8], char); 11] = [
    (b"&nbsp;", '\u{a0}'),
    (b"&ensp;", '\u{2002}'),
    (b"&emsp;", '\u{2003}'),
    (b"&thinsp;", '\u{2009}'),
    (b"&shy;", '\u{ad}'),
    (b"&hyphen;", '\u{2010}'),
    (b"&dash;", '\u{2010}'),
    (b"&ndash;", '\u{2013}'),
    (b"&mdash;", '\u{2014}'),
    (b"&minus;", '\u{2212}'),
    (b"&zwnj;", '\u{200c}'),
];

/// The reading without escapes, if there are any.
pub(super) fn view(bytes: &[u8]) -> Option<View> {
    let mut marks = memchr3_iter(b'\\', b'&', b'<', bytes)
        .filter_map(|at| Some((at, escaped(bytes.get(at..)?)?)))
        .peekable();
    marks.peek()?;
    let mut view = View::with_room(bytes.len());
    let mut from = 0;
    for (at, (meant, length)) in marks {
        // The second half of `\\` is no mark.
        if at < from {
            continue;
        }
        view.keep(bytes.get(from..at).unwrap_or_default());
        from = at + length;
        view.put(meant.text(&mut [0; 4]).as_bytes(), from);
    }
    view.keep(bytes.get(from..).unwrap_or_default());
    Some(view)
}

/// The joint at the start.
pub(super) fn joint(bytes: &[u8]) -> Option<Joint> {
    match escaped(bytes)? {
        (Meant::One(character), _) => Some(Joint::Letter(character)),
        (Meant::Text(""), length) => Some(Joint::Nothing(length)),
        (Meant::Text(_), _) => None,
    }
}

/// What an escape stands for.
enum Meant {
    One(char),
    Text(&'static str),
}

impl Meant {
    fn text<'a>(&self, room: &'a mut [u8; 4]) -> &'a str {
        match self {
            Self::One(character) => character.encode_utf8(room),
            Self::Text(text) => text,
        }
    }
}

/// The escape at the start, and how long it is.
fn escaped(bytes: &[u8]) -> Option<(Meant, usize)> {
    let one = |character, length| Some((Meant::One(character), length));
    match bytes {
        [b'\\', b'n' | b'r', ..] => one('\n', 2),
        [b'\\', b't', ..] => one('\t', 2),
        [b'\\', b'/', ..] => one('/', 2),
        [b'\\', b'\\', ..] => one('\\', 2),
        [b'\\', b'u', ..] => one(number(bytes.get(2..6)?, 16)?, 6),
        [b'&', b'#', b'x' | b'X', rest @ ..] => {
            let digits = rest.iter().take(7).position(|byte| *byte == b';')?;
            one(number(rest.get(..digits)?, 16)?, digits + 4)
        }
        [b'&', b'#', rest @ ..] => {
            let digits = rest.iter().take(8).position(|byte| *byte == b';')?;
            one(number(rest.get(..digits)?, 10)?, digits + 3)
        }
        [b'&', ..] => {
            let (name, character) = NAMES.iter().find(|(name, _)| bytes.starts_with(name))?;
            one(*character, name.len())
        }
        [b'<', ..] => tag(bytes).map(|(text, length)| (Meant::Text(text), length)),
        _ => None,
    }
}

/// The character of a number in digits.
fn number(digits: &[u8], base: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, base).ok().and_then(char::from_u32)
}
