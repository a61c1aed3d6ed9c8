//! What may hide a prefix: something that joins two letters in another reading of the text, or stands for one.

use memchr::{memrchr, memrchr2};
use postern_codes::Prefix;

use crate::decode::{Joint, TAG, joint};

/// How joints begin, beside tags, which end with `>`. See `decode`.
const BEGIN: [&str; 12] = ["=\n", "=\r", "=0", "=2", "=3", "=4", "=5", "=6", "=7", "\\u0", "\\u=", "&#"];
/// What makes an escape or a tag if it is quoted itself.
const MARKS: &[u8] = b"<>&#;\\";
/// The longest escape of a letter that a soft break may stand in.
const ESCAPE: usize = 12;

pub(super) struct Joints {
    begin: Vec<String>,
    /// Letters of the prefixes.
    letters: Vec<u8>,
}

impl Joints {
    pub(super) fn of(prefixes: &[Prefix]) -> Self {
        let mut letters: Vec<u8> = prefixes.iter().flat_map(|prefix| prefix.as_str().bytes()).collect();
        letters.sort_unstable();
        letters.dedup();
        // A letter behind a tag: far fewer than tags.
        let behind = letters.iter().flat_map(|letter| [*letter, letter.to_ascii_lowercase()]);
        let tags = behind.map(|letter| format!(">{}", char::from(letter)));
        let begin: Vec<String> = BEGIN.into_iter().map(str::to_owned).chain(tags).collect();
        Self { begin, letters }
    }

    /// How they begin.
    pub(super) fn begin(&self) -> impl Iterator<Item = &str> {
        self.begin.iter().map(String::as_str)
    }

    /// Whether what begins so here may be one beside letters of a prefix, or for one.
    pub(super) fn hides(&self, bytes: &[u8], at: usize) -> bool {
        let rest = bytes.get(at..).unwrap_or_default();
        if let [b'>', ..] = rest {
            return self.is_tag(bytes, at);
        }
        let is_quoted = rest.starts_with(b"=");
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let joins = match joint(rest) {
            Some(Joint::Letter(letter)) => u8::try_from(letter)
                .is_ok_and(|letter| self.has(Some(&letter)) || (is_quoted && MARKS.contains(&letter))),
            Some(Joint::Nothing(length)) => self.may_end(before) && self.has(bytes.get(at + length)),
            // Something quoted in an escape.
            None => return !is_quoted && rest.iter().take(ESCAPE).any(|byte| *byte == b'='),
        };
        let begins_escape = matches!(before, Some(b'&' | b'\\' | b'<'));
        joins || (is_quoted && (begins_escape || self.is_in_tag(bytes, at)))
    }

    /// Whether a tag that stands for nothing ends here, and a letter or another joint in front of it.
    fn is_tag(&self, bytes: &[u8], end: usize) -> bool {
        let from = end.saturating_sub(TAG);
        let begin = bytes.get(from..end).and_then(|before| memrchr(b'<', before)).map(|begin| from + begin);
        begin.is_some_and(|begin| {
            let tag = bytes.get(begin..).and_then(joint);
            matches!(tag, Some(Joint::Nothing(length)) if begin + length == end + 1)
                && self.may_end(begin.checked_sub(1).and_then(|before| bytes.get(before)))
        })
    }

    /// Whether it stands in something that may be a tag behind a letter or another joint: quoted, the tag is none as it
    /// stands.
    fn is_in_tag(&self, bytes: &[u8], at: usize) -> bool {
        let from = at.saturating_sub(TAG);
        let before = bytes.get(from..at).unwrap_or_default();
        let begin = memrchr2(b'<', b'>', before).filter(|begin| before.get(*begin) == Some(&b'<'));
        begin.is_some_and(|begin| self.may_end((from + begin).checked_sub(1).and_then(|at| bytes.get(at))))
    }

    /// Whether what stands in front of a joint can be a part of a prefix: a letter of one, or the end of a joint.
    fn may_end(&self, byte: Option<&u8>) -> bool {
        self.has(byte) || matches!(byte, Some(b'>' | b'\n' | b';'))
    }

    fn has(&self, byte: Option<&u8>) -> bool {
        byte.is_some_and(|byte| self.letters.binary_search(&byte.to_ascii_uppercase()).is_ok())
    }
}
