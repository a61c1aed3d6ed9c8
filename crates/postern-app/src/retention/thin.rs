//! The job that thins: whole bundles, oldest first, only what is old, signed, and known outside the database.

use std::collections::BTreeSet;
use std::time::Duration;

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{EventHead, Kind, Record, StoredEvent, ThinnedBundle, Want};
use postern_core::limits;
use postern_core::subject::Subject;
use postern_log::{TILE_WIDTH, leaf_hash};

use crate::Problem;
use crate::app::App;
use crate::tree::Most;

/// Bundles of a log that are thinned at most each time: a quarter of a million events.
const PER_TICK: usize = 1024;
/// Between two bundles, so that others have the disk.
const PAUSE: Duration = Duration::from_millis(5);

impl App {
    /// Thins events that are older than `days`, never fewer than [`limits::EVENTS_KEPT`]; how many bundles. The
    /// installation's own log is kept whole: it says which tenants, keys and gaps there were.
    pub async fn thin_events(&self, days: u32) -> usize {
        if self.running().is_err() {
            return 0;
        }
        let keep = Duration::from_secs(u64::from(days) * 86_400).max(limits::EVENTS_KEPT);
        let before = self.now().minus(keep);
        let Ok(tenants) = self.store().tenants().await else { return 0 };
        let mut thinned = 0;
        for tenant in tenants.into_iter().filter(|tenant| *tenant != TenantId::SYSTEM) {
            for _ in 0..PER_TICK {
                match self.thin_next(tenant, before).await {
                    Ok(true) => thinned += 1,
                    Ok(false) => break,
                    Err(problem) => {
                        tracing::error!(%tenant, problem = problem.name(), "old events were not thinned");
                        break;
                    }
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        thinned
    }

    /// Thins a log's oldest bundle that is whole, if it may be.
    async fn thin_next(&self, tenant: TenantId, before: Time) -> Result<bool, Problem> {
        let first = self.kept_from(tenant).await?;
        let end = first.saturating_add(TILE_WIDTH);
        // The log's last event stays, as its head is compared with it.
        if end >= self.outside.size(tenant) {
            return Ok(false);
        }
        let events = self.entries(tenant, first..end).await?;
        let is_old = |event: &StoredEvent| EventHead::read(&event.bytes).is_ok_and(|head| head.time < before);
        if !events.iter().all(is_old) {
            return Ok(false);
        }
        self.signed(tenant, &events).await?;
        let needed = self.needed(&events).await?;
        let needs = |event: &StoredEvent| needed.contains(&event.index);
        let bundle = ThinnedBundle::of(self.local().sealer(), &events, needs).ok_or(Problem::Unavailable)?;
        self.store().thin(bundle).await.map_err(|fault| Problem::unavailable(&fault))?;
        Ok(true)
    }

    /// Whether a bundle is the one that the newest checkpoint covers: what is let go cannot be looked at again. Its
    /// first event's path goes over all the others.
    async fn signed(&self, tenant: TenantId, events: &[StoredEvent]) -> Result<(), Problem> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return Err(Problem::Unavailable);
        };
        let (checkpoint, _) = self.checkpoint_over(tenant, last.index).await?;
        let leaf = leaf_hash(&first.bytes);
        self.proved_path(tenant, (first.index, leaf), &checkpoint, Most::OPERATOR).await.map(drop)
    }

    /// Indexes of the events that rows still need: the one that says who a subject is, until the subject is erased. Of a
    /// row that does not open, all are.
    async fn needed(&self, events: &[StoredEvent]) -> Result<BTreeSet<u64>, Problem> {
        let mut needed = BTreeSet::new();
        for event in events.iter().filter(|event| event.key.kind == Kind::Subject) {
            let view = self.look(&[Want::Key(event.key)]).await?;
            let needs = view
                .held::<Subject>(event.key)
                .map_or(true, |held| held.state().and_then(Record::needed_event) == Some(event.version));
            if needs {
                needed.insert(event.index);
            }
        }
        Ok(needed)
    }
}
