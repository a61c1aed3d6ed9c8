//! The hashes above the full tiles of each log, in memory as they are asked for: an eighth of a byte for each event. The
//! lowest of them are stored too; losing any of it costs only the time to read the events again.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, StoredEvent};
use postern_core::ports::StoredTile;
use postern_log::{Hash, HashSource as _, TILE_WIDTH, TileHashes, leaf_hash};
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

/// Tiles of events after which their hashes are stored.
const AT_ONCE: u64 = 16;
/// Stored hashes that are read at once.
const STORED_AT_ONCE: usize = 8192;
/// Between some tiles and the next ones, so that others have the disk.
const PAUSE: Duration = Duration::from_millis(20);

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
    /// Reads on until the hashes stand on so many full tiles: what is stored first, then the events. What was read from
    /// events stays, also if it was not enough, and is stored.
    pub(super) async fn grow(
        &self,
        tenant: TenantId,
        hashes: &mut TileHashes,
        tiles: u64,
        most: Most,
    ) -> Result<(), Problem> {
        if hashes.tiles() < tiles {
            self.take_stored(tenant, hashes).await?;
        }
        let until = tiles.min(hashes.tiles().saturating_add(most.0));
        while hashes.tiles() < until {
            let some = until.min(hashes.tiles().saturating_add(AT_ONCE));
            self.read_tiles(tenant, hashes, some).await?;
        }
        if hashes.tiles() < tiles { Err(SOON) } else { Ok(()) }
    }

    /// Goes on with what is stored, as far as it is as it was written.
    async fn take_stored(&self, tenant: TenantId, hashes: &mut TileHashes) -> Result<(), Problem> {
        loop {
            let page = self.store().tiles(tenant, hashes.tiles(), STORED_AT_ONCE).await;
            let page = page.map_err(|fault| Problem::unavailable(&fault))?;
            for stored in &page {
                let hash = Hash::try_from(stored.hash.as_slice()).ok();
                let hash = hash.filter(|_| stored.tile == hashes.tiles());
                let sealer = self.local().sealer();
                match hash.filter(|hash| sealer.tile_is_genuine(tenant, stored.tile, hash, &stored.mac)) {
                    Some(hash) => hashes.push_root(hash),
                    // It cannot be gone on with: all of them are made again, as they are working state.
                    None => return self.drop_stored(tenant).await,
                }
            }
            if page.len() < STORED_AT_ONCE {
                return Ok(());
            }
        }
    }

    /// Goes on with the events, up to so many tiles, and stores what came of it.
    async fn read_tiles(&self, tenant: TenantId, hashes: &mut TileHashes, until: u64) -> Result<(), Problem> {
        let mut made = Vec::new();
        while hashes.tiles() < until {
            // A store's answers may be ready at once: others want the thread too.
            tokio::task::yield_now().await;
            let tile = hashes.tiles();
            let leaves = self.leaves(tenant, tile * TILE_WIDTH..(tile + 1) * TILE_WIDTH).await?;
            if !hashes.push(&leaves) {
                return Err(Problem::Unavailable);
            }
            let hash = hashes.hash(1, tile).ok_or(Problem::Unavailable)?;
            let mac = self.local().sealer().tile(tenant, tile, &hash).to_vec();
            made.push(StoredTile { tile, hash: hash.to_vec(), mac });
        }
        if let Err(fault) = self.store().keep_tiles(tenant, made).await {
            tracing::warn!(%tenant, %fault, "hashes of tiles were not stored; they are made again after a start");
        }
        Ok(())
    }

    /// What was read is not what was signed. It is read anew from the events the next time, since it may be mended.
    pub(super) async fn distrust(&self, tenant: TenantId, hashes: &mut TileHashes) {
        *hashes = TileHashes::default();
        // What could not be dropped leads to the same end again, and is dropped then.
        let _ = self.drop_stored(tenant).await;
        self.note_rejected(Key::tenant(tenant)).await;
    }

    async fn drop_stored(&self, tenant: TenantId) -> Result<(), Problem> {
        self.store().drop_tiles(tenant).await.map_err(|fault| Problem::unavailable(&fault))
    }

    /// Makes and stores the hashes of every log, some at a time, so that answers come in between. Hourly: after a start
    /// the first proof reads what is stored.
    pub async fn grow_trees(&self) {
        let Ok(tenants) = self.store().tenants().await else { return };
        for tenant in tenants {
            let Ok(head) = self.store().head(tenant).await else { continue };
            loop {
                let mut hashes = self.trees.of(tenant).await;
                let tiles = head.frontier.size() / TILE_WIDTH;
                let grown = self.grow(tenant, &mut hashes, tiles, Most(AT_ONCE)).await;
                drop(hashes);
                if grown != Err(SOON) {
                    break;
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// The leaf hashes of some events, thinned or not.
    pub(super) async fn leaves(&self, tenant: TenantId, range: Range<u64>) -> Result<Vec<Hash>, Problem> {
        let mut leaves = self.thinned_leaves(tenant, range.clone()).await?;
        let events = self.entries(tenant, range.start + leaves.len() as u64..range.end).await?;
        leaves.extend(events.iter().map(|event| leaf_hash(&event.bytes)));
        Ok(leaves)
    }

    /// Events that the log's head covers: all of them, or none; `no-longer-kept` if the first of them was thinned.
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
        if events.first().is_none_or(|event| event.index != range.start)
            && self.kept_from(tenant).await? > range.start
        {
            return Err(Problem::NoLongerKept);
        }
        self.unaltered(tenant, Some(range.start), &events).await?;
        if events.len() == count { Ok(events) } else { Err(Problem::unavailable(&"events are missing")) }
    }
}
