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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Time;
    use crate::ids::TenantId;
    use crate::kernel::{Actor, ActorKind, Context, Key, Record as _};

    #[test]
    fn a_live_code_ends_its_set_unless_the_tenant_says_otherwise_for_the_tier() {
        let key = Key::tenant(TenantId::new([1; 16]));
        let actor = Actor::new(ActorKind::Operator, "test");
        let mut draft = Draft::new(Context { at: Time::START, actor, private: None });
        assert!(!change_leak_policy(Held::absent(key, 0), to(LeakPolicy::Alarm), &mut draft), "no tenant");
        let mut tenant = Tenant::named("acme", Tier::Standard);
        assert!(Tier::ALL.into_iter().all(|tier| tenant.leak_policy(tier) == LeakPolicy::Revoke));
        let before = tenant.layout();
        for policy in [LeakPolicy::Alarm, LeakPolicy::Alarm, LeakPolicy::Revoke] {
            tenant = Tenant::evolve(Some(tenant), &TenantFact::LeakPolicyChanged(to(policy)), Time::START)
                .unwrap();
            assert_eq!(tenant.leak_policy(Tier::BreakGlass), policy);
            assert_eq!(tenant.leak_policy(Tier::Standard), LeakPolicy::Revoke);
            // Whoever uses nothing new is read by the release before.
            assert_eq!(tenant.layout(), if policy == LeakPolicy::Alarm { 4 } else { before });
        }
    }

    const fn to(policy: LeakPolicy) -> LeakPolicyChanged {
        LeakPolicyChanged { policy, tier: Tier::BreakGlass }
    }
}
