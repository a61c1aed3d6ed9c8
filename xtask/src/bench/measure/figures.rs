//! What was measured, and the middle of it.

use crate::bare::Bytes;
use crate::fill::AtRest;
use crate::load::Sample;
use crate::meter::By;

/// Numbers of clients that redemptions are measured with.
pub(crate) const CLIENTS: [usize; 3] = [1, 16, 64];

/// A load in a round.
#[derive(Clone)]
pub(crate) struct Timed {
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Answers that were not as wanted; they are in no figure but the times.
    pub(crate) others: usize,
}

impl From<&Sample> for Timed {
    fn from(sample: &Sample) -> Self {
        let (p50, p99) = (sample.within(0.5), sample.within(0.99));
        Self { per_second: sample.per_second(), p50, p99, others: sample.others.values().sum() }
    }
}

/// A round.
pub(crate) struct Round {
    /// One for each of [`CLIENTS`], as `empty`.
    pub(crate) redeemed: Vec<Timed>,
    pub(crate) refused: Timed,
    pub(crate) staged: Timed,
    /// N.
    pub(crate) empty: Vec<Timed>,
    /// W, a second.
    pub(crate) bare: f64,
    /// C, in microseconds.
    pub(crate) decide: f64,
    /// Microseconds of a core for a redemption at the most clients, by whom.
    pub(crate) spent: By,
    /// And for N.
    pub(crate) idle: By,
}

impl Round {
    /// Redemptions a second at the most clients.
    pub(crate) fn most(&self) -> f64 {
        self.redeemed.last().map_or(f64::NAN, |timed| timed.per_second)
    }

    /// N a second at the most clients.
    pub(crate) fn most_empty(&self) -> f64 {
        self.empty.last().map_or(f64::NAN, |timed| timed.per_second)
    }

    /// L, a second: writing, asking and deciding one after the other, the last spread over the cores.
    pub(crate) fn limit(&self, cores: usize) -> f64 {
        1.0 / (1.0 / self.bare + 1.0 / self.most_empty() + self.decide / 1e6 / cores as f64)
    }
}

/// A run.
pub(crate) struct Figures {
    /// What was asked for.
    pub(crate) command: String,
    pub(crate) store: crate::Kind,
    pub(crate) cores: usize,
    pub(crate) processor: String,
    /// Load averages before and after.
    pub(crate) loads: [String; 2],
    pub(crate) rounds: Vec<Round>,
    /// Milliseconds.
    pub(crate) starts: Vec<f64>,
    /// Mebibytes before and after the load.
    pub(crate) memory: [f64; 2],
    pub(crate) bytes: Bytes,
    /// Subjects at the end.
    pub(crate) people: usize,
    /// Bytes for each subject of a filled database.
    pub(crate) at_rest: Option<AtRest>,
}

/// Least, middle and most.
#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

/// Of some numbers; none are NaN.
pub(crate) fn spread(numbers: impl IntoIterator<Item = f64>) -> Spread {
    let mut numbers = numbers.into_iter().collect::<Vec<_>>();
    numbers.sort_by(f64::total_cmp);
    let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
    let (last, half) = (numbers.len().saturating_sub(1), numbers.len() / 2);
    let median = if numbers.len() % 2 == 1 { at(half) } else { (at(half.wrapping_sub(1)) + at(half)) / 2.0 };
    Spread { least: at(0), median, most: at(last) }
}

impl Figures {
    /// Over the rounds.
    pub(crate) fn over(&self, of: impl Fn(&Round) -> f64) -> Spread {
        spread(self.rounds.iter().map(of))
    }
}
