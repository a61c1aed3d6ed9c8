//! Own codes without prefix, in any spelling: shape, then check symbols, then how many of a kind stand together.
//!
//! One alone is *possible*: one shaped word in 1,024 passes by chance (numeric: 97). See `chance`.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use postern_codes::{Code, Format, Prefix};
use zeroize::Zeroizing;

use super::prefixed::{code, label};
use super::shape::{Layout, Shaped, layouts, shaped};
use super::words::{Wanted, Word};
use super::{Detector, Hit, Text, chance};

/// How far siblings stand from each other at most.
const LINES: usize = 40;
/// And in bytes, for text without lines. Twice this fits into a window's margin.
const BYTES: usize = 8 << 10;

/// Finds codes without prefix.
pub(crate) struct Loose {
    prefixes: Vec<Prefix>,
    layouts: Vec<Layout>,
}

impl Loose {
    /// Codes whose check symbols are right under one of these prefixes.
    pub(crate) fn new(prefixes: &[Prefix]) -> Self {
        Self { prefixes: prefixes.to_vec(), layouts: layouts().collect() }
    }

    /// Every shaped word, in order, without those that overlap a right one.
    fn shaped(&self, bytes: &[u8], words: &[Word]) -> Vec<(Shaped, Option<Code>)> {
        let mut seen: Vec<(Shaped, Option<Code>)> = Vec::new();
        for (first, word) in words.iter().enumerate() {
            let layouts = self.layouts.iter().filter(|layout| layout.symbols == word.length).copied();
            for shaped in layouts.filter_map(|layout| shaped(bytes, words, first, layout)) {
                // With its prefix it is not ours to find, and the prefix is no group.
                if self.is_prefix(bytes.get(word.start..word.end())) {
                    continue;
                }
                let right = self.prefixes.iter().find_map(|prefix| code(prefix, &shaped.symbols));
                match seen.last() {
                    Some((before, Some(_))) if before.end > shaped.start => {}
                    Some((before, None)) if before.end > shaped.start && right.is_some() => {
                        seen.pop();
                        seen.push((shaped, right));
                    }
                    Some((before, None)) if before.end > shaped.start => {}
                    _ => seen.push((shaped, right)),
                }
            }
        }
        seen
    }

    fn is_prefix(&self, word: Option<&[u8]>) -> bool {
        let same =
            |prefix: &Prefix| word.is_some_and(|word| word.eq_ignore_ascii_case(prefix.as_str().as_bytes()));
        self.prefixes.iter().any(same)
    }

    /// The decimal logarithm of one in how many random words is right.
    fn odds(&self, format: Format) -> f64 {
        match format {
            // Numeric check digits do not know the prefix.
            Format::Numeric => 97_f64.log10(),
            _ => (1024.0 / self.prefixes.len().max(1) as f64).log10(),
        }
    }
}

impl Detector for Loose {
    /// Codes in one piece have a digit (see `shape`); groups of a longer one may have none.
    fn wants(&self) -> Wanted {
        let lengths = |whole: bool| {
            let of = move |layout: &&Layout| (layout.groups == 1) == whole;
            self.layouts.iter().filter(of).map(|layout| layout.symbols)
        };
        Wanted::every(lengths(false)).and(Wanted::marked(lengths(true)))
    }

    fn look(&self, text: &Text<'_>, hits: &mut Vec<Hit>) {
        let seen = self.shaped(text.bytes, text.words);
        for format in Format::ALL {
            let of_format: Vec<_> = seen.iter().filter(|(shaped, _)| shaped.format == format).collect();
            let counts = counts(&of_format);
            for ((shaped, right), (all, passed)) in of_format.into_iter().zip(counts) {
                let Some(code) = right else { continue };
                hits.push(Hit {
                    start: shaped.start,
                    rule: rule(format).into(),
                    confidence: chance::confidence(all, passed, self.odds(format)),
                    label: label(format).into(),
                    is_own: true,
                    code: Zeroizing::new(code.canonical().to_owned()),
                    siblings: u32::try_from(passed).unwrap_or(u32::MAX),
                });
            }
        }
    }
}

/// The rule of codes without prefix.
const fn rule(format: Format) -> &'static str {
    match format {
        Format::Standard => "postern-standard-loose",
        Format::Compact => "postern-compact-loose",
        Format::Numeric => "postern-numeric-loose",
    }
}

/// For each word, how many different ones stand near it, and how many of those are right. Itself included.
fn counts(words: &[&(Shaped, Option<Code>)]) -> Vec<(usize, usize)> {
    let fresh = fresh(words);
    let near = |one: &Shaped, other: &Shaped| {
        one.start.abs_diff(other.start) <= BYTES && one.line.abs_diff(other.line) <= LINES
    };
    // Sums up to each word, so that a window's count is a difference.
    let mut sums = vec![(0, 0)];
    for ((_, right), fresh) in words.iter().copied().zip(&fresh) {
        let (all, passed) = sums.last().copied().unwrap_or_default();
        sums.push((all + usize::from(*fresh), passed + usize::from(*fresh && right.is_some())));
    }
    let (mut from, mut to) = (0, 0);
    let count = words.iter().map(|(word, right)| {
        while words.get(from).is_some_and(|(first, _)| first.start < word.start && !near(first, word)) {
            from += 1;
        }
        while words.get(to).is_some_and(|(last, _)| last.start <= word.start || near(last, word)) {
            to += 1;
        }
        let at = |place: usize| sums.get(place).copied().unwrap_or_default();
        let passed = (at(to).1 - at(from).1).max(usize::from(right.is_some()));
        ((at(to).0 - at(from).0).max(passed), passed)
    });
    count.collect()
}

/// Whether a word stands here for the first time: one that is repeated is no sibling of itself.
fn fresh(words: &[&(Shaped, Option<Code>)]) -> Vec<bool> {
    let mut last = HashMap::new();
    let fresh = words.iter().map(|(word, right)| {
        // Two spellings of a code are one.
        let symbols = right.as_ref().map_or(word.symbols.as_str(), Code::canonical);
        let mut hasher = DefaultHasher::new();
        symbols.hash(&mut hasher);
        last.insert(hasher.finish(), word.start).is_none_or(|before| word.start - before > BYTES)
    });
    fresh.collect()
}
