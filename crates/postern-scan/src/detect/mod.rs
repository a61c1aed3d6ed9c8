//! Detectors: what looks at text and says where codes stand.

mod chance;
mod gap;
mod joints;
pub(crate) mod loose;
pub(crate) mod others;
pub(crate) mod prefixed;
mod search;
mod shape;
mod sieve;
mod symbols;
pub(crate) mod words;

use zeroize::Zeroizing;

use self::words::{Wanted, Word};
use crate::finding::{Confidence, RuleName};
use crate::place::Origin;

/// Text as a detector sees it: one window of one piece, decoded or as it is.
pub(crate) struct Text<'a> {
    /// The bytes. Mostly UTF-8; nothing relies on it.
    pub(crate) bytes: &'a [u8],
    /// The words in it that detectors want, and others.
    pub(crate) words: &'a [Word],
    /// What it is a piece of. A file's name tells what is in it.
    pub(crate) origin: &'a Origin,
}

/// One code that a detector saw. It lives until it is masked and digested, and is overwritten then.
pub(crate) struct Hit {
    /// Where it starts in the text.
    pub(crate) start: usize,
    /// The rule.
    pub(crate) rule: RuleName,
    /// How sure.
    pub(crate) confidence: Confidence,
    /// What the digest is made under, the same in every spelling.
    pub(crate) label: RuleName,
    /// Whether check symbols prove it to be one of ours, as far as they can.
    pub(crate) is_own: bool,
    /// The code, without prefix and separators.
    pub(crate) code: Zeroizing<String>,
    /// How many of its kind stand around it, itself included.
    pub(crate) siblings: u32,
}

impl Hit {
    /// Whether it is one of ours and stands behind its prefix.
    pub(crate) fn has_prefix(&self) -> bool {
        self.is_own && self.rule == self.label
    }
}

/// Whether a rule is one of our own codes.
pub(crate) fn is_own(rule: &str) -> bool {
    rule.starts_with("postern-")
}

/// Looks for one kind of code. Sees each place together with what stands around it.
pub(crate) trait Detector: Send + Sync {
    /// The words that it has to be given: one pass over the text finds them for all detectors.
    fn wants(&self) -> Wanted {
        Wanted::default()
    }

    /// Adds what it sees.
    fn look(&self, text: &Text<'_>, hits: &mut Vec<Hit>);
}
