//! The store's port, on SQLite. Reads are done at once: they take microseconds. Work goes to the writer.

use std::future::ready;
use std::path::PathBuf;
use std::sync::PoisonError;

use postern_core::Time;
use postern_core::ids::TenantId;
use postern_core::kernel::{
    Committed, Key, Kind, StoreFault, StoredEvent, Tally, ThinnedBundle, ThinnedEvent, View, Want, Work,
};
use postern_core::ports::{Copied, Future, Listed, LogHead, SealedClaim, Sizes, Store, StoredTile};
use rusqlite::{Connection, Error};
use tokio::sync::oneshot;

use super::backup::Copying;
use super::jobs::{Task, hand_over};
use super::{Sqlite, lists, reads, retention};
use crate::rows::view;

impl Sqlite {
    fn read<'a, T: Send + 'a>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Future<'a, Result<T, StoreFault>> {
        Box::pin(ready(self.pool.read(read)))
    }

    /// Work that ends in nothing but having been done.
    fn keep(&self, task: Task) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(async {
            match hand_over(self.queue.as_ref(), (task, 0)).await {
                Committed::Committed => Ok(()),
                end => Err(StoreFault(format!("it was not kept: {end:?}"))),
            }
        })
    }
}

impl Store for Sqlite {
    fn look<'a>(&'a self, wants: &'a [Want]) -> Future<'a, Result<View, StoreFault>> {
        self.read(|connection| view(connection, wants, &self.sealer))
    }

    fn submit(&self, work: Work) -> Future<'_, Committed> {
        Box::pin(hand_over(self.queue.as_ref(), Task::settle(work)))
    }

    fn event(&self, key: Key, version: u64) -> Future<'_, Result<Option<StoredEvent>, StoreFault>> {
        self.read(|connection| lists::event(connection, key, version))
    }

    fn events(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
        of: Option<Key>,
    ) -> Future<'_, Result<Vec<StoredEvent>, StoreFault>> {
        self.read(|connection| lists::events(connection, tenant, from, limit, of))
    }

    fn thinned(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<ThinnedEvent>, StoreFault>> {
        self.read(|connection| retention::thinned_from(connection, tenant, from, limit))
    }

    fn thinned_event(&self, key: Key, version: u64) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        self.read(|connection| retention::thinned_event(connection, key, version))
    }

    fn last_thinned(&self, tenant: TenantId) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>> {
        self.read(|connection| retention::last_thinned(connection, tenant))
    }

    fn thin(&self, bundle: ThinnedBundle) -> Future<'_, Result<(), StoreFault>> {
        self.keep(Task::Thin { bundle })
    }

    fn tiles(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<StoredTile>, StoreFault>> {
        self.read(|connection| retention::tiles(connection, tenant, from, limit))
    }

    fn keep_tiles(&self, tenant: TenantId, tiles: Vec<StoredTile>) -> Future<'_, Result<(), StoreFault>> {
        self.keep(Task::KeepTiles { tenant, tiles })
    }

    fn drop_tiles(&self, tenant: TenantId) -> Future<'_, Result<(), StoreFault>> {
        self.keep(Task::DropTiles { tenant })
    }

    fn head(&self, tenant: TenantId) -> Future<'_, Result<LogHead, StoreFault>> {
        let head = self.pool.read(|connection| reads::head(connection, tenant, &self.sealer));
        let altered = || StoreFault(format!("the log head of {tenant} is not as it was written"));
        let head = head.and_then(|head| head.ok_or_else(altered));
        Box::pin(ready(head.map(|frontier| LogHead { frontier })))
    }

    fn checkpoint(&self, tenant: TenantId) -> Future<'_, Result<Option<String>, StoreFault>> {
        self.read(|connection| lists::checkpoint(connection, tenant))
    }

    fn keep_checkpoint(
        &self,
        tenant: TenantId,
        size: u64,
        note: String,
    ) -> Future<'_, Result<(), StoreFault>> {
        self.keep(Task::KeepCheckpoint { tenant, size, note })
    }

    fn list(
        &self,
        kind: Kind,
        tenant: Option<TenantId>,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Listed>, StoreFault>> {
        self.read(|connection| lists::list(connection, kind, tenant, after, limit))
    }

    fn due(
        &self,
        kind: Kind,
        until: Time,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        self.read(|connection| lists::due(connection, kind, until, after, limit))
    }

    fn claims(&self, tenant: TenantId) -> Future<'_, Result<Vec<SealedClaim>, StoreFault>> {
        self.read(|connection| lists::claims(connection, tenant))
    }

    fn forget_claims(&self, before: Time) -> Future<'_, Result<(), StoreFault>> {
        self.keep(Task::ForgetClaims { before })
    }

    fn scrub(&self) -> Future<'_, Result<(), StoreFault>> {
        self.wal.scrub();
        Box::pin(std::future::ready(Ok(())))
    }

    fn forget_tallies(&self, before_hour: u32) -> Future<'_, Result<(), StoreFault>> {
        self.keep(Task::ForgetTallies { before_hour })
    }

    fn keyring(&self, subject: Key) -> Future<'_, Result<Option<Vec<u8>>, StoreFault>> {
        self.read(|connection| lists::keyring(connection, subject))
    }

    fn tallies(
        &self,
        tenant: TenantId,
        measure: &'static str,
        since_hour: u32,
    ) -> Future<'_, Result<Vec<Tally>, StoreFault>> {
        self.read(|connection| lists::tallies(connection, tenant, measure, since_hour))
    }

    fn tenants(&self) -> Future<'_, Result<Vec<TenantId>, StoreFault>> {
        self.read(lists::tenants)
    }

    fn back_up(&self, folder: PathBuf, at: Time) -> Future<'_, Result<Copied, StoreFault>> {
        let (answer, told) = oneshot::channel();
        let asked = self.copies.send(Copying { folder, at, answer });
        Box::pin(async move {
            let ended = StoreFault("the store is closing".to_owned());
            if asked.is_err() {
                return Err(ended);
            }
            told.await.unwrap_or(Err(ended))
        })
    }

    fn backed_up(&self) -> (u64, u64) {
        self.pages.now()
    }

    fn sizes(&self) -> Future<'_, Result<Sizes, StoreFault>> {
        self.read(lists::sizes)
    }

    fn take_grown(&self) -> Vec<TenantId> {
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *grown).into_iter().collect()
    }
}
