//! What a store in memory holds. Work is settled on it in place: everything is checked before the first
//! write, and no write can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use postern_core::ids::TenantId;
use postern_core::kernel::{
    Claim, ClaimKey, DraftEvent, Key, KeyringEntry, Kind, PartRow, Put, Row, Seal, Sealed, Sealer,
    StoredEvent, Tally, ThinnedBundle,
};
use postern_core::ports::{SealedClaim, StoredTile};
use postern_log::{Frontier, leaf_hash};

use crate::rows::{ENDED, Reads, Rows, Standing};

/// Everything, as sealed as on a disk.
pub(super) struct State {
    sealer: Sealer,
    pub(super) rows: BTreeMap<Key, Row>,
    pub(super) claims: BTreeMap<ClaimKey, SealedClaim>,
    pub(super) keyring: BTreeMap<Key, Vec<u8>>,
    /// Bytes and seal.
    pub(super) heads: BTreeMap<TenantId, (Vec<u8>, Vec<u8>)>,
    pub(super) checkpoints: BTreeMap<TenantId, (u64, String)>,
    pub(super) grown: BTreeSet<TenantId>,
    pub(super) events: BTreeMap<TenantId, Vec<StoredEvent>>,
    /// How many of a log's first events have a leaf for their bytes.
    thinned: BTreeMap<TenantId, usize>,
    /// Thinned events that a row needs.
    kept: BTreeMap<(Key, u64), StoredEvent>,
    /// By tenant and place.
    pub(super) tiles: BTreeMap<(TenantId, u64), StoredTile>,
    /// Which event of a tenant gave a record a version.
    history: BTreeMap<(Key, u64), usize>,
    /// By tenant, measure, hour and dimension.
    pub(super) sums: BTreeMap<(TenantId, &'static str, u32, [u8; 16]), u32>,
}

impl State {
    pub(super) const fn new(sealer: Sealer) -> Self {
        Self {
            sealer,
            rows: BTreeMap::new(),
            claims: BTreeMap::new(),
            keyring: BTreeMap::new(),
            heads: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            grown: BTreeSet::new(),
            events: BTreeMap::new(),
            thinned: BTreeMap::new(),
            kept: BTreeMap::new(),
            tiles: BTreeMap::new(),
            history: BTreeMap::new(),
            sums: BTreeMap::new(),
        }
    }

    pub(super) fn events_of(&self, tenant: TenantId) -> &[StoredEvent] {
        self.events.get(&tenant).map(Vec::as_slice).unwrap_or_default()
    }

    /// A log's events that are thinned, and those that are not.
    pub(super) fn apart(&self, tenant: TenantId) -> (&[StoredEvent], &[StoredEvent]) {
        let thinned = self.thinned.get(&tenant).copied().unwrap_or(0);
        self.events_of(tenant).split_at_checked(thinned).unwrap_or_default()
    }

    pub(super) fn event(&self, key: Key, version: u64) -> Option<StoredEvent> {
        let index = self.history.get(&(key, version))?;
        let (thinned, whole) = self.apart(key.tenant);
        let at = index.checked_sub(thinned.len());
        at.map_or_else(|| self.kept.get(&(key, version)), |at| whole.get(at)).cloned()
    }

    /// What is left of an event by its record and version.
    pub(super) fn thinned_event(&self, key: Key, version: u64) -> Option<StoredEvent> {
        let index = self.history.get(&(key, version))?;
        self.apart(key.tenant).0.get(*index).cloned()
    }

    /// Thins a bundle, if it is the next one and is there.
    pub(super) fn thin(&mut self, bundle: &ThinnedBundle) {
        let thinned = self.thinned.entry(bundle.tenant()).or_default();
        let first = usize::try_from(bundle.first()).unwrap_or(usize::MAX);
        let events = self
            .events
            .get_mut(&bundle.tenant())
            .and_then(|log| log.get_mut(first..first.checked_add(bundle.events().len())?));
        let Some(events) = events.filter(|_| *thinned == first) else { return };
        for (event, left) in events.iter_mut().zip(bundle.events()) {
            event.bytes.clone_from(&left.leaf);
            event.mac.clone_from(&left.mac);
        }
        *thinned += events.len();
        self.kept.extend(bundle.kept().iter().map(|event| ((event.key, event.version), event.clone())));
    }

    /// A tenant's head if it is as it was written and ends where the events end.
    pub(super) fn head(&self, tenant: TenantId) -> Option<Frontier> {
        let end = self.events_of(tenant).len();
        let Some((bytes, seal)) = self.heads.get(&tenant) else {
            return (end == 0).then(Frontier::new);
        };
        let frontier = Frontier::from_bytes(bytes).ok()?;
        let whole = usize::try_from(frontier.size()) == Ok(end);
        (whole && self.sealer.head(tenant, bytes).as_slice() == seal).then_some(frontier)
    }

    /// Rows of a kind in key order.
    pub(super) fn after(&self, kind: Kind, after: Option<Key>) -> impl Iterator<Item = (&Key, &Row)> {
        self.rows.iter().filter(move |(key, _)| key.kind == kind && after.is_none_or(|after| **key > after))
    }

    pub(super) fn tallies_of(&self, tenant: TenantId, measure: &'static str, since: u32) -> Vec<Tally> {
        let sums = self
            .sums
            .iter()
            .filter(|((of, what, hour, _), _)| *of == tenant && *what == measure && *hour >= since);
        sums.map(|((_, _, hour, dimension), count)| Tally {
            tenant,
            measure,
            dimension: *dimension,
            hour: *hour,
            count: *count,
        })
        .collect()
    }
}

impl Reads for State {
    type Fault = Infallible;

    fn row(&self, key: Key) -> Result<Option<Row>, Infallible> {
        Ok(self.rows.get(&key).cloned())
    }

    fn claim(&self, place: &ClaimKey) -> Result<Option<SealedClaim>, Infallible> {
        Ok(self.claims.get(place).cloned())
    }
}

impl Rows for State {
    fn standing(&self, key: Key) -> Result<Standing, Infallible> {
        let version = self.rows.get(&key).map(|row| row.version);
        let next = version.unwrap_or(0).saturating_add(1);
        Ok(Standing { version, is_old: self.history.contains_key(&(key, next)) })
    }

    fn head_is_genuine(&mut self, tenant: TenantId) -> Result<bool, Infallible> {
        Ok(self.head(tenant).is_some())
    }

    fn put(&mut self, key: Key, put: &Put, sealed: &Sealed) -> Result<(), Infallible> {
        let columns = put.image.as_ref().map(|image| image.columns);
        let before = self.rows.remove(&key).map(|row| row.parts).unwrap_or_default();
        let mut parts: Vec<PartRow> =
            before.into_iter().filter(|part| sealed.part_numbers.contains(&part.number)).collect();
        for part in &sealed.new_parts {
            parts.retain(|other| other.number != part.number);
            let (number, bytes, seal) = (part.number, part.bytes.clone(), part.seal.to_vec());
            parts.push(PartRow { number, bytes, seal });
        }
        parts.sort_by_key(|part| part.number);
        let row = Row {
            version: put.version,
            body: sealed.body.clone(),
            seal: sealed.seal.to_vec(),
            state: columns.map_or(ENDED, |columns| columns.state).to_owned(),
            due: columns.and_then(|columns| columns.due).map(|due| due.millis()),
            parts,
        };
        self.rows.insert(key, row);
        Ok(())
    }

    fn take(&mut self, claim: &Claim, seal: Seal) -> Result<(), Infallible> {
        self.claims.insert(claim.place, (*claim, seal.to_vec()));
        Ok(())
    }

    fn release(&mut self, place: &ClaimKey) -> Result<(), Infallible> {
        self.claims.remove(place);
        Ok(())
    }

    fn forget_key(&mut self, subject: Key) -> Result<(), Infallible> {
        self.keyring.remove(&subject);
        Ok(())
    }

    fn keep_key(&mut self, entry: &KeyringEntry) -> Result<(), Infallible> {
        self.keyring.insert(entry.subject, entry.wrapped.clone());
        Ok(())
    }

    fn append(&mut self, event: &DraftEvent, mac: Seal) -> Result<(), Infallible> {
        let tenant = event.key.tenant;
        let mut frontier = self.head(tenant).unwrap_or_default();
        let events = self.events.entry(tenant).or_default();
        self.history.insert((event.key, event.version), events.len());
        events.push(StoredEvent {
            index: frontier.size(),
            key: event.key,
            version: event.version,
            bytes: event.bytes.clone(),
            mac: mac.to_vec(),
        });
        frontier.append(leaf_hash(&event.bytes));
        let bytes = frontier.to_bytes();
        let seal = self.sealer.head(tenant, &bytes).to_vec();
        self.heads.insert(tenant, (bytes, seal));
        self.grown.insert(tenant);
        Ok(())
    }

    fn tally(&mut self, tallies: &[Tally]) {
        for tally in tallies {
            let key = (tally.tenant, tally.measure, tally.hour, tally.dimension);
            let sum = self.sums.entry(key).or_default();
            *sum = sum.saturating_add(tally.count);
        }
    }
}
