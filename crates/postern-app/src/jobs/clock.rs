//! Steps of this machine's clock, as events in the installation's log.

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Outcome, Step, Want, decide};
use postern_core::tenant::{self, ClockMoved, Tenant};

use super::service_draft;
use crate::app::App;

impl App {
    /// Records that this machine's clock made a step, in milliseconds; whether that is recorded now.
    pub async fn record_clock_step(&self, by: i64) -> bool {
        // Nothing is written to a store that is not to be trusted.
        if self.running().is_err() {
            return false;
        }
        let system = Key::tenant(TenantId::SYSTEM);
        let Ok(view) = self.look(&[Want::Key(system)]).await else { return false };
        let now = self.now();
        let noted = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("clock", view.at(now));
            let noted = tenant::move_clock(view.held::<Tenant>(system)?, ClockMoved { by }, &mut draft);
            Ok(if noted { Step::Decided(draft, ()) } else { Step::Nothing(()) })
        });
        matches!(noted.await, Outcome::Committed(()) | Outcome::Nothing(()))
    }
}
