//! What may hide a prefix: something that joins two letters in another reading of the text, or stands for one.

use postern_codes::Prefix;

use super::search::Search;
use crate::decode::{Joint, joint};

/// How joints begin. See `decode`.
const BEGIN: [&str; 13] = ["=\n", "=\r", "=4", "=5", "=6", "=7", "<w", "<W", "<s", "<S", "</", "\\u0", "&#"];

pub(super) struct Joints {
    search: Search,
    /// Letters of the prefixes.
    letters: Vec<u8>,
}

impl Joints {
    pub(super) fn of(prefixes: &[Prefix]) -> Result<Self, aho_corasick::BuildError> {
        let letters = prefixes.iter().flat_map(|prefix| prefix.as_str().bytes()).collect();
        Ok(Self { search: Search::of(BEGIN)?, letters })
    }

    /// Whether there is one beside letters of a prefix, or for one.
    pub(super) fn are_in(&self, bytes: &[u8]) -> bool {
        let is_letter =
            |byte: Option<u8>| byte.is_some_and(|byte| self.letters.contains(&byte.to_ascii_uppercase()));
        let hides = |at: usize| match joint(bytes.get(at..)?)? {
            Joint::Letter(letter) => Some(is_letter(u8::try_from(letter).ok())),
            Joint::Nothing(length) => {
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                Some(is_letter(before.copied()) && is_letter(bytes.get(at + length).copied()))
            }
        };
        self.search.starts(bytes).any(|at| hides(at) == Some(true))
    }
}
