//! What a place has of each log, read and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use postern_core::Time;
use postern_core::ids::{EventId, TenantId};
use postern_core::kernel::{EventHead, Key, Kind};
use postern_core::local_keys::LocalKeys;
use postern_core::ports::{Keys, Place, PlaceFault};
use postern_core::shipped::{self, Shipped, ShippedEvents, ShippedKeys};
use postern_log::{Checkpoint, Frontier, TILE_WIDTH, Tile, TileKind, Walk, open_checkpoint_of, verifier_key};

use crate::operator::Refused;
use crate::shipping::{erases, is_too_old, shipped_on};

/// The entry bundles that a place holds, the widest of each.
pub(crate) struct Held {
    place: Arc<dyn Place>,
    logs: BTreeMap<TenantId, BTreeMap<u64, Tile>>,
    keys: Vec<String>,
}

/// What a place has of a log beyond what is here.
pub(crate) struct Checked {
    /// The right edge after the last event.
    pub(crate) frontier: Frontier,
    /// Subjects that were erased.
    pub(crate) erased: BTreeSet<Key>,
    /// What was signed of more events than there are: the others existed, and nobody has them.
    pub(crate) signed: Option<Checkpoint>,
}

/// Whose events are expected: the keys, and the name in checkpoints.
#[derive(Clone, Copy)]
pub(crate) struct Whose<'a> {
    pub(crate) keys: &'a dyn Keys,
    pub(crate) installation: &'a str,
}

/// Asks a place, which waits for a disk or a network.
pub(crate) async fn ask<T: Send + 'static>(
    place: &Arc<dyn Place>,
    ask: impl FnOnce(&dyn Place) -> Result<T, PlaceFault> + Send + 'static,
) -> Result<T, PlaceFault> {
    let place = Arc::clone(place);
    let asked = tokio::task::spawn_blocking(move || ask(&*place)).await;
    asked.map_err(|fault| PlaceFault(fault.to_string()))?
}

/// The subject that an event is about.
pub(crate) fn subject_of(head: &EventHead) -> Option<Key> {
    let id = EventId::parse(&head.id).filter(|id| id.kind == Kind::Subject)?;
    Some(Key::new(id.kind, head.tenant, id.object))
}

impl Held {
    /// What is there now.
    pub(crate) async fn of(place: &Arc<dyn Place>) -> Result<Self, PlaceFault> {
        Ok(Self::listed(place, ask(place, |place| place.list("")).await?))
    }

    /// What is there by these names.
    pub(crate) fn listed(place: &Arc<dyn Place>, names: Vec<String>) -> Self {
        let (mut logs, mut keys) = (BTreeMap::<_, BTreeMap<_, Tile>>::new(), Vec::new());
        for name in names {
            let Some((owner, path)) = name.split_once('/') else { continue };
            if owner == "keyring" {
                keys.push(name);
                continue;
            }
            let (Some(tenant), Some(tile)) = (TenantId::parse(owner), Tile::parse(path)) else { continue };
            if tile.kind() == TileKind::Entries {
                let widest = logs.entry(tenant).or_default().entry(tile.index()).or_insert(tile);
                if tile.range().end > widest.range().end {
                    *widest = tile;
                }
            }
        }
        Self { place: Arc::clone(place), logs, keys }
    }

    /// A place of which one bundle is read.
    pub(crate) fn empty(place: &Arc<dyn Place>) -> Self {
        Self { place: Arc::clone(place), logs: BTreeMap::new(), keys: Vec::new() }
    }

    /// Whose logs are there.
    pub(crate) fn tenants(&self) -> Vec<TenantId> {
        self.logs.keys().copied().collect()
    }

    /// The last bundle of a log.
    pub(crate) fn last(&self, tenant: TenantId) -> Option<Tile> {
        self.logs.get(&tenant)?.values().next_back().copied()
    }

    /// The last bundle of each log.
    pub(crate) fn last_of_all(&self) -> Vec<(TenantId, Tile)> {
        self.logs.keys().filter_map(|tenant| Some((*tenant, self.last(*tenant)?))).collect()
    }

    /// The bundles with events from `size` on, without a gap.
    pub(crate) fn after(&self, tenant: TenantId, size: u64) -> Result<Vec<Tile>, Refused> {
        let first = size / TILE_WIDTH;
        let bundles =
            self.logs.get(&tenant).into_iter().flat_map(|tiles| tiles.range(first..)).map(|(_, tile)| *tile);
        let bundles: Vec<Tile> = bundles.filter(|tile| tile.range().end > size).collect();
        let mut expected = first * TILE_WIDTH;
        for tile in &bundles {
            if tile.range().start != expected {
                let why = "the shipped events of";
                return Err(Refused(format!(
                    "{why} {tenant} have a gap before event {expected}. Nothing was replayed."
                )));
            }
            expected = tile.range().end;
        }
        Ok(bundles)
    }

    /// Opens one bundle.
    pub(crate) async fn events(
        &self,
        keys: &LocalKeys,
        tenant: TenantId,
        tile: &Tile,
    ) -> Result<ShippedEvents, PlaceFault> {
        let name = format!("{tenant}/{tile}");
        let asked = name.clone();
        let bytes = ask(&self.place, move |place| place.get(&asked)).await?;
        let opened = bytes.and_then(|bytes| shipped::open::<ShippedEvents>(keys, &name, &bytes));
        opened.filter(|events| events.fill(tile)).ok_or_else(|| {
            PlaceFault(format!("{name} is missing, was altered, or was shipped under another key file"))
        })
    }

    /// One bundle's events, each with its MAC checked.
    pub(crate) async fn genuine(
        &self,
        keys: &LocalKeys,
        tenant: TenantId,
        tile: &Tile,
    ) -> Result<(String, Vec<Shipped>), Refused> {
        let mut bundle = self.events(keys, tenant, tile).await.map_err(|fault| Refused(fault.to_string()))?;
        let checkpoint = std::mem::take(&mut bundle.checkpoint);
        let events = bundle.genuine(keys, tenant).map_err(|index| {
            Refused(format!("The shipped event {index} of {tenant} is not genuine. Nothing was replayed."))
        })?;
        Ok((checkpoint, events))
    }

    /// Walks what is there beyond `from`: MACs, indexes, the signed checkpoint, and the anchor's root.
    pub(crate) async fn check(
        &self,
        whose: Whose<'_>,
        tenant: TenantId,
        from: &Frontier,
        anchored: Option<&Frontier>,
    ) -> Result<Checked, Refused> {
        let origin = format!("{}/{tenant}", whose.installation);
        let key = verifier_key(&origin, &whose.keys.public().log);
        let mut walk = Walk::after(from.clone(), anchored.iter().map(|anchored| anchored.size()));
        let (mut erased, mut note) = (BTreeSet::new(), None);
        for tile in self.after(tenant, from.size())? {
            let (checkpoint, events) = self.genuine(whose.keys.local(), tenant, &tile).await?;
            note = Some(checkpoint);
            for event in events.iter().filter(|event| event.index >= from.size()) {
                let stepped = walk.step(event.index, &event.bytes);
                stepped.map_err(|fault| Refused(format!("The shipped log of {tenant}: {fault}.")))?;
                erased.extend(erases(&event.head));
            }
        }
        let other = |what: &str| {
            Refused(format!(
                "The shipped events of {tenant} are another history than {what}. Nothing was replayed."
            ))
        };
        let walked = note.is_some();
        if note.is_none() {
            note = self.newest_note(whose.keys.local(), tenant).await?;
        }
        let signed = note.map(|note| open_checkpoint_of(&origin, &note, &key)).transpose();
        let signed = signed.map_err(|_| other("the signed one"))?;
        let there = walk.frontier().size();
        if walked && signed.as_ref().is_some_and(|signed| signed.size <= there && walk.check(signed).is_err())
        {
            return Err(other("the signed one"));
        }
        let reached =
            anchored.filter(|anchored| (from.size()..=walk.frontier().size()).contains(&anchored.size()));
        if reached.is_some_and(|anchored| walk.root_at(anchored.size()) != Some(anchored.root())) {
            return Err(other("the anchor's"));
        }
        // A larger one was to be reached when shipping was cut.
        let signed = signed.filter(|signed| signed.size > there);
        Ok(Checked { frontier: walk.frontier().clone(), erased, signed })
    }

    /// The checkpoint that was shipped with the newest bundle of a log.
    async fn newest_note(&self, keys: &LocalKeys, tenant: TenantId) -> Result<Option<String>, Refused> {
        let Some(tile) = self.last(tenant) else { return Ok(None) };
        let bundle = self.events(keys, tenant, &tile).await.map_err(|fault| Refused(fault.to_string()))?;
        Ok(Some(bundle.checkpoint))
    }

    /// Every shipped key that may be kept at `now`, without those of the erased.
    pub(crate) async fn keyring(
        &self,
        keys: &LocalKeys,
        (erased, now): (&BTreeSet<Key>, Time),
    ) -> Result<BTreeMap<Key, Vec<u8>>, PlaceFault> {
        let mut wrapped = BTreeMap::new();
        let is_kept = |name: &&String| shipped_on(name).is_none_or(|day| !is_too_old(day, now.days()));
        for name in self.keys.iter().filter(is_kept) {
            let asked = name.clone();
            let bytes = ask(&self.place, move |place| place.get(&asked)).await?;
            let shipped = bytes.and_then(|bytes| shipped::open::<ShippedKeys>(keys, name, &bytes));
            let shipped = shipped.ok_or_else(|| PlaceFault(format!("{name} is missing or was altered")))?;
            let entries = shipped.entries().into_iter().filter(|entry| !erased.contains(&entry.subject));
            wrapped.extend(entries.map(|entry| (entry.subject, entry.wrapped)));
        }
        Ok(wrapped)
    }
}
