//! Whether a text may have a prefix in any reading: one pass, which lets most texts fall.

use aho_corasick::BuildError;
use postern_codes::Prefix;

use super::joints::Joints;
use super::prefixed::{SOUGHT, in_every_case, spellings};
use super::search::Search;

/// Letters that are searched for in the one pass: as many as the shortest of what else is.
const PAIR: usize = 2;

pub(super) struct Sieve {
    /// Pairs of letters of the prefixes, joints, and what is only in UTF-16.
    search: Search,
    /// The first letters of the prefixes, which a pair ends.
    begun: Vec<Vec<u8>>,
    joints: Joints,
    /// Prefixes and joints in UTF-16.
    wide: Search,
}

impl Sieve {
    pub(super) fn of(prefixes: &[Prefix]) -> Result<Self, BuildError> {
        let joints = Joints::of(prefixes);
        let begun = |prefix: &Prefix| prefix.as_str().bytes().take(SOUGHT).collect::<Vec<u8>>();
        let begun: Vec<Vec<u8>> = prefixes.iter().map(begun).collect();
        let pairs = begun.iter().filter_map(|letters| letters.last_chunk::<PAIR>());
        let pairs = pairs.flat_map(|pair| in_every_case(pair.iter().copied().map(char::from)));
        let narrow: Vec<String> = pairs.chain(joints.begin().map(str::to_owned)).collect();
        // Between two characters of UTF-16 stands a zero, in either byte order. Quoted-printable is not looked for in it.
        let escapes = joints.begin().filter(|begin| !begin.contains('=')).map(str::to_owned);
        let wide: Vec<String> =
            prefixes.iter().flat_map(spellings).chain(escapes).map(|text| zeros(&text)).collect();
        let begin_wide =
            narrow.iter().filter_map(|text| text.chars().next()).map(|first| format!("{first}\0"));
        let mut all: Vec<String> = begin_wide.chain(narrow.iter().cloned()).collect();
        all.sort_unstable();
        all.dedup();
        Ok(Self { search: Search::of(all)?, begun, joints, wide: Search::of(wide)? })
    }

    /// Whether it may.
    pub(super) fn lets_through(&self, bytes: &[u8]) -> bool {
        let mut is_narrow = false;
        self.search.starts(bytes).any(|at| match bytes.get(at..) {
            Some([_, 0, ..]) if is_narrow => false,
            Some([_, 0, ..]) => {
                is_narrow = true;
                self.wide.is_in(bytes)
            }
            Some([b'>', ..]) => self.begins(bytes, at) || self.joints.hides(bytes, at),
            Some([first, ..]) if first.is_ascii_alphabetic() => self.begins(bytes, at),
            _ => self.joints.hides(bytes, at),
        })
    }

    /// Whether the pair here, or the next, which may lie over it, ends the first letters of a prefix.
    fn begins(&self, bytes: &[u8], pair: usize) -> bool {
        let begins = |letters: &[u8], pair: usize| {
            let end = pair + PAIR;
            let text = end.checked_sub(letters.len()).and_then(|start| bytes.get(start..end));
            text.is_some_and(|text| text.eq_ignore_ascii_case(letters))
        };
        self.begun.iter().any(|letters| begins(letters, pair) || begins(letters, pair + 1))
    }
}

/// With a zero between two characters.
fn zeros(text: &str) -> String {
    text.chars().map(String::from).collect::<Vec<_>>().join("\0")
}
