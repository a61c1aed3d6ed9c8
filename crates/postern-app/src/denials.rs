//! Calls that were denied to real keys, in rare sums.

use postern_core::Time;
use postern_core::application::{Application, Denial, Denied, Scope, denied};
use postern_core::kernel::{Key, Step, Want, decide};

use crate::app::App;
use crate::jobs::{is_done, service_draft};
use crate::rare_sums::{RareSums, Total};

/// What is summed together. An application has no more than its keys, scopes and reasons make.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whose {
    pub(crate) application: Key,
    pub(crate) number: u32,
    pub(crate) scope: Option<Scope>,
    pub(crate) why: Denial,
}

/// Open sums.
#[derive(Default)]
pub(crate) struct Denials(pub(crate) RareSums<Whose, u32>);

impl Denials {
    /// Counts a denied call.
    pub(crate) fn note(&self, whose: Whose, now: Time) {
        self.0.add(whose, 1, now);
    }
}

impl App {
    /// Records denied calls; how many events that made. What the store does not take is counted on.
    pub(crate) async fn record_denials(&self, due: Vec<(Whose, Total<u32>)>) -> usize {
        let mut due = due.into_iter();
        let mut count = 0;
        for (whose, total) in due.by_ref() {
            if !self.record_denied(whose, total).await {
                self.denials.0.give_back(whose, total);
                break;
            }
            count += 1;
        }
        // The others would find the same store.
        due.for_each(|(whose, total)| self.denials.0.give_back(whose, total));
        count
    }

    /// Whether the store took it, or has no room for it.
    async fn record_denied(&self, whose: Whose, total: Total<u32>) -> bool {
        let Whose { application, number: key, scope, why } = whose;
        let Total { count, first, last } = total;
        let sum = Denied { count, first, key, last, scope, why };
        let Ok(view) = self.look(&[Want::Key(application)]).await else { return false };
        let now = self.now();
        let recorded = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("access", view.at(now));
            denied(view.held::<Application>(application)?, sum.clone(), &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        });
        is_done(&recorded.await)
    }
}
