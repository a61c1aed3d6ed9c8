//! The sequencer: gives committed events their place in the log. Tenants are shared out over buckets, a lease each;
//! a lease that was lost does no harm, since every numbering locks it and the tenant's head.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use postern_core::ids::{EventId, TenantId};
use postern_core::kernel::{EventHead, Key, Sealer, StoredEvent};
use postern_log::{Frontier, leaf_hash};
use tokio::sync::watch;
use tokio_postgres::{Client, Error, Row};

use super::call::Call;
use super::connect::{Link, said};
use super::{columns, schema};

/// Buckets of tenants.
const BUCKETS: u8 = 16;
/// How often what waits is looked for.
const EVERY: Duration = Duration::from_millis(100);
/// How long a lease lasts, in milliseconds. It is renewed every round.
const LEASE: i64 = 2_000;
/// Events that are numbered in one transaction.
const PAGE: i64 = 2_000;

/// One node's sequencer.
pub(super) struct Sequencer {
    pub(super) link: Link,
    pub(super) sealer: Sealer,
    pub(super) holder: [u8; 16],
    /// How long the event that waited longest had waited, in milliseconds.
    pub(super) delay: Arc<AtomicU64>,
}

/// The lease of a bucket.
fn bucket(tenant: TenantId) -> String {
    let [first, ..] = tenant.bytes();
    format!("sequencer/{}", first % BUCKETS)
}

impl Sequencer {
    /// Works from the moment on that it may, if it comes.
    pub(super) async fn begin(self, mut begun: watch::Receiver<bool>, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            begun = begun.wait_for(|begun| *begun) => if begun.is_err() { return },
            _ = stop.wait_for(|stop| *stop) => return,
        }
        self.work(stop).await;
    }

    /// Numbers what waits, round after round, until it is told to stop.
    async fn work(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(fault) = self.round().await {
                tracing::warn!(%fault, "events were not numbered this time");
                self.link.cut();
            }
            tokio::select! { () = tokio::time::sleep(EVERY) => {}, _ = stop.changed() => {} }
        }
        // What waits when the last node stops would wait until one starts.
        let _ = self.round().await;
        if let Ok(client) = self.link.client().await {
            let _ = Call::new(schema::LEASES_END).bytes(self.holder).run(client).await;
        }
    }

    /// Numbers everything that waits in the buckets that this node has or can have.
    async fn round(&mut self) -> Result<(), String> {
        self.number_all(true).await
    }

    /// Numbers everything that waits, whoever has the leases: locked heads alone keep the order.
    pub(super) async fn at_once(&mut self) -> Result<(), String> {
        self.number_all(false).await
    }

    /// Numbers events of a tenant in this order, as long as they wait; how many.
    pub(super) async fn in_order(&mut self, tenant: TenantId, order: &[(Key, u64)]) -> Result<usize, String> {
        let client = self.link.client().await.map_err(|fault| fault.to_string())?;
        let failed = |error: Error| said(&error);
        client.batch_execute(super::Isolation::ReadCommitted.begin()).await.map_err(failed)?;
        let numbered = ordered_locked(client, &self.sealer, tenant, order).await;
        let end = if numbered.is_ok() { "COMMIT" } else { "ROLLBACK" };
        client.batch_execute(end).await.map_err(failed)?;
        numbered
    }

    async fn number_all(&mut self, by_lease: bool) -> Result<(), String> {
        let client = self.link.client().await.map_err(|fault| fault.to_string())?;
        let failed = |error: Error| said(&error);
        let waiting = Call::new(schema::WAITING).run(client).await.map_err(failed)?;
        let longest = waiting.iter().filter_map(|row| columns::natural(row, 1)).max();
        self.delay.store(longest.unwrap_or_default(), Ordering::SeqCst);
        let mut ended = Ok(());
        for tenant in waiting.iter().filter_map(tenant) {
            // What keeps one tenant's events waiting keeps nobody else's.
            let holder = by_lease.then_some(self.holder);
            if let Err(fault) = number_tenant(client, &self.sealer, tenant, holder).await {
                ended = Err(fault);
            }
        }
        ended
    }
}

/// Numbers everything of a tenant; by lease, if a holder is given that can have it.
async fn number_tenant(
    client: &Client,
    sealer: &Sealer,
    tenant: TenantId,
    holder: Option<[u8; 16]>,
) -> Result<(), String> {
    let mut fence = None;
    if let Some(holder) = holder {
        fence = Fence::take(client, bucket(tenant), holder).await.map_err(|error| said(&error))?;
        if fence.is_none() {
            return Ok(());
        }
    }
    while number(client, sealer, fence.as_ref(), tenant).await? == More::Waits {}
    Ok(())
}

/// What a transaction of the sequencer holds on to.
struct Fence {
    bucket: String,
    holder: [u8; 16],
    epoch: i64,
}

impl Fence {
    /// Takes or renews a bucket's lease; `None` if another node has it.
    async fn take(client: &Client, bucket: String, holder: [u8; 16]) -> Result<Option<Self>, Error> {
        let taken = Call::new(schema::LEASE_TAKE).text(bucket.as_str()).bytes(holder).number(LEASE);
        let taken = taken.run(client).await?;
        let epoch = taken.first().and_then(|row| row.try_get::<_, i64>(0).ok());
        Ok(epoch.map(|epoch| Self { bucket, holder, epoch }))
    }

    /// Whether the lease is still of this epoch. Nobody takes it over while the transaction lasts.
    async fn holds(&self, client: &Client) -> Result<bool, Error> {
        let holds = Call::new(schema::LEASE_HOLDS).text(self.bucket.as_str()).bytes(self.holder);
        Ok(!holds.number(self.epoch).run(client).await?.is_empty())
    }
}

/// Whether there is more than one transaction numbers.
#[derive(PartialEq, Eq)]
enum More {
    Waits,
    Nothing,
}

fn tenant(row: &Row) -> Option<TenantId> {
    let bytes: &[u8] = row.try_get(0).ok()?;
    bytes.try_into().ok().map(TenantId::new)
}

/// Numbers some events of a tenant.
async fn number(
    client: &Client,
    sealer: &Sealer,
    fence: Option<&Fence>,
    tenant: TenantId,
) -> Result<More, String> {
    client.batch_execute(super::Isolation::ReadCommitted.begin()).await.map_err(|error| said(&error))?;
    let numbered = number_locked(client, sealer, fence, tenant).await;
    let end = if numbered.is_ok() { "COMMIT" } else { "ROLLBACK" };
    client.batch_execute(end).await.map_err(|error| said(&error))?;
    numbered
}

async fn number_locked(
    client: &Client,
    sealer: &Sealer,
    fence: Option<&Fence>,
    tenant: TenantId,
) -> Result<More, String> {
    let failed = |error: Error| said(&error);
    if let Some(fence) = fence
        && !fence.holds(client).await.map_err(failed)?
    {
        return Ok(More::Nothing);
    }
    let Some(mut frontier) = lock_head(client, sealer, tenant).await.map_err(failed)? else {
        tracing::error!(%tenant, "the log head is not as it was written: its events are not numbered");
        return Ok(More::Nothing);
    };
    // A statement of its own: it sees everything that was committed while the head was waited for.
    let pending = Call::new(schema::PENDING).bytes(tenant.bytes()).number(PAGE);
    let pending = pending.run(client).await.map_err(failed)?;
    let (good, bad) = sort(&pending, sealer, tenant);
    if !bad.is_empty() {
        tracing::error!(%tenant, events = bad.len(), "pending events are not as they were written: quarantined");
        put_aside(tenant, &bad).run(client).await.map_err(failed)?;
    }
    if !good.is_empty() {
        write(client, sealer, tenant, &mut frontier, &good).await?;
    }
    Ok(if columns::limit(pending.len()) < PAGE { More::Nothing } else { More::Waits })
}

async fn ordered_locked(
    client: &Client,
    sealer: &Sealer,
    tenant: TenantId,
    order: &[(Key, u64)],
) -> Result<usize, String> {
    let failed = |error: Error| said(&error);
    let Some(mut frontier) = lock_head(client, sealer, tenant).await.map_err(failed)? else {
        return Err(format!("the log head of {tenant} is not as it was written"));
    };
    let pending = Call::new(schema::PENDING).bytes(tenant.bytes()).number(PAGE);
    let pending = pending.run(client).await.map_err(failed)?;
    let (mut waiting, _) = sort(&pending, sealer, tenant);
    let take = |(key, version): &(Key, u64)| {
        let place = waiting.iter().position(|event| event.key == *key && event.version == *version)?;
        Some(waiting.swap_remove(place))
    };
    let next: Vec<StoredEvent> = order.iter().map_while(take).collect();
    if !next.is_empty() {
        write(client, sealer, tenant, &mut frontier, &next).await?;
    }
    Ok(next.len())
}

/// A tenant's head, locked, if it is as it was written and ends where the events end.
pub(super) async fn lock_head(
    client: &Client,
    sealer: &Sealer,
    tenant: TenantId,
) -> Result<Option<Frontier>, Error> {
    // The second statement begins when the lock is there, and sees what was committed while it was waited for.
    let locked = async || {
        let lock = Call::new(schema::HEAD_LOCK).bytes(tenant.bytes());
        let get = Call::new(schema::HEAD_GET).bytes(tenant.bytes());
        let (lock, get) = tokio::join!(biased; lock.run(client), get.run(client));
        lock.and_then(|lock| Ok((!lock.is_empty()).then_some(get?)))
    };
    let mut rows = locked().await?;
    if rows.is_none() {
        let empty = Frontier::new().to_bytes();
        let seal = sealer.head(tenant, &empty);
        Call::new(schema::HEAD_BEGIN).bytes(tenant.bytes()).bytes(empty).bytes(seal).run(client).await?;
        rows = locked().await?;
    }
    Ok(rows.iter().flatten().next().and_then(|row| genuine_head(row, sealer, tenant)))
}

/// The columns size, frontier, seal, last index.
pub(super) fn genuine_head(row: &Row, sealer: &Sealer, tenant: TenantId) -> Option<Frontier> {
    let (bytes, seal): (Vec<u8>, Vec<u8>) = (row.try_get(1).ok()?, row.try_get(2).ok()?);
    let last: Option<i64> = row.try_get(3).ok()?;
    let end = last.map_or(0, |last| last.saturating_add(1));
    let frontier = Frontier::from_bytes(&bytes).ok()?;
    let size = columns::number(frontier.size());
    let whole = row.try_get::<_, i64>(0).ok()? == size && size == end;
    (whole && sealer.head(tenant, &bytes).as_slice() == seal).then_some(frontier)
}

/// Apart: what can be numbered, and what is not as it was written, is in the log already, or follows one that
/// is missing. After a bad event of an object none of its others is good.
fn sort<'a>(pending: &'a [Row], sealer: &Sealer, tenant: TenantId) -> (Vec<StoredEvent>, Vec<&'a Row>) {
    let (mut good, mut bad, mut stopped) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut numbered = BTreeMap::new();
    for row in pending {
        let event = columns::event(row, tenant);
        let before =
            *numbered.entry(event.key).or_insert_with(|| columns::natural(row, 7).unwrap_or_default());
        if stopped.contains(&event.key) {
            continue;
        }
        if event.version != before + 1 || !is_genuine(&event, sealer, tenant) {
            stopped.insert(event.key);
            bad.push(row);
        } else {
            numbered.insert(event.key, event.version);
            good.push(event);
        }
    }
    (good, bad)
}

/// Puts pending events aside by what their columns say, whatever that is.
fn put_aside(tenant: TenantId, bad: &[&Row]) -> Call {
    let object = |row: &&Row| row.try_get(3).unwrap_or_default();
    Call::new(schema::QUARANTINE)
        .bytes(tenant.bytes())
        .all_smalls(bad.iter().map(|row| row.try_get(2).unwrap_or_default()).collect())
        .all_bytes(bad.iter().map(object).collect())
        .all_numbers(bad.iter().map(|row| row.try_get(4).unwrap_or_default()).collect())
}

/// Whether an event has its MAC and is about what its columns say.
fn is_genuine(event: &StoredEvent, sealer: &Sealer, tenant: TenantId) -> bool {
    let id = EventId { kind: event.key.kind, object: event.key.id, version: event.version }.to_string();
    let about = |head: EventHead| head.tenant == tenant && head.id == id && head.version == event.version;
    sealer.event_is_genuine(tenant, &event.bytes, &event.mac)
        && EventHead::read(&event.bytes).is_ok_and(about)
}

async fn write(
    client: &Client,
    sealer: &Sealer,
    tenant: TenantId,
    frontier: &mut Frontier,
    events: &[StoredEvent],
) -> Result<(), String> {
    let failed = |error: Error| said(&error);
    let mut indexes = Vec::with_capacity(events.len());
    for event in events {
        indexes.push(columns::number(frontier.size()));
        frontier.append(leaf_hash(&event.bytes));
    }
    let bytes = frontier.to_bytes();
    let seal = sealer.head(tenant, &bytes);
    let put = Call::new(schema::EVENTS_PUT).bytes(tenant.bytes()).all_numbers(indexes);
    let put = objects(put, events)
        .all_bytes(events.iter().map(|event| event.bytes.clone()).collect())
        .all_bytes(events.iter().map(|event| event.mac.clone()).collect());
    let gone = objects(Call::new(schema::PENDING_END).bytes(tenant.bytes()), events);
    let head = Call::new(schema::HEAD_PUT)
        .bytes(tenant.bytes())
        .number(columns::number(frontier.size()))
        .bytes(bytes)
        .bytes(seal);
    let (put, gone, head) = tokio::join!(biased; put.run(client), gone.run(client), head.run(client));
    let [put, gone, head] = [put, gone, head].map(|rows| rows.map(|rows| rows.len()).map_err(failed));
    let (put, gone, head) = (put?, gone?, head?);
    // A trigger, a rule or a policy of the server may drop a write without an error.
    if (put, gone, head) == (events.len(), events.len(), 1) {
        return Ok(());
    }
    Err(format!(
        "of {} events {put} were numbered, {gone} were pending, {head} heads were written",
        events.len()
    ))
}

/// Kinds, objects and versions, as three arrays.
fn objects(call: Call, events: &[StoredEvent]) -> Call {
    call.all_smalls(events.iter().map(|event| event.key.kind.number().into()).collect())
        .all_bytes(events.iter().map(|event| event.key.id.to_vec()).collect())
        .all_numbers(events.iter().map(|event| columns::number(event.version)).collect())
}
