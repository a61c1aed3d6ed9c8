//! Events that the store put aside instead of giving them a place in their log, as events in the installation's own.

use std::time::Duration;

use postern_core::encoding::base64url;
use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Outcome, Step, Want, decide};
use postern_core::ports::ForgedEvent;
use postern_core::tenant::{self, LogForged, Tenant};

use super::service_draft;
use crate::app::App;

/// Events that are recorded in one commit.
const AT_ONCE: usize = 50;
/// For how long one node of many does it.
const HELD: Duration = Duration::from_secs(10);

impl App {
    /// Records events that were put aside since, each once; whether there are any, told of or not. `None` if that is not
    /// known.
    pub async fn record_forged(&self) -> Option<bool> {
        // Nothing is written to a store that is not to be trusted.
        self.running().ok()?;
        let found = match self.store().forged(AT_ONCE).await {
            Ok(found) => found,
            Err(fault) => {
                tracing::error!(%fault, "events that were put aside were not looked for");
                return None;
            }
        };
        if !found.untold.is_empty() && self.hold("forged", HELD).await {
            self.tell_forged(&found.untold).await;
        }
        Some(found.any)
    }

    async fn tell_forged(&self, untold: &[ForgedEvent]) {
        // A process that could not note that it told of one does not tell of it again.
        let new = |event: &&ForgedEvent| self.forged.known(&event.number.to_be_bytes()).is_none();
        let new: Vec<&ForgedEvent> = untold.iter().filter(new).collect();
        if !new.is_empty() && !self.record_log_forged(&new).await {
            tracing::error!(
                events = new.len(),
                "events that were put aside could not be noted in the installation's log"
            );
            return;
        }
        for event in &new {
            tracing::error!(object = %event.key, "an event was put aside: see `log.forged` and `postern audit verify`");
            self.forged.raise(&event.number.to_be_bytes(), 1);
        }
        let numbers = untold.iter().map(|event| event.number).collect();
        if let Err(fault) = self.store().forged_told(numbers).await {
            tracing::error!(%fault, "that events were put aside is told again after the next start");
        }
    }

    /// Whether they are recorded now.
    async fn record_log_forged(&self, events: &[&ForgedEvent]) -> bool {
        let system = Key::tenant(TenantId::SYSTEM);
        let Ok(view) = self.look(&[Want::Key(system)]).await else { return false };
        let (now, facts) = (self.now(), events.iter().map(|event| fact(event)).collect::<Vec<_>>());
        let noted = decide::<(), ()>(self.store(), &view, move |view| {
            let mut draft = service_draft("sequencer", view.at(now));
            let noted = tenant::forge_log(view.held::<Tenant>(system)?, facts.clone(), &mut draft);
            Ok(if noted { Step::Decided(draft, ()) } else { Step::Nothing(()) })
        });
        matches!(noted.await, Outcome::Committed(()))
    }
}

fn fact(event: &ForgedEvent) -> LogForged {
    let (digest, object) = (base64url(&event.digest), event.key.to_string());
    LogForged { digest, object, owner: event.key.tenant }
}
