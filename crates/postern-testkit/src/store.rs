//! A store that counts what it is asked, and that can put off or refuse what it is to commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{
    Committed, Key, Kind, StoreFault, StoredEvent, Tally, ThinnedBundle, ThinnedEvent, View, Want, Work,
};
use postern_core::ports::{Copied, Future, Listed, LogHead, PutAside, SealedClaim, Sizes, Store, StoredTile};
use tokio::sync::watch;

/// A store behind counters.
pub struct CountedStore {
    inner: Arc<dyn Store>,
    counts: [AtomicU64; 7],
    puts_off: watch::Sender<bool>,
    /// From this time on, in milliseconds.
    refuses: AtomicU64,
}

/// What a store was asked until now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// Looks at records, each one statement or one set of them.
    pub looks: u64,
    /// Records and places that these asked for.
    pub wants: u64,
    /// Reads of one event or one wrapped key.
    pub reads: u64,
    /// Works to be committed.
    pub works: u64,
    /// Rows and events in these.
    pub writes: u64,
    /// Claims, guards and sums in these.
    pub conditions: u64,
    /// About how many bytes these write.
    pub bytes: u64,
}

impl CountedStore {
    /// Counts from zero.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self {
            inner,
            counts: Default::default(),
            puts_off: watch::Sender::new(false),
            refuses: AtomicU64::new(u64::MAX),
        }
    }

    /// Whether works wait before they are committed; what waits goes on when they no longer do.
    pub fn puts_off(&self, puts_off: bool) {
        self.puts_off.send_replace(puts_off);
    }

    /// Whether it takes nothing, as one on a disk that is full.
    pub fn refuses(&self, refuses: bool) {
        self.refuses.store(if refuses { 0 } else { u64::MAX }, Ordering::SeqCst);
    }

    /// Takes nothing of a later time, as a database whose clock says that it is still to come.
    pub fn refuses_after(&self, time: Time) {
        self.refuses.store(time.millis().saturating_add(1), Ordering::SeqCst);
    }

    /// What it was asked until now.
    #[must_use]
    pub fn asked(&self) -> Asked {
        let [looks, wants, reads, works, writes, conditions, bytes] =
            [0, 1, 2, 3, 4, 5, 6].map(|at: usize| self.counts[at].load(Ordering::SeqCst));
        Asked { looks, wants, reads, works, writes, conditions, bytes }
    }

    fn add(&self, at: usize, count: usize) {
        self.counts[at].fetch_add(count.try_into().unwrap(), Ordering::SeqCst);
    }
}

impl Store for CountedStore {
    fn look<'a>(&'a self, wants: &'a [Want]) -> Future<'a, Result<View, StoreFault>> {
        self.add(0, 1);
        self.add(1, wants.len());
        self.inner.look(wants)
    }

    fn submit(&self, work: Work) -> Future<'_, Committed> {
        let draft = &work.draft;
        self.add(3, 1);
        self.add(4, draft.puts().len() + draft.events().len());
        self.add(5, draft.claims().len() + draft.reads().count() + draft.tallies().len());
        self.add(6, draft.weight());
        Box::pin(async move {
            // The sender is here: it is never gone.
            let _ = self.puts_off.subscribe().wait_for(|puts_off| !puts_off).await;
            if work.draft.context().at.millis() >= self.refuses.load(Ordering::SeqCst) {
                return Committed::Busy;
            }
            self.inner.submit(work).await
        })
    }

    fn event(&self, key: Key, version: u64) -> Future<'_, Result<Option<StoredEvent>, StoreFault>> {
        self.add(2, 1);
        self.inner.event(key, version)
    }

    fn keyring(&self, subject: Key) -> Future<'_, Result<Option<Vec<u8>>, StoreFault>> {
        self.add(2, 1);
        self.inner.keyring(subject)
    }

    fn events(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
        of: Option<Key>,
    ) -> Future<'_, Result<Vec<StoredEvent>, StoreFault>> {
        self.inner.events(tenant, from, limit, of)
    }

    fn thinned(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<ThinnedEvent>, StoreFault>> {
        self.inner.thinned(tenant, from, limit)
    }

    fn thinned_event(&self, key: Key, version: u64) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        self.inner.thinned_event(key, version)
    }

    fn last_thinned(&self, tenant: TenantId) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        self.inner.last_thinned(tenant)
    }

    fn thin(&self, bundle: ThinnedBundle) -> Future<'_, Result<(), StoreFault>> {
        self.inner.thin(bundle)
    }

    fn tiles(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<StoredTile>, StoreFault>> {
        self.inner.tiles(tenant, from, limit)
    }

    fn keep_tiles(&self, tenant: TenantId, tiles: Vec<StoredTile>) -> Future<'_, Result<(), StoreFault>> {
        self.inner.keep_tiles(tenant, tiles)
    }

    fn drop_tiles(&self, tenant: TenantId) -> Future<'_, Result<(), StoreFault>> {
        self.inner.drop_tiles(tenant)
    }

    fn is_elsewhere(&self) -> bool {
        self.inner.is_elsewhere()
    }

    fn begin_numbering(&self) {
        self.inner.begin_numbering();
    }

    fn number_as(&self, tenant: TenantId, order: Vec<(Key, u64)>) -> Future<'_, Result<usize, StoreFault>> {
        self.inner.number_as(tenant, order)
    }

    fn head(&self, tenant: TenantId) -> Future<'_, Result<LogHead, StoreFault>> {
        self.inner.head(tenant)
    }

    fn checkpoint(&self, tenant: TenantId) -> Future<'_, Result<Option<String>, StoreFault>> {
        self.inner.checkpoint(tenant)
    }

    fn keep_checkpoint(
        &self,
        tenant: TenantId,
        size: u64,
        note: String,
    ) -> Future<'_, Result<(), StoreFault>> {
        self.inner.keep_checkpoint(tenant, size, note)
    }

    fn list(
        &self,
        kind: Kind,
        tenant: Option<TenantId>,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Listed>, StoreFault>> {
        self.inner.list(kind, tenant, after, limit)
    }

    fn due(
        &self,
        kind: Kind,
        until: Time,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        self.inner.due(kind, until, after, limit)
    }

    fn claims(&self, tenant: TenantId) -> Future<'_, Result<Vec<SealedClaim>, StoreFault>> {
        self.inner.claims(tenant)
    }

    fn forget_claims(&self, before: Time) -> Future<'_, Result<(), StoreFault>> {
        self.inner.forget_claims(before)
    }

    fn scrub(&self) -> Future<'_, Result<(), StoreFault>> {
        self.inner.scrub()
    }

    fn forget_tallies(&self, before_hour: u32) -> Future<'_, Result<(), StoreFault>> {
        self.inner.forget_tallies(before_hour)
    }

    fn tallies(
        &self,
        tenant: TenantId,
        measure: &'static str,
        since_hour: u32,
    ) -> Future<'_, Result<Vec<Tally>, StoreFault>> {
        self.inner.tallies(tenant, measure, since_hour)
    }

    fn tenants(&self) -> Future<'_, Result<Vec<TenantId>, StoreFault>> {
        self.inner.tenants()
    }

    fn take_grown(&self) -> Vec<TenantId> {
        self.inner.take_grown()
    }

    fn hold(&self, job: &'static str, span: Duration) -> Future<'_, Result<bool, StoreFault>> {
        self.inner.hold(job, span)
    }

    fn number_pending(&self) -> Future<'_, Result<(), StoreFault>> {
        self.inner.number_pending()
    }

    fn back_up(&self, folder: PathBuf, at: Time) -> Future<'_, Result<Copied, StoreFault>> {
        self.inner.back_up(folder, at)
    }

    fn backed_up(&self) -> (u64, u64) {
        self.inner.backed_up()
    }

    fn put_aside(&self, tenant: TenantId) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        self.inner.put_aside(tenant)
    }

    fn forged(&self, limit: usize) -> Future<'_, Result<PutAside, StoreFault>> {
        self.inner.forged(limit)
    }

    fn forged_told(&self, numbers: Vec<i64>) -> Future<'_, Result<(), StoreFault>> {
        self.inner.forged_told(numbers)
    }

    fn keeps_order(&self) -> bool {
        self.inner.keeps_order()
    }

    fn sizes(&self) -> Future<'_, Result<Sizes, StoreFault>> {
        self.inner.sizes()
    }

    fn merge_delay(&self) -> Duration {
        self.inner.merge_delay()
    }
}
