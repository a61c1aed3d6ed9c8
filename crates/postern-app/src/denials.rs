//! Calls that were denied to real keys, summed: the first is recorded within seconds, the rest once in ten minutes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use postern_core::Time;
use postern_core::application::{Application, Denial, Denied, Scope, denied};
use postern_core::kernel::{Key, Step, Want, decide};

use crate::app::App;
use crate::jobs::service_draft;

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
    pub(crate) fn take(&self, now: Time) -> Vec<(Key, Denied)> {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        sums.retain(|whose, sum| {
            if sum.told.is_some_and(|told| now < told.plus(SUM)) {
                return true;
            }
            if sum.count > 0 {
                let Sum { count, first, last, .. } = *sum;
                let Whose { application, number: key, scope, why } = *whose;
                due.push((application, Denied { count, first, key, last, scope, why }));
            }
            let open = sum.count > 0;
            *sum = Sum { told: Some(now), count: 0, first: now, last: now };
            open
        });
        due
    }
}

impl App {
    /// Records denied calls; how many events that made.
    pub(crate) async fn flush_denials(&self) -> usize {
        let due = self.denials.take(self.now());
        let count = due.len();
        for (application, sum) in due {
            self.record_denied(application, sum).await;
        }
        count
    }

    async fn record_denied(&self, key: Key, sum: Denied) {
        let Ok(view) = self.look(&[Want::Key(key)]).await else { return };
        let now = self.now();
        let _ = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("access", view.at(now));
            denied(view.held::<Application>(key)?, sum.clone(), &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        })
        .await;
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
}
