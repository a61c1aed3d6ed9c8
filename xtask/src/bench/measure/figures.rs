//! What was measured, and the middle of it.

use crate::again::Again;
use crate::bare::Bytes;
use crate::decide::Looked;
use crate::fill::AtRest;
use crate::load::Sample;
use crate::meter::{By, Did, GENERATOR};

/// Numbers of clients that everything is measured with.
pub(crate) const CLIENTS: [usize; 4] = [1, 16, 64, 256];
/// The place among them of the number that the limits are held against.
const AT_64: usize = 2;

/// A load in a round.
#[derive(Clone)]
pub(crate) struct Timed {
    pub(crate) per_second: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// The 99th percentile by the mean that Little's law gives: clients by answers a second.
    pub(crate) tail: f64,
    /// Who spent how many microseconds of a core on one.
    pub(crate) spent: By,
    /// Kilobytes that were written ahead for one.
    pub(crate) written: f64,
    /// Answers that were not as wanted; they are in no figure but the times.
    pub(crate) others: usize,
}

impl Timed {
    /// A load of so many clients, and what the server did meanwhile.
    pub(crate) fn new(sample: &Sample, clients: usize, did: Did) -> Self {
        let (per_second, p99) = (sample.per_second(), sample.within(0.99));
        Self {
            per_second,
            p50: sample.within(0.5),
            p99,
            tail: p99 * per_second / 1000.0 / clients as f64,
            spent: did.spent,
            written: did.written / 1000.0,
            others: sample.others.values().sum(),
        }
    }

    /// Microseconds of a core that the server spent on one.
    pub(crate) fn service(&self) -> f64 {
        self.spent.iter().filter(|(who, _)| **who != GENERATOR).map(|(_, micros)| micros).sum()
    }
}

/// A round.
pub(crate) struct Round {
    /// One for each of [`CLIENTS`], as `empty`.
    pub(crate) redeemed: Vec<Timed>,
    pub(crate) refused: Vec<Timed>,
    pub(crate) staged: Vec<Timed>,
    /// N.
    pub(crate) empty: Vec<Timed>,
    /// W, a second.
    pub(crate) bare: f64,
    /// C, in microseconds.
    pub(crate) decide: f64,
    /// What it costs to look for a code: without the calls of the key service.
    pub(crate) looked: Looked,
}

impl Round {
    /// A second at 64 clients.
    pub(crate) fn at_64(of: &[Timed]) -> f64 {
        of.get(AT_64).map_or(f64::NAN, |timed| timed.per_second)
    }

    /// Who spent what on one at 64 clients.
    pub(crate) fn spent_at_64(of: &[Timed]) -> By {
        of.get(AT_64).map(|timed| timed.spent.clone()).unwrap_or_default()
    }

    /// L, a second: writing, asking and deciding one after the other, the last spread over the cores.
    pub(crate) fn limit(&self, cores: usize) -> f64 {
        1.0 / (1.0 / self.bare + 1.0 / Self::at_64(&self.empty) + self.decide / 1e6 / cores as f64)
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
    /// Mebibytes before the load, and at most until its end.
    pub(crate) memory: [f64; 2],
    /// What was seen of a service that was started again with all the people.
    pub(crate) again: Option<Again>,
    pub(crate) bytes: Bytes,
    /// Subjects at the end.
    pub(crate) people: usize,
    /// Bytes for each subject of a filled database.
    pub(crate) at_rest: AtRest,
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
