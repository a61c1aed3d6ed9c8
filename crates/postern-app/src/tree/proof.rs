//! Proofs that an event is in its tenant's log (RFC 6962 §2.1.1, c2sp.org/tlog-proof).

use std::collections::BTreeSet;
use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::ids::TenantId;
use postern_core::kernel::StoredEvent;
use postern_log::{
    Checkpoint, Hash, KnownTiles, ProofFile, TILE_WIDTH, TileHashes, inclusion_proof, is_included, leaf_hash,
    open_checkpoint_of,
};

use super::EventName;
use super::trees::Most;
use crate::Problem;
use crate::app::App;

impl App {
    /// The proof that an event is in the log of the caller's tenant, under the newest checkpoint.
    ///
    /// # Errors
    /// A [`Problem`]; `too-many-requests` if more has to be read first than one answer may read.
    pub async fn proof(&self, token: &Arc<Token>, event: EventName) -> Result<ProofFile, Problem> {
        let gate = self.gate(token, Scope::LogRead);
        self.checked(&gate, &self.look(&gate.wants()).await?).await?.reaches_all()?;
        self.prove(gate.tenant(), event, Most::REQUEST).await
    }

    /// The same for whoever asks. A proof is checked before it is handed out.
    pub(crate) async fn prove(
        &self,
        tenant: TenantId,
        event: EventName,
        most: Most,
    ) -> Result<ProofFile, Problem> {
        let event = self.named(tenant, event).await?;
        let (checkpoint, note) = self.checkpoint_over(tenant, event.index).await?;
        let leaf = leaf_hash(&event.bytes);
        let path = self.proved_path(tenant, (event.index, leaf), &checkpoint, most).await?;
        let StoredEvent { index, bytes, .. } = event;
        Ok(ProofFile { index, event: bytes, path, note })
    }

    /// A signed checkpoint that covers an event: the newest one, or a new one if that is older than the event.
    pub(crate) async fn checkpoint_over(
        &self,
        tenant: TenantId,
        index: u64,
    ) -> Result<(Checkpoint, String), Problem> {
        let kept = self.store().checkpoint(tenant).await.map_err(|fault| Problem::unavailable(&fault))?;
        let (origin, key) = (self.origin(tenant), self.verifier_key(tenant));
        let opened = kept.and_then(|note| Some((open_checkpoint_of(&origin, &note, &key).ok()?, note)));
        if let Some(covers) = opened.filter(|(checkpoint, _)| checkpoint.size > index) {
            return Ok(covers);
        }
        let (note, head) = self.sign_checkpoint(tenant).await?;
        Ok((Checkpoint { origin, size: head.size(), root: head.root() }, note))
    }

    /// The audit path of a leaf under a checkpoint, out of the full tiles' hashes and the leaves of two tiles: the
    /// leaf's own and the last one. It is checked here.
    pub(crate) async fn proved_path(
        &self,
        tenant: TenantId,
        (index, leaf): (u64, Hash),
        checkpoint: &Checkpoint,
        most: Most,
    ) -> Result<Vec<Hash>, Problem> {
        let size = checkpoint.size;
        let mut hashes = self.trees.of(tenant).await;
        self.grow(tenant, &mut hashes, size / TILE_WIDTH, most).await?;
        let tree = self.tree_with(tenant, &hashes, [index, size], size).await?;
        let path = inclusion_proof(&tree, index, size).map_err(|fault| Problem::unavailable(&fault))?;
        if is_included(leaf, index, size, &path, checkpoint.root) {
            return Ok(path);
        }
        drop(tree);
        self.distrust(tenant, &mut hashes).await;
        Err(Problem::Unavailable)
    }

    /// The full tiles' hashes with the leaves of the tiles of two places.
    pub(super) async fn tree_with<'a>(
        &self,
        tenant: TenantId,
        hashes: &'a TileHashes,
        places: [u64; 2],
        size: u64,
    ) -> Result<KnownTiles<'a>, Problem> {
        let mut tree = KnownTiles::new(hashes);
        for tile in BTreeSet::from(places.map(|place| place / TILE_WIDTH)) {
            let first = tile * TILE_WIDTH;
            tree.add(tile, self.leaves(tenant, first..size.min(first + TILE_WIDTH)).await?);
        }
        Ok(tree)
    }
}
