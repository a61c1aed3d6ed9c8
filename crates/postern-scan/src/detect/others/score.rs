//! From evidence to how sure a run is: points for what speaks for it and against it.
//!
//! The weights are judged by the labelled corpus (`cargo xtask scan-eval`), which tells the share that is right of each
//! confidence.

use super::context::Says;
use crate::finding::Confidence;

/// Points from which a run is possible, likely, certain.
const BOUNDS: [(Confidence, i32); 3] =
    [(Confidence::Certain, 9), (Confidence::Likely, 6), (Confidence::Possible, 3)];

/// How a run's number of codes fits to how many the provider gives out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Count {
    /// As many as it gives.
    Exact,
    /// Fewer, at least half: some are spent.
    Some,
    /// Another number, or it is not known how many it gives.
    #[default]
    Other,
    /// More than three sets of them.
    Table,
}

/// What speaks for a run and against it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Evidence {
    /// What the shape says by itself.
    pub(super) shape: i32,
    pub(super) count: Count,
    /// Whether it is a list.
    pub(super) is_list: bool,
    /// Words around it name backup codes.
    pub(super) codes: bool,
    /// Words around it are about a second factor.
    pub(super) factor: bool,
    /// Words around it name the provider.
    pub(super) provider: bool,
    /// The file's name is one that backup codes have; that of this provider.
    pub(super) file: bool,
    pub(super) provider_file: bool,
    /// Different words around it that say it is something else.
    pub(super) other: usize,
    /// Its path or the words around it say that it is an example.
    pub(super) example: bool,
}

impl Evidence {
    /// How sure the run is, or nothing if it is not worth telling.
    pub(super) fn confidence(&self) -> Option<Confidence> {
        let points = self.points();
        BOUNDS.into_iter().find(|(_, bound)| points >= *bound).map(|(confidence, _)| confidence)
    }

    /// Whether it is enough for a code that stands alone: something names it, or nothing else looks like it.
    pub(super) fn is_for_one(&self, is_signed: bool) -> bool {
        let named = self.codes || self.file || self.provider_file || (self.provider && self.factor);
        self.count != Count::Table && (named || is_signed)
    }

    /// The sum of what speaks for it, less what speaks against it.
    pub(super) fn points(&self) -> i32 {
        let words = match (self.codes, self.factor) {
            (true, _) => 5,
            (false, true) => 2,
            (false, false) => 0,
        };
        let file = match (self.provider_file, self.file) {
            (true, _) => 6,
            (false, true) => 5,
            (false, false) => 0,
        };
        let count = match self.count {
            Count::Exact => 2,
            Count::Some => 1,
            Count::Other => 0,
            Count::Table => -3,
        };
        let list = i32::from(self.is_list);
        let provider = 2 * i32::from(self.provider);
        let other = 3 * i32::try_from(self.other.min(2)).unwrap_or_default();
        self.shape + words + file + count + list + provider - other - 3 * i32::from(self.example)
    }
}

impl Count {
    /// Of a number of different codes where the provider gives one of these numbers.
    pub(super) fn of(number: usize, given: &[usize]) -> Self {
        let most = given.iter().copied().max().unwrap_or(16);
        match number {
            _ if given.contains(&number) => Self::Exact,
            _ if number > 3 * most => Self::Table,
            _ if !given.is_empty() && number < most && number * 2 >= most => Self::Some,
            _ => Self::Other,
        }
    }
}

/// Notes what the words around a run say; `rule` is the one that it is judged by.
pub(super) fn heard(says: &[Says], rule: usize, evidence: Evidence) -> Evidence {
    let has = |meaning: Says| says.contains(&meaning);
    Evidence {
        codes: has(Says::Codes),
        factor: has(Says::Factor),
        provider: has(Says::Rule(rule)),
        other: says.iter().filter(|meaning| **meaning == Says::Other).count(),
        example: evidence.example || has(Says::Example),
        ..evidence
    }
}
