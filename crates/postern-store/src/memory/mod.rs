//! The store without a disk, for tests: the same algorithm over the same sealed bytes, under one lock.

mod state;

use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{
    ClaimKey, Committed, Key, Kind, Row, Sealer, StoreFault, StoredEvent, Tally, ThinnedBundle, ThinnedEvent,
    View, Want, Work,
};
use postern_core::ports::{Future, Listed, LogHead, SealedClaim, Sizes, Store, StoredTile};

use self::state::State;
use crate::rows::{infallible, thinned, view};
use crate::settle::{Pending, settle};

/// A store in memory. Nothing of it outlives it.
pub struct Memory {
    sealer: Sealer,
    state: Mutex<State>,
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new(sealer: Sealer) -> Self {
        Self { state: Mutex::new(State::new(sealer.clone())), sealer }
    }

    /// Writes to a row behind the store's back, as somebody with access to the disk could.
    pub fn alter_row(&self, key: Key, alter: impl FnOnce(&mut Option<Row>)) {
        let mut state = self.locked();
        let mut row = state.rows.remove(&key);
        alter(&mut row);
        state.rows.extend(row.map(|row| (key, row)));
    }

    /// The same for a claim.
    pub fn alter_claim(&self, place: ClaimKey, alter: impl FnOnce(&mut Option<SealedClaim>)) {
        let mut state = self.locked();
        let mut claim = state.claims.remove(&place);
        alter(&mut claim);
        state.claims.extend(claim.map(|claim| (place, claim)));
    }

    /// The same for the bytes and the seal of a tenant's log head.
    pub fn alter_head(&self, tenant: TenantId, alter: impl FnOnce(&mut Option<(Vec<u8>, Vec<u8>)>)) {
        let mut state = self.locked();
        let mut head = state.heads.remove(&tenant);
        alter(&mut head);
        state.heads.extend(head.map(|head| (tenant, head)));
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<'a, T: Send + 'a>(&self, read: impl FnOnce(&State) -> T) -> Future<'a, Result<T, StoreFault>> {
        Box::pin(ready(Ok(read(&self.locked()))))
    }
}

impl Store for Memory {
    fn look<'a>(&'a self, wants: &'a [Want]) -> Future<'a, Result<View, StoreFault>> {
        self.read(|state| infallible(view(state, wants, &self.sealer)))
    }

    fn submit(&self, work: Work) -> Future<'_, Committed> {
        Box::pin(async {
            let mut pending = Pending::new(work);
            infallible(settle(&mut *self.locked(), &mut pending, &self.sealer))
        })
    }

    fn event(&self, key: Key, version: u64) -> Future<'_, Result<Option<StoredEvent>, StoreFault>> {
        self.read(|state| state.event(key, version))
    }

    fn events(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
        of: Option<Key>,
    ) -> Future<'_, Result<Vec<StoredEvent>, StoreFault>> {
        self.read(|state| {
            let events = state.apart(tenant).1.iter();
            let wanted = events
                .filter(|event| event.index >= from && of.is_none_or(|key| key == event.key))
                .take(limit);
            wanted.cloned().collect()
        })
    }

    fn thinned(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<ThinnedEvent>, StoreFault>> {
        self.read(|state| {
            let left = state.apart(tenant).0.iter().filter(|event| event.index >= from).take(limit);
            left.cloned().map(thinned).collect()
        })
    }

    fn thinned_event(&self, key: Key, version: u64) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        self.read(|state| state.thinned_event(key, version).map(thinned))
    }

    fn last_thinned(&self, tenant: TenantId) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        self.read(|state| state.apart(tenant).0.last().cloned().map(thinned))
    }

    fn thin(&self, bundle: ThinnedBundle) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            self.locked().thin(&bundle);
            Ok(())
        })
    }

    fn tiles(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<StoredTile>, StoreFault>> {
        self.read(|state| {
            let tiles = state.tiles.range((tenant, from)..=(tenant, u64::MAX)).take(limit);
            tiles.map(|(_, tile)| tile.clone()).collect()
        })
    }

    fn keep_tiles(&self, tenant: TenantId, tiles: Vec<StoredTile>) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            let mut state = self.locked();
            for tile in tiles {
                state.tiles.entry((tenant, tile.tile)).or_insert(tile);
            }
            Ok(())
        })
    }

    fn drop_tiles(&self, tenant: TenantId) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            self.locked().tiles.retain(|(of, _), _| *of != tenant);
            Ok(())
        })
    }

    fn head(&self, tenant: TenantId) -> Future<'_, Result<LogHead, StoreFault>> {
        let altered = || StoreFault(format!("the log head of {tenant} is not as it was written"));
        let head = self.locked().head(tenant).ok_or_else(altered);
        Box::pin(ready(head.map(|frontier| LogHead { frontier })))
    }

    fn checkpoint(&self, tenant: TenantId) -> Future<'_, Result<Option<String>, StoreFault>> {
        self.read(|state| state.checkpoints.get(&tenant).map(|(_, note)| note.clone()))
    }

    fn keep_checkpoint(
        &self,
        tenant: TenantId,
        size: u64,
        note: String,
    ) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            let mut state = self.locked();
            if state.checkpoints.get(&tenant).is_none_or(|(kept, _)| *kept <= size) {
                state.checkpoints.insert(tenant, (size, note));
            }
            Ok(())
        })
    }

    fn list(
        &self,
        kind: Kind,
        tenant: Option<TenantId>,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Listed>, StoreFault>> {
        self.read(|state| {
            let rows = state.after(kind, after).filter(|(key, _)| tenant.is_none_or(|own| own == key.tenant));
            rows.take(limit).map(|(key, row)| Listed { key: *key, row: row.clone() }).collect()
        })
    }

    fn due(
        &self,
        kind: Kind,
        until: Time,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        self.read(|state| {
            let rows = state.after(kind, after);
            let due = rows.filter(|(_, row)| row.due.is_some_and(|due| due <= until.millis()));
            due.take(limit).map(|(key, _)| *key).collect()
        })
    }

    fn claims(&self, tenant: TenantId) -> Future<'_, Result<Vec<SealedClaim>, StoreFault>> {
        self.read(|state| {
            let claims = state.claims.iter().filter(|(place, _)| place.tenant == tenant);
            claims.map(|(_, claim)| claim.clone()).collect()
        })
    }

    fn forget_claims(&self, before: Time) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            self.locked().claims.retain(|_, (claim, _)| claim.until.is_none_or(|until| until >= before));
            Ok(())
        })
    }

    fn forget_tallies(&self, before_hour: u32) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            self.locked().sums.retain(|(_, _, hour, _), _| *hour >= before_hour);
            Ok(())
        })
    }

    fn keyring(&self, subject: Key) -> Future<'_, Result<Option<Vec<u8>>, StoreFault>> {
        self.read(|state| state.keyring.get(&subject).cloned())
    }

    fn tallies(
        &self,
        tenant: TenantId,
        measure: &'static str,
        since_hour: u32,
    ) -> Future<'_, Result<Vec<Tally>, StoreFault>> {
        self.read(|state| state.tallies_of(tenant, measure, since_hour))
    }

    fn tenants(&self) -> Future<'_, Result<Vec<TenantId>, StoreFault>> {
        self.read(|state| state.heads.keys().copied().collect())
    }

    fn sizes(&self) -> Future<'_, Result<Sizes, StoreFault>> {
        self.read(|state| Sizes {
            database: 0,
            events: state.events.values().map(|log| log.len() as u64).sum(),
            thinned: state.events.keys().map(|tenant| state.apart(*tenant).0.len() as u64).sum(),
        })
    }

    fn take_grown(&self) -> Vec<TenantId> {
        std::mem::take(&mut self.locked().grown).into_iter().collect()
    }
}
