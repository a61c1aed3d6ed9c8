//! What may stand between two symbols or groups of one code.

/// The most bytes of one gap.
const LONGEST: usize = 16;

/// And with what quotes the line behind it.
pub(crate) const FURTHEST: usize = 2 * LONGEST + 3;

/// What a gap is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Hyphens, dashes, dots or underscores.
    Joined,
    /// Spaces.
    Spaced,
    /// One end of a line, with what indents or quotes the next.
    Wrapped,
    /// The same with a hyphen beside it.
    Parted,
}

/// Reads the gap at the start of `bytes`: what it is and how long. None if something else stands there.
pub(crate) fn gap(bytes: &[u8]) -> Option<(Gap, usize)> {
    let (mut kind, mut length) = (None, 0);
    while let Some((next, step)) = bytes.get(length..).and_then(one) {
        kind = Some(match (kind, next) {
            (Some(Gap::Wrapped | Gap::Parted), Gap::Wrapped) => return None,
            (Some(Gap::Parted), _)
            | (Some(Gap::Wrapped), Gap::Joined)
            | (Some(Gap::Joined), Gap::Wrapped) => Gap::Parted,
            (Some(Gap::Wrapped), _) | (_, Gap::Wrapped) => Gap::Wrapped,
            (Some(Gap::Joined), _) | (_, Gap::Joined) => Gap::Joined,
            _ => Gap::Spaced,
        });
        length += step;
        if length > LONGEST {
            return None;
        }
    }
    // A reply quotes with "> ".
    if matches!(kind, Some(Gap::Wrapped | Gap::Parted)) {
        let rest = bytes.get(length..).unwrap_or_default();
        length += rest.iter().take(LONGEST).take_while(|byte| matches!(byte, b'>' | b' ' | b'|')).count();
    }
    kind.map(|kind| (kind, length))
}

/// One separator of the formats' closed list (docs/code-formats.md), in UTF-8, or the end of a line.
fn one(bytes: &[u8]) -> Option<(Gap, usize)> {
    Some(match bytes {
        [b'-' | b'_' | b'.', ..] => (Gap::Joined, 1),
        [b' ' | b'\t', ..] => (Gap::Spaced, 1),
        [b'\r', b'\n', ..] => (Gap::Wrapped, 2),
        [b'\n' | b'\r', ..] => (Gap::Wrapped, 1),
        // No-break space, soft hyphen.
        [0xc2, 0xa0, ..] => (Gap::Spaced, 2),
        [0xc2, 0xad, ..] => (Gap::Joined, 2),
        // U+2000 to U+200D: spaces of all widths, zero-width ones. U+2010 to U+2015: hyphens and dashes.
        [0xe2, 0x80, 0x80..=0x8d | 0xaf, ..] => (Gap::Spaced, 3),
        [0xe2, 0x80, 0x90..=0x95, ..] => (Gap::Joined, 3),
        // U+205F, U+2060, U+2212, U+3000, U+FEFF.
        [0xe2, 0x81, 0x9f | 0xa0, ..] | [0xe3, 0x80, 0x80, ..] | [0xef, 0xbb, 0xbf, ..] => (Gap::Spaced, 3),
        // The minus sign, the small hyphens.
        [0xe2, 0x88, 0x92, ..] | [0xef, 0xb9, 0x98 | 0xa3, ..] => (Gap::Joined, 3),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Gap, gap};

    #[test]
    fn gaps_are_read_and_end_where_something_else_begins() {
        assert_eq!(gap(b"-6N"), Some((Gap::Joined, 1)));
        assert_eq!(gap(b" - 6N"), Some((Gap::Joined, 3)));
        assert_eq!(gap("\u{2011}6N".as_bytes()), Some((Gap::Joined, 3)));
        assert_eq!(gap("\u{a0}6N".as_bytes()), Some((Gap::Spaced, 2)));
        assert_eq!(gap(b"\r\n> 6N"), Some((Gap::Wrapped, 4)));
        assert_eq!(gap(b"-\n6N"), Some((Gap::Parted, 2)));
        assert_eq!(gap(b" -\r\n  6N"), Some((Gap::Parted, 6)));
        assert_eq!(gap(b"\n- 6N"), Some((Gap::Parted, 3)));
        assert_eq!(gap(b"-\n-\n6N"), None);
        assert_eq!(gap(b"\n\n6N"), None);
        assert_eq!(gap(b"/6N"), None);
        assert_eq!(gap(b"6N"), None);
    }
}
