//! Reading a tenant's events in log order.

use std::sync::Arc;
use std::time::Duration;

use postern_core::application::{Scope, Token};
use postern_core::ids::{SubjectId, TenantId};
use postern_core::kernel::{Key, Kind, StoredEvent};

use crate::Problem;
use crate::app::App;
use crate::authorise::Gate;

/// Which events.
#[derive(Clone, Copy, Debug)]
pub struct EventQuery {
    /// After this index; from the beginning if absent.
    pub after: Option<u64>,
    /// How many at most.
    pub limit: usize,
    /// Of this subject only.
    pub subject: Option<SubjectId>,
    /// How long to wait for one if there is none.
    pub wait: Duration,
}

/// Some events, and where the next ones begin.
#[derive(Debug)]
pub struct EventPage {
    /// Canonical bytes with their indexes.
    pub items: Vec<StoredEvent>,
    /// Index of the last one, if there may be more.
    pub next: Option<u64>,
    /// Index of the oldest event that is still kept, if older ones were asked for: their bytes were let go.
    pub oldest: Option<u64>,
}

/// How often a waiting reader looks again.
const LOOKS: Duration = Duration::from_millis(200);

impl App {
    /// Events of the caller's tenant.
    ///
    /// # Errors
    /// A [`Problem`].
    pub async fn events(&self, token: &Arc<Token>, query: EventQuery) -> Result<EventPage, Problem> {
        let mut left = query.wait;
        // Waiting has places of its own; who finds none is answered with what there is.
        let waiting = self.waiting.try_acquire().ok();
        loop {
            // Authorised anew at every look: a key that ends meanwhile reads no further.
            let gate = self.gate(token, Scope::EventsRead);
            self.checked(&gate, &self.look(&gate.wants()).await?).await?.reaches_all()?;
            let page = self.page(&gate, query, left == query.wait).await?;
            if !page.items.is_empty() || left.is_zero() || waiting.is_none() {
                return Ok(page);
            }
            let nap = LOOKS.min(left);
            tokio::time::sleep(nap).await;
            left -= nap;
        }
    }

    async fn page(&self, gate: &Gate, query: EventQuery, is_first: bool) -> Result<EventPage, Problem> {
        let asked = query.after.map_or(0, |after| after.saturating_add(1));
        let of = query.subject.map(|subject| Key::of(Kind::Subject, gate.tenant(), subject));
        let found = self.store().events(gate.tenant(), asked, query.limit + 1, of).await;
        let mut items = found.map_err(|fault| Problem::unavailable(&fault))?;
        // What was thinned is skipped, and that is said.
        let skips = match items.first() {
            Some(event) => of.is_some() || event.index != asked,
            // Whoever waits has looked once.
            None => is_first,
        };
        let kept_from = if skips { self.kept_from(gate.tenant()).await? } else { 0 };
        let oldest = Some(kept_from).filter(|oldest| *oldest > asked);
        let from = asked.max(kept_from);
        self.unaltered(gate.tenant(), of.is_none().then_some(from), &items).await?;
        let more = items.len() > query.limit;
        items.truncate(query.limit);
        let next = items.last().map(|event| event.index).filter(|_| more);
        Ok(EventPage { items, next, oldest })
    }

    /// Whether events are the tenant's as they were written, and one after the other if they are said to begin
    /// `from` an index. If not, it is noted.
    pub(crate) async fn unaltered(
        &self,
        tenant: TenantId,
        from: Option<u64>,
        events: &[StoredEvent],
    ) -> Result<(), Problem> {
        let whole = |event: &StoredEvent| event.key.tenant == tenant && self.genuine(event).is_some();
        let forged = events.iter().find(|event| !whole(event)).map(|event| event.key);
        let gap = from.is_some_and(|from| (from..).zip(events).any(|(index, event)| event.index != index));
        if forged.is_some() || gap {
            self.note_rejected(forged.unwrap_or(Key::tenant(tenant))).await;
            return Err(Problem::Unavailable);
        }
        Ok(())
    }
}
