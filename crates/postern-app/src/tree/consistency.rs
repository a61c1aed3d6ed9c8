//! Proofs that a tenant's log begins with an earlier one (RFC 6962 §2.1.2).

use std::sync::Arc;

use postern_core::application::{Scope, Token};
use postern_core::ids::TenantId;
use postern_log::{ConsistencyFile, Hash, TILE_WIDTH, consistency_proof, is_consistent, root_at};

use super::trees::Most;
use crate::Problem;
use crate::app::App;

impl App {
    /// The proof that the log of the caller's tenant, as its newest checkpoint signs it, begins with its first
    /// `earlier` events.
    ///
    /// # Errors
    /// A [`Problem`]; `not-found` if the log never had so many, `too-many-requests` if more has to be read first than
    /// one answer may read.
    pub async fn consistency(&self, token: &Arc<Token>, earlier: u64) -> Result<ConsistencyFile, Problem> {
        let gate = self.gate(token, Scope::LogRead);
        self.checked(&gate, &self.look(&gate.wants()).await?).await?.reaches_all()?;
        let tenant = gate.tenant();
        let last = earlier.checked_sub(1);
        let last =
            last.ok_or(Problem::InvalidValue("A log is continued from its first event on, or a later one."))?;
        let (checkpoint, note) = self.checkpoint_over(tenant, last).await?;
        if earlier > checkpoint.size {
            return Err(Problem::NotFound);
        }
        let proof = self.proof_between(tenant, earlier, checkpoint.size, checkpoint.root).await?;
        Ok(ConsistencyFile { earlier, proof, note })
    }

    /// The proof that a log's signed state begins with its first `earlier` events.
    pub(crate) async fn proof_between(
        &self,
        tenant: TenantId,
        earlier: u64,
        size: u64,
        signed: Hash,
    ) -> Result<Vec<Hash>, Problem> {
        let mut hashes = self.trees.of(tenant).await;
        self.grow(tenant, &mut hashes, size / TILE_WIDTH, Most::REQUEST).await?;
        let tree = self.tree_with(tenant, &hashes, [earlier, size], size).await?;
        let unknown = |fault| Problem::unavailable(&fault);
        let proof = consistency_proof(&tree, earlier, size).map_err(unknown)?;
        let root = root_at(&tree, earlier).map_err(unknown)?;
        if !is_consistent((earlier, root), (size, signed), &proof) {
            drop(tree);
            self.distrust(tenant, &mut hashes).await;
            return Err(Problem::Unavailable);
        }
        Ok(proof)
    }
}
