//! Thinned events and stored tile hashes: what is left of old events, and what proofs begin with.

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, StoreFault, ThinnedBundle, ThinnedEvent};
use postern_core::ports::StoredTile;
use tokio_postgres::Row;

use super::call::Call;
use super::{Postgres, columns, schema};
use crate::rows::thinned;

impl Postgres {
    pub(super) async fn thinned_from(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<ThinnedEvent>, StoreFault> {
        let (from, limit) = (columns::number(from), columns::limit(limit));
        let rows = self.ask(|| Call::new(schema::THINNED).bytes(tenant.bytes()).number(from).number(limit));
        Ok(read(&rows.await?, tenant))
    }

    pub(super) async fn thinned_one(
        &self,
        key: Key,
        version: u64,
    ) -> Result<Option<ThinnedEvent>, StoreFault> {
        let rows = self.ask(|| {
            Call::new(schema::THINNED_GET)
                .bytes(key.tenant.bytes())
                .small(key.kind.number())
                .bytes(key.id)
                .number(columns::number(version))
        });
        Ok(read(&rows.await?, key.tenant).pop())
    }

    pub(super) async fn thinned_last(&self, tenant: TenantId) -> Result<Option<ThinnedEvent>, StoreFault> {
        let rows = self.ask(|| Call::new(schema::THINNED_LAST).bytes(tenant.bytes()));
        Ok(read(&rows.await?, tenant).pop())
    }

    /// A bundle that another node has thinned meanwhile, or that is not whole, stays as it is.
    pub(super) async fn thin_bundle(&self, bundle: ThinnedBundle) -> Result<(), StoreFault> {
        let events = bundle.events();
        let first = columns::number(bundle.first());
        let count = columns::limit(events.len());
        let thin = || {
            Call::new(schema::THIN)
                .bytes(bundle.tenant().bytes())
                .all_numbers(events.iter().map(|event| columns::number(event.index)).collect())
                .all_bytes(events.iter().map(|event| event.leaf.clone()).collect())
                .all_bytes(events.iter().map(|event| event.mac.clone()).collect())
                .number(first)
                .number(first.saturating_add(count))
                .number(count)
                .all_numbers(bundle.kept().iter().map(|event| columns::number(event.index)).collect())
        };
        self.ask(thin).await.map(drop)
    }

    pub(super) async fn tiles_from(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredTile>, StoreFault> {
        let (from, limit) = (columns::number(from), columns::limit(limit));
        let rows = self.ask(|| Call::new(schema::TILES).bytes(tenant.bytes()).number(from).number(limit));
        let tile = |row: &Row| StoredTile {
            tile: columns::natural(row, 0).unwrap_or(u64::MAX),
            hash: row.try_get(1).unwrap_or_default(),
            mac: row.try_get(2).unwrap_or_default(),
        };
        Ok(rows.await?.iter().map(tile).collect())
    }

    pub(super) async fn put_tiles(&self, tenant: TenantId, tiles: Vec<StoredTile>) -> Result<(), StoreFault> {
        let put = || {
            Call::new(schema::TILES_PUT)
                .bytes(tenant.bytes())
                .all_numbers(tiles.iter().map(|tile| columns::number(tile.tile)).collect())
                .all_bytes(tiles.iter().map(|tile| tile.hash.clone()).collect())
                .all_bytes(tiles.iter().map(|tile| tile.mac.clone()).collect())
        };
        self.ask(put).await.map(drop)
    }

    pub(super) async fn end_tiles(&self, tenant: TenantId) -> Result<(), StoreFault> {
        self.ask(|| Call::new(schema::TILES_END).bytes(tenant.bytes())).await.map(drop)
    }
}

fn read(rows: &[Row], tenant: TenantId) -> Vec<ThinnedEvent> {
    rows.iter().map(|row| thinned(columns::event(row, tenant))).collect()
}
