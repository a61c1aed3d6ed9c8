//! An installation with old events and new ones, an anchor and an export in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use postern_app::{EventPage, EventQuery, Problem};
use postern_core::ports::{AnchorFault, Anchors, Place, PlaceFault, Put};
use postern_log::{Frontier, Tile};
use postern_testkit::{StoreKind, World};

/// Days after which events are thinned here: the least that there is.
pub(crate) const DAYS: u32 = 400;

/// So many days.
pub(crate) const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

/// An anchor that keeps nothing, and says that it did.
pub(crate) struct Kept;

impl Anchors for Kept {
    fn keep(&self, _: Vec<(String, Frontier)>) -> Result<(), AnchorFault> {
        Ok(())
    }
}

/// A place in memory, which may be away.
#[derive(Default)]
pub(crate) struct Folder {
    pub(crate) files: Mutex<BTreeMap<String, Vec<u8>>>,
    pub(crate) away: std::sync::atomic::AtomicBool,
    /// How often it was asked which names there are, and what holds its answer up.
    pub(crate) listed: std::sync::atomic::AtomicUsize,
    pub(crate) busy: std::sync::atomic::AtomicBool,
}

impl Place for Folder {
    fn put(&self, name: &str, bytes: &[u8]) -> Result<Put, PlaceFault> {
        if self.away.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(PlaceFault("away".to_owned()));
        }
        // Written once: what is there stays.
        let mut files = self.files.lock().unwrap();
        if files.contains_key(name) {
            return Ok(Put::WasThere);
        }
        files.insert(name.to_owned(), bytes.to_vec());
        Ok(Put::Kept)
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, PlaceFault> {
        Ok(self.files.lock().unwrap().get(name).cloned())
    }

    fn list(&self, under: &str) -> Result<Vec<String>, PlaceFault> {
        self.listed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        while self.busy.load(std::sync::atomic::Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let files = self.files.lock().unwrap();
        Ok(files.keys().filter(|name| name.starts_with(under)).cloned().collect())
    }

    fn remove(&self, name: &str) -> Result<(), PlaceFault> {
        self.files.lock().unwrap().remove(name);
        Ok(())
    }
}

/// Signs and anchors every log.
pub(crate) async fn anchor(world: &World) {
    let anchors: Arc<dyn Anchors> = Arc::new(Kept);
    let mut all = world.app.all_logs().await.unwrap();
    world.app.anchor(&anchors, (None, &[]), &mut all).await.unwrap();
}

/// 300 old events, and 20 that are 401 days younger.
pub(crate) async fn aged(kind: StoreKind) -> World {
    let world = World::new(kind).await;
    for number in 0..300 {
        world.subject(&format!("old-{number}")).await;
    }
    // What is numbered together has no order of its own on PostgreSQL: the old ones are numbered first.
    world.app.number_pending().await;
    world.clock.advance(days(401));
    for number in 0..20 {
        world.subject(&format!("new-{number}")).await;
    }
    world.app.number_pending().await;
    world
}

/// The same, anchored and thinned, with an export of what is thinned.
pub(crate) async fn thinned(kind: StoreKind) -> (World, Arc<Folder>) {
    let world = aged(kind).await;
    anchor(&world).await;
    let export = Arc::new(Folder::default());
    let bundle = world.app.tile(&world.token, tile("entries/000")).await.unwrap();
    export.put("tile/entries/000", &bundle).unwrap();
    assert_eq!(world.app.thin_events(DAYS).await, 1);
    (world, export)
}

pub(crate) fn tile(path: &str) -> Tile {
    Tile::parse(path).unwrap()
}

pub(crate) async fn page(world: &World, after: Option<u64>) -> Result<EventPage, Problem> {
    let query = EventQuery { after, limit: 500, subject: None, wait: Duration::ZERO };
    world.app.events(&world.token, query).await
}
