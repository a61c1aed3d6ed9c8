//! What may hide a prefix: something that joins two letters in another reading of the text, or stands for one.

use memchr::memchr_iter;
use postern_codes::Prefix;

use super::search::Search;
use crate::decode::{Joint, joint};

/// How joints begin, beside tags. See `decode`.
const BEGIN: [&str; 8] = ["=\n", "=\r", "=4", "=5", "=6", "=7", "\\u0", "&#"];

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
        let mut tags = memchr_iter(b'<', bytes);
        tags.any(|at| self.hides(bytes, at)) || self.search.starts(bytes).any(|at| self.hides(bytes, at))
    }

    fn hides(&self, bytes: &[u8], at: usize) -> bool {
        let joint = |at: usize| bytes.get(at..).and_then(joint);
        let begins = at.checked_sub(1).is_some_and(|before| self.has(bytes.get(before)));
        let mut behind = at;
        // Several tags may stand behind each other.
        while let Some(Joint::Nothing(length)) = joint(behind).filter(|_| begins) {
            behind += length;
        }
        match joint(behind) {
            Some(Joint::Letter(letter)) => u8::try_from(letter).is_ok_and(|letter| self.has(Some(&letter))),
            _ => behind > at && self.has(bytes.get(behind)),
        }
    }

    fn has(&self, byte: Option<&u8>) -> bool {
        byte.is_some_and(|byte| self.letters.contains(&byte.to_ascii_uppercase()))
    }
}
