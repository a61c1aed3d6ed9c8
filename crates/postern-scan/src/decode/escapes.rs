//! Escapes of JSON strings and of HTML: `\n`, `\u002d`, `&#45;`, `&nbsp;`, `<br>`.

use memchr::memchr3_iter;

use super::View;
use super::meant::Meant;
use super::tags::tag;

/// Names of HTML and what they stand for: what may stand in and around a code.
const NAMES: [(&[u8], char); 11] = [
    (b"nbsp;", '\u{a0}'),
    (b"ensp;", '\u{2002}'),
    (b"emsp;", '\u{2003}'),
    (b"thinsp;", '\u{2009}'),
    (b"shy;", '\u{ad}'),
    (b"hyphen;", '\u{2010}'),
    (b"dash;", '\u{2010}'),
    (b"ndash;", '\u{2013}'),
    (b"mdash;", '\u{2014}'),
    (b"minus;", '\u{2212}'),
    (b"zwnj;", '\u{200c}'),
];

/// How often JSON inside of JSON is escaped: seven backslashes are three times.
const BACKSLASHES: usize = 7;
/// How often a page that is text in another page is.
const AMPERSANDS: usize = 3;

/// The reading without escapes, if there are any.
pub(super) fn view(bytes: &[u8]) -> Option<View> {
    let marks = memchr3_iter(b'\\', b'&', b'<', bytes);
    View::undone(bytes, marks.filter_map(|at| Some((at, escaped(bytes.get(at..)?)?))))
}

/// The escape at the start, and how long it is.
pub(super) fn escaped(bytes: &[u8]) -> Option<(Meant, usize)> {
    match bytes {
        [b'\\', ..] => backslash(bytes).map(|(character, length)| (Meant::One(character), length)),
        [b'&', rest @ ..] => entity(rest).map(|(character, length)| (Meant::One(character), length + 1)),
        [b'<', ..] => tag(bytes).map(|(text, length)| (Meant::Text(text), length)),
        _ => None,
    }
}

/// What backslashes stand for with what is behind them, however often they were escaped themselves.
fn backslash(bytes: &[u8]) -> Option<(char, usize)> {
    let run = bytes.iter().take(BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    match bytes.get(run..)? {
        [b'n' | b'r', ..] => Some(('\n', run + 1)),
        [b't', ..] => Some(('\t', run + 1)),
        [b'u', digits @ ..] => Some((number(digits.get(..4)?, 16)?, run + 5)),
        [b'/', ..] if run == 1 => Some(('/', 2)),
        _ => (run > 1).then_some(('\\', 2)),
    }
}

/// What stands behind an ampersand, which may be escaped itself: then letters are left, which no code is escaped by.
fn entity(bytes: &[u8]) -> Option<(char, usize)> {
    let (mut rest, mut again) = (bytes, 0);
    while let Some(inner) = rest.strip_prefix(b"amp;").filter(|_| again < AMPERSANDS) {
        (rest, again) = (inner, again + 1);
    }
    let (character, length) = match rest {
        [b'#', b'x' | b'X', digits @ ..] => numbered(digits, 16).map(|(one, length)| (one, length + 2)),
        [b'#', digits @ ..] => numbered(digits, 10).map(|(one, length)| (one, length + 1)),
        _ => NAMES.iter().find(|(name, _)| rest.starts_with(name)).map(|(name, one)| (*one, name.len())),
    }?;
    (again == 0 || !character.is_alphanumeric()).then_some((character, again * 4 + length))
}

/// The character of a number, and how long it is with the semicolon that should end it; pages leave it out, and browsers
/// read them all the same.
fn numbered(digits: &[u8], base: u32) -> Option<(char, usize)> {
    let length = digits.iter().take_while(|byte| char::from(**byte).is_digit(base)).take(8).count();
    let end = match digits.get(length) {
        Some(b';') => 1,
        // More of it may stand behind a soft break.
        Some(b'=') => return None,
        _ => 0,
    };
    Some((number(digits.get(..length)?, base)?, length + end))
}

/// The character of a number in digits.
fn number(digits: &[u8], base: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(digits, base).ok().and_then(char::from_u32)
}
