//! Found words, read: which can be codes of the tenant, and of which format.

use std::sync::Arc;

use postern_codes::{Code, Parsed, Prefix, Reading, parse};
use postern_core::subject::FoundWord;
use postern_core::verifier::{Material, Stretch};
use zeroize::Zeroizing;

use super::LeakOutcome;

/// A word that can be a code, and its place in the request.
pub(super) type Placed = (u8, Arc<Code>);

/// The words of a request.
pub(super) struct Words {
    /// Those that can be codes.
    pub(super) codes: Vec<Placed>,
    /// What is known of each word without a subject.
    pub(super) outcomes: Vec<LeakOutcome>,
}

impl Words {
    /// Reads words. One whose check symbols are wrong is no code: nobody typed it, so no slip is forgiven.
    pub(super) fn read(words: &[Zeroizing<String>], prefixes: &[Prefix]) -> Self {
        let mut codes = Vec::new();
        for (place, word) in (0u8..).zip(words) {
            if let Parsed::Testable { code, reading: Reading::AsTyped } = parse(word, prefixes) {
                codes.push((place, Arc::new(code)));
            }
        }
        Self { codes, outcomes: vec![LeakOutcome::NotOurs; words.len()] }
    }

    /// Says the same of every code that `which` picks.
    pub(super) fn say(&mut self, outcome: LeakOutcome, which: impl Fn(&Code) -> bool) {
        for (place, _) in self.codes.iter().filter(|(_, code)| which(code)) {
            if let Some(said) = self.outcomes.get_mut(usize::from(*place)) {
                *said = outcome;
            }
        }
    }

    /// Says what was found of one word; the surest word counts, should it be a code of two.
    pub(super) fn found(&mut self, place: u8, outcome: LeakOutcome) {
        if let Some(said) = self.outcomes.get_mut(usize::from(place))
            && weight(outcome) > weight(*said)
        {
            *said = outcome;
        }
    }

    /// How many words need stretching.
    pub(super) fn stretched(&self) -> usize {
        self.codes.iter().filter(|(_, code)| code.format().stretched()).count()
    }

    /// Those that need none, ready for every subject.
    pub(super) fn ready(&self) -> Vec<FoundWord> {
        let plain = self.codes.iter().filter(|(_, code)| !code.format().stretched());
        let ready = |(place, code): &Placed| {
            let material = Material::new(code, Stretch::None, &[])?;
            Some(FoundWord { place: *place, material })
        };
        plain.filter_map(ready).collect()
    }
}

const fn weight(outcome: LeakOutcome) -> u8 {
    match outcome {
        LeakOutcome::Live { revoked: true } => 5,
        LeakOutcome::Live { revoked: false } => 4,
        LeakOutcome::Spent => 3,
        LeakOutcome::Old => 2,
        LeakOutcome::NotOurs | LeakOutcome::NeedsSubject | LeakOutcome::Undecided => 1,
    }
}
