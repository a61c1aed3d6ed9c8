//! Checkpoints and the anchor: what is signed about a log, and what is kept of it outside the database.

use std::sync::Arc;
use std::time::Duration;

use postern_core::application::{Scope, Token};
use postern_core::ids::TenantId;
use postern_core::kernel::StoreFault;
use postern_core::ports::{AnchorFault, Anchors, SigningKey};
use postern_log::{Anchor, Checkpoint, Frontier, Rollback, assemble_checkpoint, open_checkpoint};

use crate::Problem;
use crate::app::App;
use crate::shipping::Shipping;
use crate::witnessing::Witnessing;

/// Why a start is refused.
#[derive(Debug, thiserror::Error)]
pub enum AnchorProblem {
    /// The database is older than its anchor, or another one.
    #[error(
        "the log of {log} does not continue what its anchor knows: {rollback}. The data folder is older than its anchor, or is another one. Put the newest data folder back, or complete this one with `postern audit resolve`; until then nothing is served"
    )]
    Rollback {
        /// The tenant.
        log: String,
        /// What was found.
        rollback: Rollback,
    },
    /// The anchor names a log that the database does not have.
    #[error(
        "the anchor knows a log named {0}, which is no tenant's. Is this the right anchor file for this data folder?"
    )]
    Foreign(String),
    /// The store did not answer.
    #[error("the store did not answer while its logs were compared with the anchor: {0}")]
    Store(String),
}

/// How long the anchor waits for what is shipped before it.
const SHIPPING: Duration = Duration::from_secs(5);

impl App {
    /// The newest signed checkpoint of the caller's tenant (C2SP tlog-checkpoint).
    ///
    /// # Errors
    /// A [`Problem`].
    pub async fn checkpoint(&self, token: &Arc<Token>) -> Result<String, Problem> {
        let gate = self.gate(token, Scope::LogRead);
        self.checked(&gate, &self.look(&gate.wants()).await?).await?.reaches_all()?;
        let kept =
            self.store().checkpoint(gate.tenant()).await.map_err(|fault| Problem::unavailable(&fault))?;
        match kept {
            Some(note) => Ok(note),
            None => self.sign_checkpoint(gate.tenant()).await.map(|(note, _)| note),
        }
    }

    /// Signs what the tenant's log is now, and keeps the note.
    pub(crate) async fn sign_checkpoint(&self, tenant: TenantId) -> Result<(String, Frontier), Problem> {
        let _one_by_one = self.signing.lock().await;
        let head = self.store().head(tenant).await.map_err(|fault| Problem::unavailable(&fault))?;
        let origin = self.origin(tenant);
        let (size, root) = (head.frontier.size(), head.frontier.root());
        let checkpoint = Checkpoint { origin: origin.clone(), size, root };
        // What was signed already stays as it is: witnesses may have signed it too.
        let kept = self.store().checkpoint(tenant).await.map_err(|fault| Problem::unavailable(&fault))?;
        let is_it =
            |note: &String| open_checkpoint(note, &self.verifier_key(tenant)).as_ref() == Ok(&checkpoint);
        if let Some(note) = kept.filter(is_it) {
            return Ok((note, head.frontier));
        }
        let public = self.ports.keys.public().log;
        let body = checkpoint.body();
        let signature = self.ask_keys(move |keys| keys.sign(SigningKey::Log, body.as_bytes())).await;
        let signature = signature.map_err(|fault| Problem::unavailable(&fault))?;
        let note = assemble_checkpoint(&checkpoint, &origin, &public, signature);
        let note = note.map_err(|fault| Problem::unavailable(&fault))?;
        let kept = self.store().keep_checkpoint(tenant, size, note.clone()).await;
        kept.map_err(|fault| Problem::unavailable(&fault))?;
        Ok((note, head.frontier))
    }

    /// Every tenant: what a start begins with, since a log may have grown while nothing was serving.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn all_logs(&self) -> Result<Vec<TenantId>, StoreFault> {
        self.store().tenants().await
    }

    /// The logs that grew since this was last asked for: [`App::anchor`] asks too.
    #[must_use]
    pub fn grown_logs(&self) -> Vec<TenantId> {
        self.store().take_grown()
    }

    /// Signs checkpoints of the logs that grew and keeps their right edges in the anchor. At most once a second. Witnesses
    /// are only told what grew: the anchor waits for none of them.
    ///
    /// # Errors
    /// [`AnchorFault`] if the anchor was not written, or not for every log; what is left is taken again next time.
    pub async fn anchor(
        &self,
        anchors: &Arc<dyn Anchors>,
        (mut shipping, witnessing): (Option<&mut Shipping>, &[Arc<Witnessing>]),
        behind: &mut Vec<TenantId>,
    ) -> Result<(), AnchorFault> {
        behind.extend(self.store().take_grown());
        behind.sort_unstable();
        behind.dedup();
        let (mut grown, mut left, mut fault) = (Vec::with_capacity(behind.len()), Vec::new(), None);
        self.outside.ships(shipping.is_some());
        for tenant in behind.iter() {
            match self.signed_on(*tenant).await {
                Ok((note, frontier)) => {
                    if let Some(shipping) = shipping.as_deref_mut() {
                        shipping.owe(*tenant, note, frontier.clone());
                    }
                    witnessing.iter().for_each(|witnessing| witnessing.owe(*tenant));
                    grown.push((*tenant, frontier));
                }
                // One log that cannot be read keeps no other one out of the anchor.
                Err(AnchorFault::Unavailable(why)) => {
                    left.push(*tenant);
                    fault = Some(AnchorFault::Unavailable(why));
                }
                Err(ended) => return Err(ended),
            }
        }
        // Who was overtaken ships nothing more either: what it would ship may be another history by now.
        if shipping.as_ref().is_some_and(|shipping| shipping.behind() > 0) {
            match kept(anchors, Vec::new()).await {
                Err(AnchorFault::Unavailable(_)) | Ok(()) => {}
                Err(ended) => return Err(ended),
            }
        }
        // Before the anchor, so that it knows nothing that was not shipped. It goes on without, if it must.
        if let Some(shipping) = shipping {
            match tokio::time::timeout(SHIPPING, self.ship(shipping)).await {
                Ok(Ok(())) => {}
                Ok(Err(fault)) => tracing::error!(%fault, "events were not shipped"),
                Err(_) => tracing::error!("events were not shipped: the place does not answer"),
            }
        }
        // Also if nothing grew: another instance may have taken over, and then this one accepts nothing more.
        kept(anchors, grown.iter().map(|(tenant, edge)| (tenant.to_string(), edge.clone())).collect())
            .await?;
        self.outside.anchored(grown);
        *behind = left;
        fault.map_or(Ok(()), Err)
    }

    /// What a log is now, signed, if it goes on from what was seen of it last. A folder is this process's alone; a
    /// database may be set back under it, and have grown again since.
    async fn signed_on(&self, tenant: TenantId) -> Result<(String, Frontier), AnchorFault> {
        let signed = self.sign_checkpoint(tenant).await;
        let (note, now) = signed.map_err(|problem| AnchorFault::Unavailable(problem.name().to_owned()))?;
        if let Some(seen) = self.outside.seen(tenant).filter(|_| self.store().is_elsewhere()) {
            let continues = self.continues(tenant, &seen, &now).await;
            continues
                .map_err(|fault| AnchorFault::Unavailable(fault.to_string()))?
                .map_err(|rollback| AnchorFault::Backwards(format!("{tenant}: {rollback}")))?;
        }
        Ok((note, now))
    }

    /// Compares every log with the anchor, before anything is served.
    ///
    /// # Errors
    /// [`AnchorProblem`] if the database does not continue what the anchor knows.
    pub async fn check_anchor(&self, anchor: &Anchor) -> Result<(), AnchorProblem> {
        for (log, anchored) in &anchor.logs {
            let tenant = TenantId::parse(log).ok_or_else(|| AnchorProblem::Foreign(log.clone()))?;
            let head =
                self.store().head(tenant).await.map_err(|fault| AnchorProblem::Store(fault.to_string()))?;
            let continues = self.continues(tenant, anchored, &head.frontier).await;
            continues
                .map_err(|fault| AnchorProblem::Store(fault.to_string()))?
                .map_err(|rollback| AnchorProblem::Rollback { log: log.clone(), rollback })?;
            self.outside.goes_on(tenant, head.frontier);
        }
        Ok(())
    }
}

/// Keeps the anchor, which waits for a disk or another host.
async fn kept(anchors: &Arc<dyn Anchors>, logs: Vec<(String, Frontier)>) -> Result<(), AnchorFault> {
    let anchors = Arc::clone(anchors);
    let kept = tokio::task::spawn_blocking(move || anchors.keep(logs)).await;
    kept.map_err(|fault| AnchorFault::Unavailable(fault.to_string()))?
}
