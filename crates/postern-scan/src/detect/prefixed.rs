//! Own codes with their prefix: found by the prefix, proved by the parser and its check symbols.

use aho_corasick::BuildError;
use postern_codes::{Code, Format, Prefix, exact};
use zeroize::Zeroizing;

use super::search::Search;
use super::sieve::Sieve;
use super::symbols::{End, Symbols};
use super::{Detector, Hit, Text};
use crate::finding::Confidence;

/// Letters of a prefix that are searched for. Their spellings in both cases fit the vector instructions' search.
pub(super) const SOUGHT: usize = 4;

/// Finds codes behind listed prefixes.
pub(crate) struct Prefixed {
    prefixes: Vec<Prefix>,
    search: Search,
    sieve: Sieve,
}

impl Prefixed {
    /// For these prefixes.
    pub(crate) fn new(prefixes: &[Prefix]) -> Result<Self, BuildError> {
        let search = Search::of(prefixes.iter().flat_map(spellings))?;
        Ok(Self { prefixes: prefixes.to_vec(), search, sieve: Sieve::of(prefixes)? })
    }

    /// Whether there may be a code in this text, in any reading.
    pub(crate) fn may_be_in(&self, bytes: &[u8]) -> bool {
        self.sieve.lets_through(bytes)
    }

    /// The code behind this prefix at `start`, if there is one.
    fn read(&self, bytes: &[u8], start: usize, prefix: &Prefix) -> Option<Code> {
        let letters = prefix.as_str().len();
        let (typed, behind) = bytes.get(start..)?.split_at_checked(letters)?;
        if !typed.eq_ignore_ascii_case(prefix.as_str().as_bytes()) {
            return None;
        }
        let symbols = Symbols::read(behind, |run| self.is_prefix(run))?;
        // The longest first: the first sixteen symbols of a longer code pass by chance once in a while. So do a code and
        // the words behind it: what is grouped as its format is comes before.
        let (grouped, others): (Vec<End>, Vec<End>) =
            symbols.ends.iter().rev().partition(|end| end.is_grouped);
        grouped.iter().chain(&others).find_map(|end| code(prefix, symbols.text.get(..end.symbols)?))
    }

    fn is_prefix(&self, word: &[u8]) -> bool {
        self.prefixes.iter().any(|prefix| word.eq_ignore_ascii_case(prefix.as_str().as_bytes()))
    }
}

impl Detector for Prefixed {
    fn look(&self, text: &Text<'_>, hits: &mut Vec<Hit>) {
        for found in self.search.starts(text.bytes).filter(|found| begins_word(text.bytes, *found)) {
            let code = self.prefixes.iter().find_map(|prefix| self.read(text.bytes, found, prefix));
            if let Some(code) = code {
                hits.push(Hit {
                    start: found,
                    rule: rule(code.format()).into(),
                    confidence: Confidence::Certain,
                    label: label(code.format()).into(),
                    is_own: true,
                    code: Zeroizing::new(code.canonical().to_owned()),
                    siblings: 1,
                });
            }
        }
    }
}

/// Whether a word begins here. The colour of a terminal's text ends in a letter and is no word's beginning.
fn begins_word(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or_default();
    !before.last().is_some_and(u8::is_ascii_alphanumeric) || ends_in_colour(before)
}

/// `ESC [ 1 ; 32 m`.
fn ends_in_colour(bytes: &[u8]) -> bool {
    let Some((b'm', before)) = bytes.split_last() else { return false };
    let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    before.get(..before.len() - digits).is_some_and(|before| before.ends_with(b"\x1b["))
}

/// The rule of codes with prefix.
pub(crate) const fn rule(format: Format) -> &'static str {
    match format {
        Format::Standard => "postern-standard",
        Format::Compact => "postern-compact",
        Format::Numeric => "postern-numeric",
    }
}

/// What digests of own codes are made under, with prefix or without.
pub(crate) const fn label(format: Format) -> &'static str {
    rule(format)
}

/// The code that these symbols are under a prefix, if the check symbols say so.
pub(crate) fn code(prefix: &Prefix, symbols: &str) -> Option<Code> {
    exact(symbols, prefix)
}

/// The first letters of a prefix in every mixture of cases.
pub(super) fn spellings(prefix: &Prefix) -> Vec<String> {
    in_every_case(prefix.as_str().chars().take(SOUGHT))
}

/// Letters in every mixture of cases.
pub(super) fn in_every_case(letters: impl Iterator<Item = char>) -> Vec<String> {
    letters.fold(vec![String::new()], |begun, letter| {
        let with = |letter: char| begun.iter().map(move |begun| format!("{begun}{letter}"));
        with(letter.to_ascii_uppercase()).chain(with(letter.to_ascii_lowercase())).collect()
    })
}
