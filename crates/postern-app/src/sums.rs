//! Sums of words that were not tested: the first at once, then one fact per subject, source and minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use postern_core::Time;
use postern_core::encoding::Fixed;
use postern_core::kernel::Key;
use postern_core::subject::fact::Throttled;

/// Whom a sum is about: a subject, or a place in a bucket.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Whom {
    pub(crate) key: Key,
    pub(crate) tag: Option<Fixed<8>>,
    pub(crate) source: Fixed<8>,
}

struct Sum {
    minute: u64,
    count: u32,
    first: Time,
    last: Time,
}

/// Open sums. Working state: a crash loses at most a minute of counting, and what a store that fails has not taken.
#[derive(Default)]
pub(crate) struct Sums(Mutex<HashMap<Whom, Sum>>);

/// Open sums at most; what finds no place is not counted, and slows nobody less for it.
const OPEN: usize = 20_000;

impl Sums {
    /// Counts a word; the sum to be recorded now, if it is the first of its minute.
    pub(crate) fn note(&self, whom: Whom, now: Time) -> Vec<(Whom, Throttled)> {
        let minute = now.seconds() / 60;
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sum) = sums.get_mut(&whom).filter(|sum| sum.minute == minute) {
            let first = if sum.count == 0 { now } else { sum.first };
            *sum = Sum { minute, count: sum.count.saturating_add(1), first, last: now };
            return Vec::new();
        }
        if sums.len() >= OPEN {
            return Vec::new();
        }
        let before = sums.insert(whom, Sum { minute, count: 0, first: now, last: now });
        let first = Throttled { count: 1, first: now, last: now, source: whom.source };
        before.and_then(|sum| closed(whom, &sum)).into_iter().chain([(whom, first)]).collect()
    }

    /// Takes the sums of minutes that are over.
    pub(crate) fn take_over(&self, now: Time) -> Vec<(Whom, Throttled)> {
        let minute = now.seconds() / 60;
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.extract_if(|_, sum| sum.minute < minute).filter_map(|(whom, sum)| closed(whom, &sum)).collect()
    }

    /// Takes every sum, for the last time.
    pub(crate) fn take_all(&self) -> Vec<(Whom, Throttled)> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sums.drain().filter_map(|(whom, sum)| closed(whom, &sum)).collect()
    }

    /// Takes back a sum that could not be recorded: it is counted with what came since.
    pub(crate) fn give_back(&self, whom: Whom, sum: &Throttled) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Throttled { count, first, last, .. } = *sum;
        if let Some(open) = sums.get_mut(&whom) {
            let last = if open.count == 0 { last } else { open.last.max(last) };
            let first = if open.count == 0 { first } else { open.first.min(first) };
            *open = Sum { minute: open.minute, count: open.count.saturating_add(count), first, last };
        } else if sums.len() < OPEN {
            sums.insert(whom, Sum { minute: last.seconds() / 60, count, first, last });
        }
    }
}

fn closed(whom: Whom, sum: &Sum) -> Option<(Whom, Throttled)> {
    let total = Throttled { count: sum.count, first: sum.first, last: sum.last, source: whom.source };
    (sum.count > 0).then_some((whom, total))
}

#[cfg(test)]
mod tests {
    use postern_core::ids::TenantId;

    use super::*;

    #[test]
    fn what_was_not_recorded_is_counted_with_what_came_since_and_the_last_take_has_everything() {
        let sums = Sums::default();
        let whom = Whom { key: Key::tenant(TenantId::new([1; 16])), tag: None, source: Fixed([2; 8]) };
        let at = |second: u64| Time::from_millis(second * 1000);
        let told = |sums: Vec<(Whom, Throttled)>| {
            sums.iter().map(|(_, sum)| (sum.count, sum.first, sum.last)).collect::<Vec<_>>()
        };
        let first = sums.note(whom, at(1));
        sums.give_back(whom, &first[0].1);
        assert_eq!(told(sums.take_over(at(60))), [(1, at(1), at(1))]);
        sums.give_back(whom, &first[0].1);
        assert!((61..70).all(|second| !sums.note(whom, at(second)).is_empty() == (second == 61)));
        let over = sums.take_over(at(120));
        assert_eq!(told(over.clone()), [(8, at(62), at(69))]);
        sums.note(whom, at(121));
        sums.note(whom, at(122));
        sums.give_back(whom, &over[0].1);
        assert!(sums.take_over(at(123)).is_empty(), "it waits for the end of its minute");
        assert_eq!(told(sums.take_all()), [(9, at(62), at(122))]);
        assert!(sums.take_all().is_empty());
        (0..u32::try_from(OPEN).unwrap() + 5).for_each(|n| {
            let source = Fixed(u64::from(n).to_be_bytes());
            sums.give_back(Whom { source, ..whom }, &over[0].1);
        });
        assert_eq!(sums.take_all().len(), OPEN);
    }

    #[test]
    fn the_first_is_recorded_at_once_and_the_rest_once_a_minute() {
        let sums = Sums::default();
        let whom = Whom { key: Key::tenant(TenantId::new([1; 16])), tag: None, source: Fixed([2; 8]) };
        let at = |second: u64| Time::from_millis(second * 1000);
        assert_eq!(sums.note(whom, at(0)).len(), 1);
        assert!((1..60).all(|second| sums.note(whom, at(second)).is_empty()));
        assert!(sums.take_over(at(59)).is_empty());
        let over = sums.take_over(at(60));
        assert_eq!(over.first().map(|(_, sum)| (sum.count, sum.first, sum.last)), Some((59, at(1), at(59))));
        assert!(sums.take_over(at(120)).is_empty());
    }
}
