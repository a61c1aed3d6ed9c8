//! The store: reads a consistent view, commits work, gives events back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::Future;
use crate::Time;
use crate::ids::TenantId;
use crate::kernel::{Claim, Committed, Key, Kind, Row, StoreFault, StoredEvent, Tally, View, Want, Work};

/// Where recorded state lives. Its promise is the one that everything else stands on: work that it calls
/// committed is durable, whole, and was decided on what was there.
pub trait Store: Send + Sync {
    /// Reads what is wanted, all from one moment.
    fn look<'a>(&'a self, wants: &'a [Want]) -> Future<'a, Result<View, StoreFault>>;

    /// Commits work, deciding again inside the transaction if a guard moved. Dropping the future before
    /// the work is applied withdraws it.
    fn submit(&self, work: Work) -> Future<'_, Committed>;

    /// One event, by the record it is about and its version.
    fn event(&self, key: Key, version: u64) -> Future<'_, Result<Option<StoredEvent>, StoreFault>>;

    /// A tenant's events in log order, from index `from` on; of one record if `of` is given.
    fn events(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
        of: Option<Key>,
    ) -> Future<'_, Result<Vec<StoredEvent>, StoreFault>>;

    /// The right edge of a tenant's tree; an empty one for a tenant without events.
    fn head(&self, tenant: TenantId) -> Future<'_, Result<LogHead, StoreFault>>;

    /// A tenant's newest signed checkpoint.
    fn checkpoint(&self, tenant: TenantId) -> Future<'_, Result<Option<String>, StoreFault>>;

    /// Keeps a tenant's newest signed checkpoint. Working state: it can be signed again.
    fn keep_checkpoint(
        &self,
        tenant: TenantId,
        size: u64,
        note: String,
    ) -> Future<'_, Result<(), StoreFault>>;

    /// Rows of a kind in key order after `after`, for lists and the replayer.
    fn list(
        &self,
        kind: Kind,
        tenant: Option<TenantId>,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Listed>, StoreFault>>;

    /// Records of a kind that time alone changes by `until`, in key order after `after`.
    fn due(
        &self,
        kind: Kind,
        until: Time,
        after: Option<Key>,
        limit: usize,
    ) -> Future<'_, Result<Vec<Key>, StoreFault>>;

    /// All claims of a tenant with their seals, for the replayer.
    fn claims(&self, tenant: TenantId) -> Future<'_, Result<Vec<SealedClaim>, StoreFault>>;

    /// Gives up the places whose time was over before `before`.
    fn forget_claims(&self, before: Time) -> Future<'_, Result<(), StoreFault>>;

    /// Has what was deleted go from the store's own files as well, as soon as that may be: after a subject's key was
    /// forgotten. Copies of these files that others made are not reached; a database server does so by itself.
    fn scrub(&self) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Gives up sums of hours before this one. Working state: it bounds what grows with time alone.
    fn forget_tallies(&self, before_hour: u32) -> Future<'_, Result<(), StoreFault>>;

    /// A subject's wrapped key; `None` if there is none. Only the subject's own unwraps.
    fn keyring(&self, subject: Key) -> Future<'_, Result<Option<Vec<u8>>, StoreFault>>;

    /// Sums of a measure since an hour, flushed ones only.
    fn tallies(
        &self,
        tenant: TenantId,
        measure: &'static str,
        since_hour: u32,
    ) -> Future<'_, Result<Vec<Tally>, StoreFault>>;

    /// Tenants that have a log.
    fn tenants(&self) -> Future<'_, Result<Vec<TenantId>, StoreFault>>;

    /// Tenants whose logs grew since this was asked last, by this process. Takes them: one consumer only.
    fn take_grown(&self) -> Vec<TenantId>;

    /// Takes or renews a lease on what only one of many nodes need do, for `span`; whether this one has it. One
    /// process alone always has. Whatever is done under it must be harmless if done twice.
    fn hold(&self, _job: &'static str, _span: Duration) -> Future<'_, Result<bool, StoreFault>> {
        Box::pin(std::future::ready(Ok(true)))
    }

    /// Gives everything that is committed its place in the log: what a process does before it ends.
    fn number_pending(&self) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Copies everything as it is at one moment to a new folder, while work goes on; keys of subjects apart.
    fn back_up(&self, _folder: PathBuf) -> Future<'_, Result<Copied, StoreFault>> {
        let why = "a database is backed up with its own means, such as pg_dump or a base backup";
        Box::pin(std::future::ready(Err(StoreFault(why.to_owned()))))
    }

    /// Records with events that were put aside instead of being numbered, because they were not as they were written.
    fn put_aside(&self, _tenant: TenantId) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Whether the events of one draft come into the log in the draft's order.
    fn keeps_order(&self) -> bool {
        true
    }

    /// How much is stored.
    fn sizes(&self) -> Future<'_, Result<Sizes, StoreFault>> {
        Box::pin(std::future::ready(Ok(Sizes::default())))
    }

    /// How long the event waited for its number that waited longest in the last round. Zero where a commit numbers
    /// its events.
    fn merge_delay(&self) -> Duration {
        Duration::ZERO
    }
}

/// What a backup has of the logs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copied {
    /// The right edge of every log, by tenant id.
    pub logs: BTreeMap<String, postern_log::Frontier>,
}

/// A claim and the seal that was found with it.
pub type SealedClaim = (Claim, Vec<u8>);

/// How much is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// Bytes of the database.
    pub database: u64,
    /// Events that have a place in a log.
    pub events: u64,
}

/// A row in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which record.
    pub key: Key,
    /// Its row, not yet opened.
    pub row: Row,
}

/// The right edge of a tenant's tree, with its seal checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogHead {
    /// The frontier.
    pub frontier: postern_log::Frontier,
}
