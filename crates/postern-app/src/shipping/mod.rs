//! Shipping: every event on its way out of the installation within about a second, so that a backup can be completed.

mod there;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use postern_core::ids::TenantId;
use postern_core::kernel::{EventHead, Key, KeyringEntry, Kind, StoredEvent};
use postern_core::limits;
use postern_core::ports::{Place, PlaceFault, Put};
use postern_core::shipped::{self, ShippedEvents, ShippedKeys};
use postern_log::{Frontier, TILE_WIDTH, Tile, TileKind, leaf_hash};
use serde::Serialize;
use tokio::time::Instant;

use self::there::{Listing, There};
use crate::app::App;
use crate::days::Days;
use crate::restore::{Held as InPlace, ask, subject_of};

/// How long a file may be unfinished until whoever wrote it is taken for gone. One who is only slow writes it again.
const UNFINISHED: Duration = Duration::from_secs(600);

/// A place that events are shipped to, and how far each log is there. What is there is asked once; everything else
/// is working state, and writing twice is harmless.
pub struct Shipping {
    place: Arc<dyn Place>,
    there: There,
    /// Logs that grew and are not all there: with their newest checkpoint.
    behind: BTreeMap<TenantId, (String, Frontier)>,
    tidied: u64,
    /// Since when time passes, and the days that it makes.
    days: (Instant, Days),
    /// The question which keys are there.
    listing: Listing,
    /// The hour of the last look for what a crash left there.
    cleared: u64,
}

impl Shipping {
    /// To a place.
    #[must_use]
    pub fn to(place: Arc<dyn Place>) -> Self {
        let days = (Instant::now(), Days::default());
        Self {
            place,
            there: There::default(),
            behind: BTreeMap::new(),
            tidied: 0,
            days,
            listing: Listing::default(),
            cleared: 0,
        }
    }

    /// Notes a checkpoint that is to be reached.
    pub(crate) fn owe(&mut self, tenant: TenantId, checkpoint: String, frontier: Frontier) {
        self.behind.insert(tenant, (checkpoint, frontier));
    }

    /// How many logs are not all there.
    #[must_use]
    pub fn behind(&self) -> usize {
        self.behind.len()
    }
}

impl App {
    /// Ships what is owed. What could not be shipped is owed still.
    ///
    /// # Errors
    /// [`PlaceFault`] with the first log's reason; the others were tried. Only if all are there, with the reason why what
    /// is too old was not removed.
    pub async fn ship(&self, shipping: &mut Shipping) -> Result<(), PlaceFault> {
        let Shipping { place, there, behind, .. } = shipping;
        let sizes = there.checked(self, place).await?;
        let mut first = None;
        let owed: Vec<_> =
            behind.iter().map(|(tenant, (note, to))| (*tenant, note.clone(), to.size())).collect();
        for (tenant, checkpoint, size) in owed {
            match self.ship_log(place, tenant, sizes.entry(tenant).or_default(), (&checkpoint, size)).await {
                Ok(()) => {
                    behind.remove(&tenant);
                    self.outside.shipped(tenant, size);
                }
                Err(fault) => first = first.or(Some(fault)),
            }
        }
        let tidied = self.tidy(shipping).await;
        first.map_or(tidied, Err)
    }

    /// Ships a log bundle by bundle. Each that is there counts, so that who is cut short goes on from it.
    async fn ship_log(
        &self,
        place: &Arc<dyn Place>,
        tenant: TenantId,
        there: &mut u64,
        (checkpoint, size): (&str, u64),
    ) -> Result<(), PlaceFault> {
        if *there >= size {
            return Ok(());
        }
        // What was thinned before there was this place cannot come here: an export or a backup has it.
        let kept_from =
            self.kept_from(tenant).await.map_err(|problem| PlaceFault(problem.name().to_owned()))?;
        *there = (*there).max(kept_from);
        let first = usize::try_from(*there / TILE_WIDTH).unwrap_or(usize::MAX);
        for tile in Tile::all(TileKind::Entries, size).skip(first) {
            let events = self.events_of(tenant, &tile).await?;
            self.ship_keys(place, tenant, &events, *there, tile.range().end).await?;
            let name = format!("{tenant}/{tile}");
            let shipped = ShippedEvents::of(tile.range().start, checkpoint.to_owned(), events);
            if self.put(place, name, &shipped).await? == Put::WasThere {
                self.is_ours(place, tenant, &tile, &shipped).await?;
            }
            // The wider bundle has all of it.
            let before = Tile::all(TileKind::Entries, *there).last();
            if let Some(narrower) = before.filter(|before| !before.is_full() && *there > tile.range().start) {
                let name = format!("{tenant}/{narrower}");
                ask(place, move |place| place.remove(&name)).await?;
            }
            *there = tile.range().end;
        }
        Ok(())
    }

    /// What is there under a name must be what was to be put: another node was faster, or an answer was lost.
    async fn is_ours(
        &self,
        place: &Arc<dyn Place>,
        tenant: TenantId,
        tile: &Tile,
        ours: &ShippedEvents,
    ) -> Result<(), PlaceFault> {
        let held = InPlace::empty(place);
        let found = held.events(self.local(), tenant, tile).await?;
        let leaves =
            |of: &ShippedEvents| of.events.iter().map(|(bytes, _)| leaf_hash(bytes)).collect::<Vec<_>>();
        if leaves(&found) == leaves(ours) { Ok(()) } else { Err(other_history(tenant)) }
    }

    /// Ships the keys of the subjects that began, before the events that they began with.
    async fn ship_keys(
        &self,
        place: &Arc<dyn Place>,
        tenant: TenantId,
        events: &[StoredEvent],
        from: u64,
        end: u64,
    ) -> Result<(), PlaceFault> {
        let began = events
            .iter()
            .filter(|event| event.key.kind == Kind::Subject && event.version == 1 && event.index >= from);
        let mut entries = Vec::new();
        for event in began {
            let wrapped = self.store().keyring(event.key).await.map_err(fault)?;
            entries.extend(wrapped.map(|wrapped| KeyringEntry { subject: event.key, wrapped }));
        }
        if entries.is_empty() {
            return Ok(());
        }
        // Both ends: who is cut short and goes on with more events has more keys.
        let name = format!("keyring/{}/{tenant}/{from}-{end}", self.now().days());
        self.put(place, name, &ShippedKeys::of(&entries)).await.map(|_| ())
    }

    async fn put<T: Serialize>(
        &self,
        place: &Arc<dyn Place>,
        name: String,
        what: &T,
    ) -> Result<Put, PlaceFault> {
        let nonce = self.random().map_err(|problem| PlaceFault(problem.name().to_owned()))?;
        let sealed = shipped::seal(self.local(), &name, nonce, what);
        let sealed = sealed.ok_or_else(|| PlaceFault("it could not be encrypted".to_owned()))?;
        ask(place, move |place| place.put(&name, &sealed)).await
    }

    async fn events_of(&self, tenant: TenantId, tile: &Tile) -> Result<Vec<StoredEvent>, PlaceFault> {
        self.entries(tenant, tile.range()).await.map_err(|problem| PlaceFault(problem.name().to_owned()))
    }

    /// Removes what a crash left unfinished, once an hour, and keys that are too old, once a day: a person who was erased
    /// is gone from there too by then. A clock that was set ahead removes none that a restore may need.
    async fn tidy(&self, shipping: &mut Shipping) -> Result<(), PlaceFault> {
        let hour = self.now().seconds() / 3600;
        if shipping.cleared != hour {
            let before = self.now().minus(UNFINISHED);
            ask(&shipping.place, move |place| place.clear_unfinished(before)).await?;
            shipping.cleared = hour;
        }
        let (began, days) = &mut shipping.days;
        let today = days.today(self.now(), began.elapsed());
        if shipping.tidied == today || !shipping.place.gives_up() {
            return Ok(());
        }
        let names = shipping.listing.names(&shipping.place, "keyring").await?;
        for name in names {
            if shipped_on(&name).is_some_and(|day| is_too_old(day, today)) {
                ask(&shipping.place, move |place| place.remove(&name)).await?;
            }
        }
        shipping.tidied = today;
        Ok(())
    }
}

/// The day on which keys were shipped under a name, since 1970.
pub(crate) fn shipped_on(name: &str) -> Option<u64> {
    name.strip_prefix("keyring/")?.split('/').next()?.parse().ok()
}

/// Whether keys of a day are kept no more. A backup that is younger has them too.
pub(crate) fn is_too_old(day: u64, today: u64) -> bool {
    day.saturating_add(limits::COPIED_KEYS_DAYS) < today
}

/// Whose key goes with an event, and whether the event ends it: for those who replay.
pub(crate) fn erases(head: &EventHead) -> Option<Key> {
    (head.r#type == "subject.erased").then(|| subject_of(head)).flatten()
}

fn other_history(tenant: TenantId) -> PlaceFault {
    PlaceFault(format!(
        "it has another history of {tenant} than this installation: name an empty place, and keep this one"
    ))
}

fn fault(fault: impl ToString) -> PlaceFault {
    PlaceFault(fault.to_string())
}
