//! Ended sets that are older than they are kept: a walk over all subjects, since no other set may ever end there.

use std::time::Duration;

use postern_core::kernel::{Held, Key, Kind, Outcome, Step, Want, decide};
use postern_core::subject::{self, Subject};

use super::service_draft;
use crate::app::App;

/// Rows that are listed at once.
const PAGE: usize = 200;
/// Between two pages; for ten million rows these are fourteen minutes in all.
const PAUSE: Duration = Duration::from_millis(17);

impl App {
    /// Lets ended sets go that are older than they are kept; for how many subjects. Once a day.
    pub async fn forget_ended(&self) -> usize {
        if self.running().is_err() {
            return 0;
        }
        let (now, mut after, mut forgotten) = (self.now(), None, 0);
        loop {
            let page = match self.store().list(Kind::Subject, None, after, PAGE).await {
                Ok(page) => page,
                Err(fault) => {
                    tracing::error!(%fault, "ended sets were not looked for");
                    return forgotten;
                }
            };
            let Some(last) = page.last() else { return forgotten };
            after = Some(last.key);
            let opened = page.iter().filter_map(|listed| {
                Held::<Subject>::open(listed.key, Some(&listed.row), self.local().sealer()).ok()
            });
            let old =
                opened.filter(|held| held.state().is_some_and(|state| state.forgettable(now).is_some()));
            let old: Vec<Key> = old.map(|held| held.key()).collect();
            for key in old {
                forgotten += usize::from(self.forget_ended_of(key).await);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn forget_ended_of(&self, key: Key) -> bool {
        let Ok(view) = self.look(&[Want::Key(key)]).await else { return false };
        let now = self.now();
        let forgot = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("retention", view.at(now));
            subject::forget(view.held::<Subject>(key)?, &mut draft);
            Ok(if draft.is_empty() { Step::Nothing(()) } else { Step::Decided(draft, ()) })
        });
        matches!(forgot.await, Outcome::Committed(()))
    }
}
