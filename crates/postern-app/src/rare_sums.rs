//! Sums that are recorded rarely: the first within seconds, all that follow once in ten minutes.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use postern_core::Time;

/// How long a sum runs until it is recorded.
const SUM: Duration = Duration::from_secs(600);
/// Open sums at most.
pub(crate) const OPEN: usize = 10_000;

/// What came together: how much, and when the first and the last was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Total<C> {
    pub(crate) count: C,
    pub(crate) first: Time,
    pub(crate) last: Time,
}

struct Sum<C> {
    /// When it was recorded last; never, if it is new.
    told: Option<Time>,
    total: Option<Total<C>>,
}

/// Open sums by whose they are. Working state: a crash loses at most ten minutes of counting, and no first but of the last
/// seconds. What a store that fails does not take is counted on.
pub(crate) struct RareSums<W, C>(Mutex<BTreeMap<W, Sum<C>>>);

impl<W, C> Default for RareSums<W, C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<W: Ord + Copy, C: Copy + AddAssign> RareSums<W, C> {
    /// Adds to a sum. What finds no place is not counted.
    pub(crate) fn add(&self, whose: W, count: C, now: Time) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, open) = (Total { count, first: now, last: now }, sums.len());
        match sums.get_mut(&whose) {
            Some(Sum { total: Some(total), .. }) => {
                total.count += count;
                total.last = now;
            }
            Some(sum) => sum.total = Some(begun),
            None if open < OPEN => {
                sums.insert(whose, Sum { told: None, total: Some(begun) });
            }
            None => {}
        }
    }

    /// Takes what is to be recorded now. A sum to which nothing came is closed.
    pub(crate) fn take(&self, now: Time) -> Vec<(W, Total<C>)> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        sums.retain(|whose, sum| {
            if sum.told.is_some_and(|told| now < told.plus(SUM)) {
                return true;
            }
            let total = sum.total.take();
            sum.told = Some(now);
            due.extend(total.map(|total| (*whose, total)));
            total.is_some()
        });
        due
    }

    /// Takes every sum, for the last time.
    pub(crate) fn take_all(&self) -> Vec<(W, Total<C>)> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = std::mem::take(&mut *sums).into_iter();
        all.filter_map(|(whose, sum)| Some((whose, sum.total?))).collect()
    }

    /// Takes back a sum that could not be recorded: it is due at once, with what came since.
    pub(crate) fn give_back(&self, whose: W, back: Total<C>) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = sums.len();
        match sums.get_mut(&whose) {
            Some(sum) => {
                sum.told = None;
                sum.total = Some(sum.total.map_or(back, |since| since.and(back)));
            }
            None if open < OPEN => {
                sums.insert(whose, Sum { told: None, total: Some(back) });
            }
            None => {}
        }
    }
}

impl<C: AddAssign> Total<C> {
    fn and(mut self, other: Self) -> Self {
        self.count += other.count;
        Self { count: self.count, first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Time {
        Time::from_millis(second * 1000)
    }

    #[test]
    fn of_a_flood_one_is_recorded_at_once_and_one_sum_in_ten_minutes() {
        let sums = RareSums::<u32, u32>::default();
        let mut counts = Vec::new();
        for second in 0..3600 {
            (0..50).for_each(|_| sums.add(1, 1, at(second)));
            counts.extend(sums.take(at(second)).into_iter().map(|(_, total)| total.count));
        }
        assert_eq!(counts, [50, 30_000, 30_000, 30_000, 30_000, 30_000]);
        let rest = sums.take(at(4000));
        assert_eq!(rest, [(1, Total { count: 29_950, first: at(3001), last: at(3599) })]);
        assert!(sums.take(at(5000)).is_empty() && sums.0.lock().unwrap().is_empty());
    }

    #[test]
    fn what_finds_no_place_is_not_counted() {
        let sums = RareSums::<usize, u32>::default();
        (0..OPEN + 5).for_each(|whose| sums.add(whose, 1, at(1)));
        assert_eq!(sums.take(at(1)).len(), OPEN);
    }
    #[test]
    fn what_was_not_recorded_is_due_with_what_came_since_and_the_last_take_has_everything() {
        let sums = RareSums::<u32, u32>::default();
        (1..4).for_each(|second| sums.add(1, 1, at(second)));
        let due = sums.take(at(5));
        sums.add(1, 1, at(6));
        sums.give_back(1, due[0].1);
        let all = Total { count: 4, first: at(1), last: at(6) };
        assert_eq!(sums.take(at(7)), [(1, all)]);
        sums.give_back(1, all);
        assert_eq!(sums.take(at(8)), [(1, all)]);
        (9..12).for_each(|second| sums.add(1, 1, at(second)));
        sums.add(2, 1, at(20));
        assert_eq!(sums.take(at(20)), [(2, Total { count: 1, first: at(20), last: at(20) })]);
        assert_eq!(sums.take_all(), [(1, Total { count: 3, first: at(9), last: at(11) })]);
        assert!(sums.take_all().is_empty());
        (0..u32::try_from(OPEN).unwrap() + 5).for_each(|whose| sums.give_back(whose, all));
        assert_eq!(sums.take_all().len(), OPEN);
    }
}
