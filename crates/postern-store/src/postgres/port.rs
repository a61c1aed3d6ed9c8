//! The store's port, on PostgreSQL.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{
    Committed, Key, Kind, StoreFault, StoredEvent, Tally, ThinnedBundle, ThinnedEvent, View, Want, Work,
};
use postern_core::ports::{Future, Listed, LogHead, PutAside, SealedClaim, Sizes, Store, StoredTile};
use tokio::sync::oneshot;

use super::call::Call;
use super::job::Job;
use super::reader::Look;
use super::{Postgres, aside, columns, schema};

/// Nobody answers any more: the store is closing.
fn closing<E>(_: E) -> StoreFault {
    StoreFault("the store is closing".to_owned())
}

impl Store for Postgres {
    fn look<'a>(&'a self, wants: &'a [Want]) -> Future<'a, Result<View, StoreFault>> {
        Box::pin(async move {
            let (answer, told) = oneshot::channel();
            let reader = self.reader().ok_or_else(|| closing(()))?;
            reader.send(Look::View { wants: wants.to_vec(), answer }).await.map_err(closing)?;
            told.await.map_err(closing)?
        })
    }

    fn submit(&self, work: Work) -> Future<'_, Committed> {
        Box::pin(async move {
            let (job, told) = Job::new(work);
            let Some(queue) = self.committer(&job) else { return Committed::Busy };
            match queue.try_send(job) {
                Ok(()) => told.await.unwrap_or(Committed::Unknown),
                Err(_) => Committed::Busy,
            }
        })
    }

    fn event(&self, key: Key, version: u64) -> Future<'_, Result<Option<StoredEvent>, StoreFault>> {
        Box::pin(self.event_of(key, version))
    }

    fn events(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
        of: Option<Key>,
    ) -> Future<'_, Result<Vec<StoredEvent>, StoreFault>> {
        Box::pin(async move {
            self.number_first().await?;
            self.events_from(tenant, from, limit, of).await
        })
    }

    fn thinned(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<ThinnedEvent>, StoreFault>> {
        Box::pin(self.thinned_from(tenant, from, limit))
    }

    fn thinned_event(&self, key: Key, version: u64) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        Box::pin(self.thinned_one(key, version))
    }

    fn last_thinned(&self, tenant: TenantId) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        Box::pin(self.thinned_last(tenant))
    }

    fn thin(&self, bundle: ThinnedBundle) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(self.thin_bundle(bundle))
    }

    fn tiles(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<StoredTile>, StoreFault>> {
        Box::pin(self.tiles_from(tenant, from, limit))
    }

    fn keep_tiles(&self, tenant: TenantId, tiles: Vec<StoredTile>) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(self.put_tiles(tenant, tiles))
    }

    fn drop_tiles(&self, tenant: TenantId) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(self.end_tiles(tenant))
    }

    fn head(&self, tenant: TenantId) -> Future<'_, Result<LogHead, StoreFault>> {
        Box::pin(async move {
            self.number_first().await?;
            self.frontier(tenant).await.map(|frontier| LogHead { frontier })
        })
    }

    fn checkpoint(&self, tenant: TenantId) -> Future<'_, Result<Option<String>, StoreFault>> {
        Box::pin(async move {
            let rows = self.ask(|| Call::new(schema::CHECKPOINT_GET).bytes(tenant.bytes())).await?;
            Ok(rows.first().and_then(|row| row.try_get(0).ok()))
        })
    }

    fn keep_checkpoint(
        &self,
        tenant: TenantId,
        size: u64,
        note: String,
    ) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            let put = || {
                let size = columns::number(size);
                Call::new(schema::CHECKPOINT_PUT).bytes(tenant.bytes()).number(size).text(note.as_str())
            };
            self.ask(put).await.map(drop)
        })
    }

    fn list(
        &self,
        kind: Kind,
        tenant: Option<TenantId>,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Listed>, StoreFault>> {
        Box::pin(self.list_rows(kind, tenant, after, limit))
    }

    fn due(
        &self,
        kind: Kind,
        until: Time,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        Box::pin(self.due_keys(kind, until, after, limit))
    }

    fn claims(&self, tenant: TenantId) -> Future<'_, Result<Vec<SealedClaim>, StoreFault>> {
        Box::pin(self.claims_all(tenant))
    }

    fn forget_claims(&self, before: Time) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(self.forget(before))
    }

    fn forget_tallies(&self, before_hour: u32) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            self.ask(|| Call::new(schema::TALLIES_FORGET).number(before_hour.into())).await.map(drop)
        })
    }

    fn keyring(&self, subject: Key) -> Future<'_, Result<Option<Vec<u8>>, StoreFault>> {
        Box::pin(async move {
            let (answer, told) = oneshot::channel();
            let reader = self.reader().ok_or_else(|| closing(()))?;
            reader.send(Look::Key { subject, answer }).await.map_err(closing)?;
            told.await.map_err(closing)?
        })
    }

    fn tallies(
        &self,
        tenant: TenantId,
        measure: &'static str,
        since_hour: u32,
    ) -> Future<'_, Result<Vec<Tally>, StoreFault>> {
        Box::pin(self.tallies_of(tenant, measure, since_hour))
    }

    fn tenants(&self) -> Future<'_, Result<Vec<TenantId>, StoreFault>> {
        Box::pin(async move {
            self.number_first().await?;
            self.all_tenants().await
        })
    }

    fn sizes(&self) -> Future<'_, Result<Sizes, StoreFault>> {
        Box::pin(async move {
            let rows = self.ask(|| Call::new(schema::STORED)).await?;
            let natural = |at| rows.first().and_then(|row| columns::natural(row, at)).unwrap_or_default();
            Ok(Sizes { database: natural(0), events: natural(1), thinned: natural(2) })
        })
    }

    fn take_grown(&self) -> Vec<TenantId> {
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *grown).into_iter().collect()
    }

    fn hold(&self, job: &'static str, span: Duration) -> Future<'_, Result<bool, StoreFault>> {
        Box::pin(async move {
            let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            let take = || Call::new(schema::LEASE_TAKE).text(job).bytes(self.holder).number(millis);
            Ok(!self.ask(take).await?.is_empty())
        })
    }

    fn put_aside(&self, tenant: TenantId) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        Box::pin(async move {
            self.number_first().await?;
            let rows = self.ask(|| Call::new(schema::PUT_ASIDE).bytes(tenant.bytes())).await?;
            // One that no record could have is a finding as well: of the tenant.
            Ok(rows.iter().map(|row| aside::named(row, 0).unwrap_or(Key::tenant(tenant))).collect())
        })
    }

    fn forged(&self, limit: usize) -> Future<'_, Result<PutAside, StoreFault>> {
        Box::pin(self.forged_untold(limit))
    }

    fn forged_told(&self, numbers: Vec<i64>) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async move {
            self.ask(|| Call::new(schema::FORGED_TOLD).all_numbers(numbers.clone())).await.map(drop)
        })
    }

    fn number_pending(&self) -> Future<'_, Result<(), StoreFault>> {
        let begun = *self.begun.borrow();
        Box::pin(async move { if begun { self.number_now().await } else { Ok(()) } })
    }

    fn is_elsewhere(&self) -> bool {
        true
    }

    fn begin_numbering(&self) {
        self.begun.send_replace(true);
    }

    fn number_as(&self, tenant: TenantId, order: Vec<(Key, u64)>) -> Future<'_, Result<usize, StoreFault>> {
        Box::pin(async move {
            let numbered = self.sequencer().in_order(tenant, &order).await;
            numbered.map_err(StoreFault)
        })
    }

    fn keeps_order(&self) -> bool {
        false
    }

    fn merge_delay(&self) -> Duration {
        Duration::from_millis(self.delay.load(Ordering::SeqCst))
    }
}
