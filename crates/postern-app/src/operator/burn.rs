//! Burning a version of the pepper that is not to be trusted any more: every set of it ends, at once for whoever tries
//! one, and the version is taken away.

use std::time::Duration;

use postern_core::campaign::{self, Campaign, Selection};
use postern_core::ids::TenantId;
use postern_core::kernel::{Held, Key, Want};
use postern_core::pepper::KeyEnd;
use postern_core::subject::fact::RevokeReason;
use postern_core::tenant::Tenant;
use serde_json::Value;

use super::Operator;
use super::command::Refused;
use super::tenants::no_tenant;

/// Sets of a burnt version end whenever they were staged, also by a node that has not heard of it: those of the next
/// years.
const WHENEVER: Duration = Duration::from_secs(10 * 365 * 86_400);

impl Operator<'_> {
    /// Burns a version. With the first commit in each tenant none of its sets is accepted any more; then each is ended,
    /// and the version is removed. It may be asked for again if it did not come to its end.
    ///
    /// # Errors
    /// [`Refused`] if the version is in force or unknown, if there are other sets than were counted, or if the walk did
    /// not come to its end: nothing of the version is accepted then either.
    pub async fn burn_key(&self, version: u16, sets: u64) -> Result<Value, Refused> {
        let system = self.app.system().await;
        let in_force = system.as_ref().and_then(Tenant::pepper);
        if in_force.is_none_or(|in_force| in_force == version) {
            return Err(Refused(format!(
                "Version {version} is in force: new sets are made under it. `postern key rotate` makes another one first."
            )));
        }
        let tenants = self.app.store().tenants().await.map_err(|fault| Refused(fault.to_string()))?;
        self.app.works.burning.begin();
        let mut found = 0;
        for tenant in &tenants {
            let counted = self.counted(*tenant, self.burns(version)).await?;
            found += counted.sets;
            self.app.works.burning.expect(counted.seen);
        }
        if found != sets && !self.is_burning(&tenants, version).await {
            return Err(Refused(format!(
                "{found} sets need version {version} now and not {sets}: `postern key list` counts them."
            )));
        }
        for tenant in tenants.into_iter().filter(|tenant| *tenant != TenantId::SYSTEM) {
            self.start_burning(tenant, version).await?;
        }
        self.app.run_campaigns().await;
        let left = self.sets_of(version).await?;
        if left > 0 {
            return Err(Refused(format!(
                "{left} sets of version {version} are not ended yet. None of them is accepted. Please ask again."
            )));
        }
        self.end_key(version, KeyEnd::Burnt).await
    }

    /// Strict: a row that was altered keeps the version, and is named.
    async fn sets_of(&self, version: u16) -> Result<usize, Refused> {
        Ok(self.sets_by_version().await?.get(&version).copied().unwrap_or_default())
    }

    async fn is_burning(&self, tenants: &[TenantId], version: u16) -> bool {
        for tenant in tenants {
            let running = self.app.campaigns_of(*tenant).await;
            if running.iter().any(|campaign| is_of(campaign, version)) {
                return true;
            }
        }
        false
    }

    fn burns(&self, version: u16) -> Selection {
        Selection { issued_before: self.app.now().plus(WHENEVER), key_version: Some(version) }
    }

    async fn start_burning(&self, tenant: TenantId, version: u16) -> Result<(), Refused> {
        let (key, selection) = (Key::tenant(tenant), self.burns(version));
        if self.app.campaigns_of(tenant).await.iter().any(|running| is_of(running, version)) {
            return Ok(());
        }
        let sets = self.counted(tenant, selection).await?.sets;
        self.decided(&[Want::Key(key)], move |view, draft| {
            let held: Held<Tenant> = view.held(key)?;
            let started = campaign::start(held, selection, RevokeReason::KeyBurnt, sets, draft);
            Ok(started.map(drop).ok_or_else(|| no_tenant(tenant)))
        })
        .await
    }
}

/// Whether a campaign burns a version.
fn is_of(campaign: &Campaign, version: u16) -> bool {
    campaign.reason == RevokeReason::KeyBurnt && campaign.selection.key_version == Some(version)
}
