//! Where one of some words begins: by vector instructions where the processor has them.

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, BuildError};

pub(super) struct Search {
    /// For few words on a processor that has the instructions.
    packed: Option<Searcher>,
    automaton: AhoCorasick,
}

impl Search {
    pub(super) fn of<T: AsRef<[u8]>>(words: impl IntoIterator<Item = T>) -> Result<Self, BuildError> {
        let words: Vec<T> = words.into_iter().collect();
        let packed = Config::new().match_kind(MatchKind::LeftmostFirst).builder().extend(&words).build();
        Ok(Self { packed, automaton: AhoCorasick::new(&words)? })
    }

    /// Whether there is one of the words.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        self.starts(bytes).next().is_some()
    }

    /// The starts of words that do not overlap, in order.
    pub(super) fn starts<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        let packed = self.packed.as_ref().map(|packed| packed.find_iter(bytes).map(|found| found.start()));
        let others =
            self.packed.is_none().then(|| self.automaton.find_iter(bytes).map(|found| found.start()));
        packed.into_iter().flatten().chain(others.into_iter().flatten())
    }
}
