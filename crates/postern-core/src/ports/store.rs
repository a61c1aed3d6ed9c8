//! The store: reads a consistent view, commits work, gives events back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::Future;
use crate::Time;
use crate::ids::TenantId;
use crate::kernel::{
    Claim, Committed, Key, Kind, Row, StoreFault, StoredEvent, Tally, ThinnedBundle, ThinnedEvent, View,
    Want, Work,
};

/// Where recorded state lives. Its promise is the one that everything else stands on: work that it calls
/// committed is durable, whole, and was decided on what was there.
pub trait Store: Send + Sync {
    /// Reads what is wanted, all from one moment.
    fn look<'a>(&'a self, wants: &'a [Want]) -> Future<'a, Result<View, StoreFault>>;

    /// Commits work, deciding again inside the transaction if a guard moved. Dropping the future before
    /// the work is applied withdraws it.
    fn submit(&self, work: Work) -> Future<'_, Committed>;

    /// One event, by the record it is about and its version. A thinned one is there only if a row needs it.
    fn event(&self, key: Key, version: u64) -> Future<'_, Result<Option<StoredEvent>, StoreFault>>;

    /// A tenant's events in log order, from index `from` on; of one record if `of` is given. Thinned ones are left out:
    /// whoever has not thought of them finds a gap, and no event that is none.
    fn events(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
        of: Option<Key>,
    ) -> Future<'_, Result<Vec<StoredEvent>, StoreFault>>;

    /// What is left of thinned events in log order, from index `from` on.
    fn thinned(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<ThinnedEvent>, StoreFault>>;

    /// What is left of one thinned event, by the record it was about and its version.
    fn thinned_event(&self, key: Key, version: u64) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>>;

    /// What is left of the last event of a tenant's newest thinned bundle. Bundles are thinned from the oldest on.
    fn last_thinned(&self, tenant: TenantId) -> Future<'_, Result<Option<ThinnedEvent>, StoreFault>>;

    /// Lets the bytes of a bundle's events go, all or none. One that is thinned already stays as it is.
    fn thin(&self, bundle: ThinnedBundle) -> Future<'_, Result<(), StoreFault>>;

    /// The stored hashes of full tiles of leaves, from a tile on. Working state, see [`StoredTile`].
    fn tiles(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Future<'_, Result<Vec<StoredTile>, StoreFault>>;

    /// Keeps hashes of full tiles of leaves; one that is there already stays.
    fn keep_tiles(&self, tenant: TenantId, tiles: Vec<StoredTile>) -> Future<'_, Result<(), StoreFault>>;

    /// Drops a log's stored hashes: they did not lead to what was signed.
    fn drop_tiles(&self, tenant: TenantId) -> Future<'_, Result<(), StoreFault>>;

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

    /// Whether the data are another server's, which may be set back while this process runs.
    fn is_elsewhere(&self) -> bool {
        false
    }

    /// Lets events get their places from now on, where a store was opened to wait with that: these data are known to be
    /// the newest.
    fn begin_numbering(&self) {}

    /// Gives events of a log that are committed and have no place yet the next places, in this order, as long as they
    /// wait: how many. A copy of a database may have events that got their places after it was made.
    fn number_as(&self, _tenant: TenantId, _order: Vec<(Key, u64)>) -> Future<'_, Result<usize, StoreFault>> {
        Box::pin(std::future::ready(Ok(0)))
    }

    /// Copies everything as it is at one moment to a new folder, while work goes on; keys of subjects apart, with the time
    /// at which that was begun.
    fn back_up(&self, _folder: PathBuf, _at: Time) -> Future<'_, Result<Copied, StoreFault>> {
        let why = "a database is backed up with its own means, such as pg_dump or a base backup";
        Box::pin(std::future::ready(Err(StoreFault(why.to_owned()))))
    }

    /// Records with events that were put aside instead of being numbered, because they were not as they were written.
    fn put_aside(&self, _tenant: TenantId) -> Future<'_, Result<Vec<Key>, StoreFault>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Whether any event was put aside, of whatever log, and up to `limit` of those that nobody was told of yet.
    fn forged(&self, _limit: usize) -> Future<'_, Result<PutAside, StoreFault>> {
        Box::pin(std::future::ready(Ok(PutAside::default())))
    }

    /// These were told of: they are not given again.
    fn forged_told(&self, _numbers: Vec<i64>) -> Future<'_, Result<(), StoreFault>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Whether the events of one draft come into the log in the draft's order.
    fn keeps_order(&self) -> bool {
        true
    }

    /// How much is stored.
    fn sizes(&self) -> Future<'_, Result<Sizes, StoreFault>> {
        Box::pin(std::future::ready(Ok(Sizes::default())))
    }

    /// How far the backup is that is being made, or was made last: steps done, and all that there are. Zeros where that
    /// is not known.
    fn backed_up(&self) -> (u64, u64) {
        (0, 0)
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

/// The hash over a full tile of a log's leaves: 256 events. It can be made again from them, so nothing is lost with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredTile {
    /// The tile's place, from 0.
    pub tile: u64,
    /// Its hash; of whatever length until its MAC was checked.
    pub hash: Vec<u8>,
    /// MAC under the event key, not yet checked.
    pub mac: Vec<u8>,
}

/// How much is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// Bytes of the database.
    pub database: u64,
    /// Events that have a place in a log.
    pub events: u64,
    /// Those of them whose bytes were let go.
    pub thinned: u64,
}

/// Events that were put aside instead of being numbered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PutAside {
    /// Whether there are any.
    pub any: bool,
    /// Some of those that nobody was told of yet.
    pub untold: Vec<ForgedEvent>,
}

/// An event that was put aside, as it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForgedEvent {
    /// What the store knows it by.
    pub number: i64,
    /// The record that its columns name; the tenant's own where no record could have them.
    pub key: Key,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
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
