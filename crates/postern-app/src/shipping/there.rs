//! What a place has already. A big place takes longer to answer than the anchor waits: nothing here begins anew for that.

use std::collections::BTreeMap;
use std::sync::Arc;

use postern_core::ids::TenantId;
use postern_core::ports::{Place, PlaceFault};
use postern_log::{Tile, leaf_hash};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{fault, other_history};
use crate::app::App;
use crate::restore::Held as InPlace;

/// A question which names there are. It goes on while nobody waits for its answer.
#[derive(Default)]
pub(super) struct Listing(Option<JoinHandle<Result<Vec<String>, PlaceFault>>>);

impl Listing {
    /// The names under a folder of a place.
    pub(super) async fn names(
        &mut self,
        place: &Arc<dyn Place>,
        under: &'static str,
    ) -> Result<Vec<String>, PlaceFault> {
        let asked = self.0.get_or_insert_with(|| {
            let place = Arc::clone(place);
            spawn_blocking(move || place.list(under))
        });
        let names = asked.await;
        self.0 = None;
        names.map_err(fault)?
    }
}

/// How far each log is in a place.
#[derive(Default)]
pub(super) struct There {
    listing: Listing,
    /// The last bundle of each log that was not compared yet; absent while it is not known which there are.
    unchecked: Option<Vec<(TenantId, Tile)>>,
    sizes: BTreeMap<TenantId, u64>,
}

impl There {
    /// The sizes, each of a log whose last bundle is as this installation has it.
    pub(super) async fn checked(
        &mut self,
        app: &App,
        place: &Arc<dyn Place>,
    ) -> Result<&mut BTreeMap<TenantId, u64>, PlaceFault> {
        let unchecked = match &mut self.unchecked {
            Some(unchecked) => unchecked,
            None => {
                let held = InPlace::listed(place, self.listing.names(place, "").await?);
                self.unchecked.insert(held.last_of_all())
            }
        };
        while let Some((tenant, tile)) = unchecked.last() {
            let found = InPlace::empty(place).events(app.local(), *tenant, tile).await?;
            let ours = app.stored_leaves(*tenant, tile.range()).await.map_err(fault)?;
            if !found.events.iter().map(|(bytes, _)| leaf_hash(bytes)).eq(ours) {
                return Err(other_history(*tenant));
            }
            self.sizes.insert(*tenant, tile.range().end);
            unchecked.pop();
        }
        Ok(&mut self.sizes)
    }
}
