//! The hashes above the full tiles of each log, kept in memory as they are asked for: an eighth of a byte for each
//! event. Losing them costs only the time to read the events again.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_core::ids::TenantId;
use postern_core::kernel::StoredEvent;
use postern_log::{Hash, TILE_WIDTH, TileHashes, leaf_hash};
use tokio::sync::OwnedMutexGuard;

use crate::Problem;
use crate::app::App;

/// How many tiles of events are read at most before an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Most(pub(crate) u64);

impl Most {
    /// For a request: 65,536 events. Decision 0028 has what they cost.
    pub(crate) const REQUEST: Self = Self(256);
    /// For an operator, who waits.
    pub(crate) const OPERATOR: Self = Self(u64::MAX);
}

/// What was not read in this answer's time is, a second later.
pub(super) const SOON: Problem = Problem::TooManyRequests { after: Duration::from_secs(1) };

/// Hashes by log: working state.
#[derive(Default)]
pub(crate) struct Trees(Mutex<HashMap<TenantId, Arc<tokio::sync::Mutex<TileHashes>>>>);

impl Trees {
    /// The hashes of a log. One answer at a time has them, so that no two read the same events.
    pub(super) async fn of(&self, tenant: TenantId) -> OwnedMutexGuard<TileHashes> {
        let hashes =
            Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(tenant).or_default());
        hashes.lock_owned().await
    }
}

impl App {
    /// Reads on until the hashes stand on so many full tiles. What was read stays, also if it was not enough.
    pub(super) async fn grow(
        &self,
        tenant: TenantId,
        hashes: &mut TileHashes,
        tiles: u64,
        most: Most,
    ) -> Result<(), Problem> {
        let until = tiles.min(hashes.tiles().saturating_add(most.0));
        while hashes.tiles() < until {
            // A store's answers may be ready at once: others want the thread too.
            tokio::task::yield_now().await;
            let first = hashes.tiles() * TILE_WIDTH;
            let leaves = self.leaves(tenant, first..first + TILE_WIDTH).await?;
            if !hashes.push(&leaves) {
                return Err(Problem::Unavailable);
            }
        }
        if hashes.tiles() < tiles { Err(SOON) } else { Ok(()) }
    }

    /// The leaf hashes of some events.
    pub(super) async fn leaves(&self, tenant: TenantId, range: Range<u64>) -> Result<Vec<Hash>, Problem> {
        let events = self.entries(tenant, range).await?;
        Ok(events.iter().map(|event| leaf_hash(&event.bytes)).collect())
    }

    /// Events that the log's head covers: all of them, or none.
    pub(crate) async fn entries(
        &self,
        tenant: TenantId,
        range: Range<u64>,
    ) -> Result<Vec<StoredEvent>, Problem> {
        let count = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0);
        if count == 0 {
            return Ok(Vec::new());
        }
        let events = self.store().events(tenant, range.start, count, None).await;
        let events = events.map_err(|fault| Problem::unavailable(&fault))?;
        self.unaltered(tenant, Some(range.start), &events).await?;
        if events.len() == count { Ok(events) } else { Err(Problem::unavailable(&"events are missing")) }
    }
}
