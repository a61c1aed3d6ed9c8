//! What follows when a live code of a tier was found where it should not be.

use serde::{Deserialize, Serialize};

use super::{Tenant, TenantFact, Tier};
use crate::kernel::{Draft, Held};

/// What follows when a live code was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakPolicy {
    /// Its set is revoked in the same commit, as *leaked*.
    Revoke,
    /// It is recorded, and a person decides.
    Alarm,
}

/// What follows for a tier from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LeakPolicyChanged {
    /// What.
    pub policy: LeakPolicy,
    /// For which tier.
    pub tier: Tier,
}

impl Tenant {
    /// What follows when a live code of a tier was found: its set is revoked, unless the tenant says otherwise.
    #[must_use]
    pub fn leak_policy(&self, tier: Tier) -> LeakPolicy {
        if self.leaks_alarm_only.contains(&tier) { LeakPolicy::Alarm } else { LeakPolicy::Revoke }
    }

    pub(super) fn change_leak_policy(mut self, changed: &LeakPolicyChanged) -> Self {
        self.leaks_alarm_only.retain(|tier| *tier != changed.tier);
        if changed.policy == LeakPolicy::Alarm {
            self.leaks_alarm_only.push(changed.tier);
        }
        self
    }
}

/// Changes what follows for a tier; `false` if there is no such tenant.
pub fn change_leak_policy(tenant: Held<Tenant>, changed: LeakPolicyChanged, draft: &mut Draft) -> bool {
    let Some(state) = tenant.state() else { return false };
    if state.leak_policy(changed.tier) != changed.policy {
        let _ = tenant.record(TenantFact::LeakPolicyChanged(changed), draft);
    }
    true
}
