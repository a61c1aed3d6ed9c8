//! Tiles and entry bundles of the caller's log (C2SP tlog-tiles).

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_log::{Tile, TileKind, bundle};

use super::trees::Most;
use crate::Problem;
use crate::app::App;

impl App {
    /// The bytes of a tile, or of an entry bundle, of the caller's tenant: of whatever width, as far as the log goes.
    ///
    /// # Errors
    /// A [`Problem`]; `too-many-requests` if more has to be read first than one answer may read.
    pub async fn tile(&self, token: &Arc<Token>, tile: Tile) -> Result<Vec<u8>, Problem> {
        let gate = self.gate(token, Scope::LogRead);
        self.checked(&gate, &self.look(&gate.wants()).await?).await?.reaches_all()?;
        let tenant = gate.tenant();
        let head = self.store().head(tenant).await.map_err(|fault| Problem::unavailable(&fault))?;
        if !tile.is_in(head.frontier.size()) {
            return Err(Problem::NotFound);
        }
        match tile.kind() {
            TileKind::Entries => {
                let events = self.entries(tenant, tile.range()).await?;
                let entries = events.iter().map(|event| event.bytes.as_slice());
                bundle(entries).map_err(|fault| Problem::unavailable(&fault))
            }
            TileKind::Hashes(0) => Ok(self.leaves(tenant, tile.range()).await?.concat()),
            TileKind::Hashes(level) => {
                let mut hashes = self.trees.of(tenant).await;
                self.grow(tenant, &mut hashes, tile.stands_on(), Most::REQUEST).await?;
                hashes.hashes(level, tile.range()).map(<[_]>::concat).ok_or(Problem::Unavailable)
            }
        }
    }
}
