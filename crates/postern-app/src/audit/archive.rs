//! Events that are thinned here, out of an export that was made before.

use std::sync::Arc;

use postern_core::kernel::{EventHead, Key, StoreFault};
use postern_core::ports::Place;
use postern_log::{TILE_WIDTH, Tile, TileKind, leaf_hash, unbundle};
use tokio::sync::Mutex;

use crate::app::App;
use crate::operator::Refused;
use crate::restore::ask;

/// A folder of `postern audit export`. Nothing in it is believed: an event of it has to have the leaf that the log has.
pub(super) struct Archive {
    export: Arc<dyn Place>,
    /// The bundle that was read last: a record's first events stand together.
    last: Mutex<Option<(u64, Vec<Vec<u8>>)>>,
}

/// The events that a record began with, as an archive has them.
pub(super) enum Early {
    /// All of them, in order.
    Heads(Vec<EventHead>),
    /// There is no archive, or it does not have all of them.
    NotThere,
    /// It has others.
    Other,
}

impl Archive {
    pub(super) fn of(export: Arc<dyn Place>) -> Self {
        Self { export, last: Mutex::default() }
    }

    /// The bytes of an event by its index; `None` if the export does not have its whole bundle.
    async fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, Refused> {
        let number = index / TILE_WIDTH;
        let within = usize::try_from(index % TILE_WIDTH).unwrap_or(usize::MAX);
        let mut last = self.last.lock().await;
        if last.as_ref().is_none_or(|(of, _)| *of != number) {
            let Some(tile) = Tile::all(TileKind::Entries, (number + 1) * TILE_WIDTH).last() else {
                return Ok(None);
            };
            let name = format!("tile/{tile}");
            let bytes = ask(&self.export, move |export| export.get(&name)).await;
            let bytes = bytes.map_err(|fault| Refused(format!("The export cannot be read: {}.", fault.0)))?;
            let Some(bytes) = bytes else { return Ok(None) };
            let entries = unbundle(&bytes).unwrap_or_default();
            *last = Some((number, entries.into_iter().map(Into::into).collect()));
        }
        Ok(last.as_ref().and_then(|(_, entries)| entries.get(within).cloned()))
    }
}

impl App {
    /// A record's first events, which are thinned here, each held against its leaf.
    pub(super) async fn early(&self, archive: &Archive, key: Key, thinned: u64) -> Result<Early, Refused> {
        let mut heads = Vec::new();
        for version in 1..=thinned {
            let left = self.store().thinned_event(key, version).await.map_err(unreadable)?;
            let leaf = left.as_ref().and_then(|left| left.genuine(self.local().sealer()));
            let (Some(left), Some(leaf)) = (left, leaf) else { return Ok(Early::NotThere) };
            let Some(bytes) = archive.entry(left.index).await? else { return Ok(Early::NotThere) };
            match EventHead::read(&bytes).ok().filter(|_| leaf_hash(&bytes) == leaf) {
                Some(head) => heads.push(head),
                None => return Ok(Early::Other),
            }
        }
        Ok(Early::Heads(heads))
    }

    /// Whether a thinned event that a row needs is kept, as it was written and as the log's leaf says.
    pub(super) async fn has_kept(&self, key: Key, version: u64) -> Result<bool, Refused> {
        let kept = self.store().event(key, version).await.map_err(unreadable)?;
        let left = self.store().thinned_event(key, version).await.map_err(unreadable)?;
        let (Some(kept), Some(left)) = (kept, left) else { return Ok(false) };
        let same =
            left.index == kept.index && left.genuine(self.local().sealer()) == Some(leaf_hash(&kept.bytes));
        Ok(same && self.genuine(&kept).is_some())
    }
}

fn unreadable(fault: StoreFault) -> Refused {
    Refused(fault.to_string())
}
