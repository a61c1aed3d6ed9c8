//! Tags of HTML in text: those that end a line, those that part words, and those that a code may go through.

/// The longest tag that is taken for one.
const LONGEST: usize = 1 << 10;
/// And with its name.
pub(crate) const WHOLE: usize = LONGEST + 16;
/// White space behind the end of a line that belongs to it.
const INDENT: usize = 64;

/// What a tag stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meant {
    /// The end of a line.
    Line,
    /// The end of a cell.
    Cell,
    /// Nothing.
    Nothing,
}

/// Names of tags, in lower case, what they stand for at their begin, and at their end.
const NAMES: [(&[&[u8]], Meant, Meant); 3] = [
    (&[b"br", b"hr"], Meant::Line, Meant::Line),
    (&[b"td", b"th"], Meant::Nothing, Meant::Cell),
    (
        &[
            b"p",
            b"li",
            b"div",
            b"tr",
            b"pre",
            b"blockquote",
            b"dd",
            b"dt",
            b"h1",
            b"h2",
            b"h3",
            b"h4",
            b"h5",
            b"h6",
            b"ul",
            b"ol",
            b"table",
            b"section",
            b"article",
        ],
        Meant::Nothing,
        Meant::Line,
    ),
];

/// Names of tags that stand for nothing.
const NOTHING: [&[u8]; 28] = [
    b"a", b"abbr", b"b", b"bdi", b"bdo", b"big", b"code", b"del", b"em", b"font", b"i", b"ins", b"kbd",
    b"label", b"mark", b"nobr", b"o:p", b"q", b"s", b"samp", b"small", b"span", b"strike", b"strong", b"sub",
    b"sup", b"tt", b"u",
];

/// What the tag at the start stands for, and how long it is.
pub(super) fn tag(bytes: &[u8]) -> Option<(&'static str, usize)> {
    let (is_end, name) = match bytes {
        [b'<', b'/', rest @ ..] => (true, rest),
        [b'<', rest @ ..] => (false, rest),
        _ => return None,
    };
    let length = name.iter().take(12).position(|byte| !byte.is_ascii_alphanumeric() && *byte != b':')?;
    let meant = meant(name.get(..length)?, is_end)?;
    let behind = name.get(length..)?;
    let end = memchr::memchr2(b'<', b'>', behind.get(..LONGEST.min(behind.len()))?)?;
    let (Some(b'>'), Some(b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n')) = (behind.get(end), behind.first())
    else {
        return None;
    };
    let whole = bytes.len() - behind.len() + end + 1;
    Some(match meant {
        Meant::Nothing => ("", whole),
        Meant::Cell => (" ", whole),
        Meant::Line => {
            let indent = bytes.iter().skip(whole).take(INDENT).take_while(|byte| byte.is_ascii_whitespace());
            ("\n", whole + indent.count())
        }
    })
}

fn meant(name: &[u8], is_end: bool) -> Option<Meant> {
    let is = |known: &&[u8]| known.eq_ignore_ascii_case(name);
    if NOTHING.iter().any(is) || name.eq_ignore_ascii_case(b"wbr") {
        return Some(Meant::Nothing);
    }
    let (_, begin, end) = NAMES.iter().find(|(names, _, _)| names.iter().any(is))?;
    Some(if is_end { *end } else { *begin })
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn tags_stand_for_lines_cells_or_nothing() {
        for (text, meant) in [
            ("<br>x", Some(("\n", 4))),
            ("<BR />\r\n  x", Some(("\n", 10))),
            ("</p>", Some(("\n", 4))),
            ("<p class=\"a\">", Some(("", 13))),
            ("</td>\n", Some((" ", 5))),
            ("<span\n style='x'>", Some(("", 17))),
            ("</span>", Some(("", 7))),
            ("<wbr/>", Some(("", 6))),
            ("<b>", Some(("", 3))),
            ("<blink>", None),
            ("<b", None),
            ("<b <i>", None),
            ("<b=c>", None),
            ("a < b > c", None),
            ("", None),
        ] {
            assert_eq!(tag(text.as_bytes()), meant, "{text}");
        }
        let long = format!("<a href=\"{}\">", "x".repeat(2000));
        assert_eq!(tag(long.as_bytes()), None);
    }
}
