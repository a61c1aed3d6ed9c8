//! This machine's clock: its steps, as events in the installation's log, and how far it is believed.

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Outcome, Step, Want, decide};
use postern_core::tenant::{self, ClockMoved, Tenant};

use super::service_draft;
use crate::Problem;
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

    /// The time up to which it is sure that it has come: this machine's, or the newest event's if that is earlier. A
    /// database that many nodes share takes events of about its own time alone, so a node whose clock is ahead removes
    /// nothing that the others still need.
    pub(super) async fn time_reached(&self) -> Result<Time, Problem> {
        let (now, mut newest) = (self.now(), Time::START);
        let tenants = self.store().tenants().await.map_err(|fault| Problem::unavailable(&fault))?;
        for tenant in tenants {
            // One log that is not as it was written is no reason to keep everything.
            newest = newest.max(self.time_of_last_event(tenant).await.unwrap_or_default());
        }
        Ok(now.min(newest))
    }

    async fn time_of_last_event(&self, tenant: TenantId) -> Option<Time> {
        let size = self.store().head(tenant).await.ok()?.frontier.size();
        let last = self.entries(tenant, size.checked_sub(1)?..size).await.ok()?;
        self.genuine(last.first()?).map(|head| head.time)
    }
}
