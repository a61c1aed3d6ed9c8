//! Calls that were denied to real keys, summed: the first is recorded within seconds, the rest once in ten minutes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use postern_core::Time;
use postern_core::application::{Application, Denial, Denied, Scope, denied};
use postern_core::kernel::{Key, Step, Want, decide};

use crate::app::App;
use crate::jobs::{is_done, service_draft};

/// How long a sum runs until it is recorded.
const SUM: Duration = Duration::from_secs(600);
/// Open sums at most. An application has no more than its keys, scopes and reasons make.
const OPEN: usize = 10_000;

/// What is summed together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whose {
    pub(crate) application: Key,
    pub(crate) number: u32,
    pub(crate) scope: Option<Scope>,
    pub(crate) why: Denial,
}

struct Sum {
    /// When it was recorded last; never, if it is new.
    told: Option<Time>,
    count: u32,
    first: Time,
    last: Time,
}

/// Open sums. Working state: a crash loses at most ten minutes of counting, and no first denial but of the last seconds.
/// What a store that fails does not take is counted on.
#[derive(Default)]
pub(crate) struct Denials(Mutex<BTreeMap<Whose, Sum>>);

impl Denials {
    /// Counts a denied call.
    pub(crate) fn note(&self, whose: Whose, now: Time) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sum) = sums.get_mut(&whose) {
            let first = if sum.count == 0 { now } else { sum.first };
            *sum = Sum { told: sum.told, count: sum.count.saturating_add(1), first, last: now };
        } else if sums.len() < OPEN {
            sums.insert(whose, Sum { told: None, count: 1, first: now, last: now });
        }
    }

    /// Takes what is to be recorded now. A sum to which nothing came is closed.
    pub(crate) fn take(&self, now: Time) -> Vec<(Whose, Denied)> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        sums.retain(|whose, sum| {
            if sum.told.is_some_and(|told| now < told.plus(SUM)) {
                return true;
            }
            due.extend(sum.close(*whose));
            let open = sum.count > 0;
            *sum = Sum { told: Some(now), count: 0, first: now, last: now };
            open
        });
        due
    }

    /// Takes every sum, for the last time.
    pub(crate) fn take_all(&self) -> Vec<(Whose, Denied)> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *sums).iter().filter_map(|(whose, sum)| sum.close(*whose)).collect()
    }

    /// Takes back a sum that could not be recorded: it is due at once, with what came since.
    fn give_back(&self, whose: Whose, denied: &Denied) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Denied { count, first, last, .. } = *denied;
        if let Some(sum) = sums.get_mut(&whose) {
            let last = if sum.count == 0 { last } else { sum.last.max(last) };
            let first = if sum.count == 0 { first } else { sum.first.min(first) };
            *sum = Sum { told: None, count: sum.count.saturating_add(count), first, last };
        } else if sums.len() < OPEN {
            sums.insert(whose, Sum { told: None, count, first, last });
        }
    }
}

impl Sum {
    /// What is to be recorded of it, if anything came.
    fn close(&self, whose: Whose) -> Option<(Whose, Denied)> {
        let Self { count, first, last, .. } = *self;
        let Whose { number: key, scope, why, .. } = whose;
        (count > 0).then_some((whose, Denied { count, first, key, last, scope, why }))
    }
}

impl App {
    /// Records denied calls; how many events that made. What the store does not take is counted on.
    pub(crate) async fn record_denials(&self, due: Vec<(Whose, Denied)>) -> usize {
        let mut due = due.into_iter();
        let mut count = 0;
        for (whose, sum) in due.by_ref() {
            if !self.record_denied(whose.application, sum.clone()).await {
                self.denials.give_back(whose, &sum);
                break;
            }
            count += 1;
        }
        // The others would find the same store.
        due.for_each(|(whose, sum)| self.denials.give_back(whose, &sum));
        count
    }

    /// Whether the store took it, or has no room for it.
    async fn record_denied(&self, key: Key, sum: Denied) -> bool {
        let Ok(view) = self.look(&[Want::Key(key)]).await else { return false };
        let now = self.now();
        let recorded = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("access", view.at(now));
            denied(view.held::<Application>(key)?, sum.clone(), &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        });
        is_done(&recorded.await)
    }
}

#[cfg(test)]
mod tests {
    use postern_core::ids::TenantId;

    use super::*;

    fn at(second: u64) -> Time {
        Time::from_millis(second * 1000)
    }

    fn whose(number: u32) -> Whose {
        let application = Key::tenant(TenantId::new([1; 16]));
        Whose { application, number, scope: Some(Scope::Redeem), why: Denial::ScopeMissing }
    }

    #[test]
    fn of_a_flood_one_is_recorded_at_once_and_one_sum_in_ten_minutes() {
        let denials = Denials::default();
        let mut counts = Vec::new();
        for second in 0..3600 {
            (0..50).for_each(|_| denials.note(whose(1), at(second)));
            counts.extend(denials.take(at(second)).into_iter().map(|(_, denied)| denied.count));
        }
        assert_eq!(counts, [50, 30_000, 30_000, 30_000, 30_000, 30_000]);
        let rest = denials.take(at(4000));
        assert_eq!(
            rest.iter().map(|(_, denied)| (denied.count, denied.first, denied.last)).collect::<Vec<_>>(),
            [(29_950, at(3001), at(3599))]
        );
        assert!(denials.take(at(5000)).is_empty() && denials.0.lock().unwrap().is_empty());
    }

    #[test]
    fn what_finds_no_place_is_not_counted() {
        let denials = Denials::default();
        (0..u32::try_from(OPEN).unwrap() + 5).for_each(|number| denials.note(whose(number), at(1)));
        assert_eq!(denials.take(at(1)).len(), OPEN);
    }

    #[test]
    fn what_was_not_recorded_is_due_with_what_came_since_and_the_last_take_has_everything() {
        let denials = Denials::default();
        let told = |due: Vec<(Whose, Denied)>| {
            due.iter().map(|(_, sum)| (sum.count, sum.first, sum.last)).collect::<Vec<_>>()
        };
        (1..4).for_each(|second| denials.note(whose(1), at(second)));
        let due = denials.take(at(5));
        denials.note(whose(1), at(6));
        denials.give_back(whose(1), &due[0].1);
        let due = denials.take(at(7));
        assert_eq!(told(due.clone()), [(4, at(1), at(6))]);
        denials.give_back(whose(1), &due[0].1);
        assert_eq!(told(denials.take(at(8))), [(4, at(1), at(6))]);
        (9..12).for_each(|second| denials.note(whose(1), at(second)));
        denials.note(whose(2), at(20));
        assert_eq!(told(denials.take(at(20))), [(1, at(20), at(20))]);
        assert_eq!(told(denials.take_all()), [(3, at(9), at(11))]);
        assert!(denials.take_all().is_empty());
        (0..u32::try_from(OPEN).unwrap() + 5).for_each(|number| denials.give_back(whose(number), &due[0].1));
        assert_eq!(denials.take_all().len(), OPEN);
    }
}
