//! What ends with a restore, and what is noted of it.

use postern_core::ids::TenantId;
use postern_core::kernel::{Key, Kind, Want};
use postern_core::subject::{self, Restore};
use postern_core::tenant::{self, TenantFact};

use super::refused;
use crate::app::App;
use crate::operator::Refused;

/// Rows that are read at once.
const PAGE: usize = 500;

impl App {
    /// Ends the sets of a tenant whose verifiers are gone; all of them if events are missing. How many subjects that
    /// touched.
    pub(super) async fn end_sets(
        &self,
        by: &str,
        tenant: TenantId,
        everything: bool,
    ) -> Result<u64, Refused> {
        let (mut after, mut ended) = (None, 0);
        loop {
            let page = self.store().list(Kind::Subject, Some(tenant), after, PAGE).await.map_err(refused)?;
            let Some(last) = page.last() else { return Ok(ended) };
            after = Some(last.key);
            for listed in &page {
                ended += u64::from(self.end_sets_of(by, listed.key, everything).await?);
            }
        }
    }

    async fn end_sets_of(&self, by: &str, key: Key, everything: bool) -> Result<bool, Refused> {
        let random = |problem: crate::Problem| Refused(problem.told().0.to_owned());
        let epoch = self.random().map_err(random)?;
        let wanted = Restore { epoch, salt: self.random().map_err(random)?, everything };
        self.operator(by)
            .decided(&[Want::Key(key)], move |view, draft| {
                subject::restore(view.held(key)?, &wanted, draft);
                Ok(Ok(!draft.is_empty()))
            })
            .await
    }

    /// Notes a fact in the installation's own log, and in the log of the tenant that it touches.
    pub(super) async fn note(&self, by: &str, owner: TenantId, fact: &TenantFact) -> Result<(), Refused> {
        for about in [Some(owner).filter(|owner| *owner != TenantId::SYSTEM), Some(TenantId::SYSTEM)] {
            let Some(key) = about.map(Key::tenant) else { continue };
            let fact = fact.clone();
            self.operator(by)
                .decided(&[Want::Key(key)], move |view, draft| {
                    tenant::note(view.held(key)?, fact.clone(), draft);
                    Ok(Ok(()))
                })
                .await?;
        }
        Ok(())
    }
}
