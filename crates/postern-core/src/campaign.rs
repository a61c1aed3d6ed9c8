//! Campaigns: revoking very many sets. The tenant's record says at once that they work no more; a job that can begin
//! anew at any time then ends them one by one.

use serde::{Deserialize, Serialize};

use crate::Time;
use crate::kernel::{Draft, Held};
use crate::subject::fact::RevokeReason;
use crate::subject::{self, CodeSet, Revoke, Subject};
use crate::tenant::{CampaignFinished, CampaignStarted, Tenant, TenantFact};

/// Which sets of a tenant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Selection {
    /// Those that were staged before.
    pub issued_before: Time,
    /// Those of this version of the pepper only.
    pub key_version: Option<u16>,
}

impl Selection {
    /// Whether a set is one of them.
    #[must_use]
    pub fn takes(&self, set: &CodeSet) -> bool {
        set.issued_at < self.issued_before
            && self.key_version.is_none_or(|version| version == set.key_version)
    }

    /// The subject's sets that are among them: the active one, the staged one.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Vec<u32> {
        subject.sets().filter(|set| self.takes(set)).map(|set| set.generation).collect()
    }
}

/// A campaign that is not finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Campaign {
    /// Which of the tenant's.
    pub number: u32,
    /// Which sets.
    pub selection: Selection,
    /// Why.
    pub reason: RevokeReason,
}

/// Starts a campaign: from this commit on none of its sets is accepted. Its number; the same one if it runs already.
pub fn start(
    tenant: Held<Tenant>,
    selection: Selection,
    reason: RevokeReason,
    counted: u64,
    draft: &mut Draft,
) -> Option<u32> {
    let state = tenant.state()?;
    let covers = |running: &&Campaign| {
        running.reason == reason
            && running.selection.key_version == selection.key_version
            && running.selection.issued_before >= selection.issued_before
    };
    if let Some(running) = state.campaigns.iter().find(covers) {
        return Some(running.number);
    }
    let number = state.campaigns_started + 1;
    let started = CampaignStarted {
        counted,
        issued_before: selection.issued_before,
        key_version: selection.key_version,
        number,
        reason,
    };
    let _ = tenant.record(TenantFact::CampaignStarted(started), draft);
    Some(number)
}

/// Ends what a campaign has of one subject.
pub fn end_sets(subject: Held<Subject>, campaign: &Campaign, epoch: [u8; 16], draft: &mut Draft) {
    let sets = subject.state().map(|state| campaign.selection.of(state)).unwrap_or_default();
    // A set that was staged since is not the campaign's, and new keys would make it worthless.
    let staged = subject.state().and_then(|state| state.staged.as_ref());
    let keeps_keys = staged.is_some_and(|staged| !campaign.selection.takes(&staged.set));
    let mut held = Some(subject);
    for generation in sets {
        let Some(subject) = held.take() else { break };
        let wanted = Revoke {
            generation,
            reason: campaign.reason,
            epoch,
            request: None,
            many: None,
            keeps_keys,
            stages: None,
        };
        held = subject::end(subject, &wanted, draft);
    }
}

/// Notes that nothing is left of a campaign; `false` if it does not run.
pub fn finish(tenant: Held<Tenant>, number: u32, revoked: u64, draft: &mut Draft) -> bool {
    let runs = tenant.state().is_some_and(|state| state.campaigns.iter().any(|one| one.number == number));
    if runs {
        let _ = tenant.record(TenantFact::CampaignFinished(CampaignFinished { number, revoked }), draft);
    }
    runs
}
