//! Calls that were denied to real keys, in rare sums.

use postern_core::Time;
use postern_core::application::{Application, Denial, Denied, Scope, denied};
use postern_core::kernel::{Key, Step, Want, decide};

use crate::app::App;
use crate::jobs::service_draft;
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
pub(crate) struct Denials(RareSums<Whose, u32>);

impl Denials {
    /// Counts a denied call.
    pub(crate) fn note(&self, whose: Whose, now: Time) {
        self.0.add(whose, 1, now);
    }

    /// Takes what is to be recorded now.
    fn take(&self, now: Time) -> Vec<(Key, Denied)> {
        let of = |(whose, total): (Whose, Total<u32>)| {
            let Whose { application, number: key, scope, why } = whose;
            let Total { count, first, last } = total;
            (application, Denied { count, first, key, last, scope, why })
        };
        self.0.take(now).into_iter().map(of).collect()
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
