//! Detectors: what looks at text and says where codes stand.

mod chance;
mod gap;
mod joints;
pub(crate) mod loose;
pub(crate) mod prefixed;
mod search;
mod shape;
mod words;

use zeroize::Zeroizing;

use crate::finding::{Confidence, RuleName};

/// Text as a detector sees it: one window of one piece, decoded or as it is.
pub(crate) struct Text<'a> {
    /// The bytes. Mostly UTF-8; nothing relies on it.
    pub(crate) bytes: &'a [u8],
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
    /// The code, without prefix and separators.
    pub(crate) code: Zeroizing<String>,
    /// How many of its kind stand around it, itself included.
    pub(crate) siblings: u32,
}

/// Looks for one kind of code. Sees each place together with what stands around it.
pub(crate) trait Detector: Send + Sync {
    /// Adds what it sees.
    fn look(&self, text: &Text<'_>, hits: &mut Vec<Hit>);
}
