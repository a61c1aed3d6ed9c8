//! How a request names an event of a log.

use postern_core::ids::{EventId, TenantId};
use postern_core::kernel::{Key, StoredEvent};

use crate::Problem;
use crate::app::App;
use crate::tree::trees::SOON;

/// How a request names an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EventName {
    /// By its id, `evt_…`.
    Id(EventId),
    /// By its place in the tenant's log, from 0.
    Index(u64),
}

impl EventName {
    /// Reads an id or an index.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let index = || text.parse().ok().filter(|index: &u64| index.to_string() == text).map(Self::Index);
        EventId::parse(text).map(Self::Id).or_else(index)
    }
}

impl App {
    /// A tenant's event by its name, with its place in the log.
    pub(super) async fn named(&self, tenant: TenantId, name: EventName) -> Result<StoredEvent, Problem> {
        let found = match name {
            EventName::Id(id) => {
                self.store().event(Key::new(id.kind, tenant, id.object), id.version).await.map(Vec::from_iter)
            }
            EventName::Index(StoredEvent::UNNUMBERED) => return Err(Problem::NotFound),
            EventName::Index(index) => self.store().events(tenant, index, 1, None).await,
        };
        let found = found.map_err(|fault| Problem::unavailable(&fault))?;
        let meant = |event: &StoredEvent| match name {
            EventName::Id(_) => true,
            EventName::Index(index) => event.index == index,
        };
        let Some(event) = found.into_iter().find(meant) else {
            let thinned = self.was_thinned(tenant, name).await?;
            return Err(if thinned { Problem::NoLongerKept } else { Problem::NotFound });
        };
        self.unaltered(tenant, None, std::slice::from_ref(&event)).await?;
        // By its id an event is found that is kept beside a thinned log for its row alone.
        if event.index < self.kept_from(tenant).await? {
            return Err(Problem::NoLongerKept);
        }
        // It is committed, and gets its place within the second.
        if event.index == StoredEvent::UNNUMBERED { Err(SOON) } else { Ok(event) }
    }
}
