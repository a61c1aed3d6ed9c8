//! Tenants: an organisation's settings, and the installation's own record.

mod fact;
mod installation;
mod leaks;
mod tier;

pub use fact::{CampaignFinished, CampaignStarted, Changed, Created, TenantFact};
pub use installation::{
    BackupCreated, BackupRestored, ClockMoved, LogForged, LogOpened, LogResolved, RollbackFound, RowRejected,
    forge_log, move_clock, note, open_log, reject_row,
};
pub use leaks::{LeakPolicy, LeakPolicyChanged, change_leak_policy};
pub use tier::{Tier, TierSettings};

use postern_codes::Prefix;
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::campaign::{Campaign, Selection};
use crate::kernel::{Columns, Draft, Held, Kind, Record};
use crate::limits;
use crate::pepper::{Checked, Pepper};

/// A tenant's record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Tenant {
    /// What people call it.
    pub name: String,
    /// Every prefix there ever was, newest first: a new one never breaks old sheets.
    pub prefixes: Vec<String>,
    /// The tier of a subject that names none, and of one that does not exist.
    pub default_tier: Tier,
    /// Settings that differ from the shipped ones.
    pub tiers: Vec<(Tier, TierSettings)>,
    /// How many tenants the installation has; in the system tenant's record only.
    pub tenants: u32,
    /// How many rows were found altered; in the system tenant's record only.
    pub rejected: u32,
    /// Whether each new set keeps the kinds of its codes.
    pub keeps_kinds: bool,
    /// Campaigns that are not finished.
    pub campaigns: Vec<Campaign>,
    /// How many campaigns there ever were.
    pub campaigns_started: u32,
    /// The live versions of the pepper; in the system tenant's record only, and not in that of an older release
    /// before it was looked at.
    pub peppers: Vec<Pepper>,
    /// The version in force, or zero; see [`Tenant::pepper`].
    pub(crate) pepper: u16,
    /// The key `security`, where it is one of its own; in the system tenant's record only.
    pub security: Option<Checked>,
    /// Tiers of which a live code that was found is only recorded.
    pub leaks_alarm_only: Vec<Tier>,
}

impl Tenant {
    /// Sets that work no more, whatever their own rows say yet.
    #[must_use]
    pub fn ended(&self) -> Vec<Selection> {
        self.campaigns.iter().map(|campaign| campaign.selection).collect()
    }

    /// Settings of a tier.
    #[must_use]
    pub fn settings(&self, tier: Tier) -> TierSettings {
        self.tiers
            .iter()
            .find(|(of, _)| *of == tier)
            .map(|(_, settings)| settings.clone())
            .unwrap_or_default()
    }

    /// Prefixes that codes are read under, newest first.
    #[must_use]
    pub fn prefixes(&self) -> Vec<Prefix> {
        self.prefixes.iter().filter_map(|prefix| Prefix::new(prefix).ok()).collect()
    }

    /// The prefix of new sets.
    #[must_use]
    pub fn prefix(&self) -> Prefix {
        self.prefixes().into_iter().next().unwrap_or_default()
    }
}

impl Record for Tenant {
    type Fact = TenantFact;
    const KIND: Kind = Kind::Tenant;
    /// Kinds, campaigns and the pepper's versions; the key `security`; what follows leaks.
    const ADDED: &'static [usize] = &[5, 1, 1];

    fn layout(&self) -> u8 {
        let plain = !self.keeps_kinds && self.campaigns.is_empty() && self.campaigns_started == 0;
        let plain = plain && self.peppers.is_empty() && self.pepper == 0;
        match self.security {
            _ if !self.leaks_alarm_only.is_empty() => 4,
            Some(_) => 3,
            None if plain => 1,
            None => 2,
        }
    }

    fn evolve(before: Option<Self>, fact: &TenantFact, at: Time) -> Option<Self> {
        match (before, fact) {
            (None, TenantFact::LogOpened(opened)) => Some(Self::named(&opened.installation, Tier::Standard)),
            (None, TenantFact::Created(created)) => {
                let tenant = Self::named(&created.name, created.default_tier);
                let keeps_kinds = created.keeps_kinds.unwrap_or_default();
                Some(Self { prefixes: vec![created.prefix.clone()], keeps_kinds, ..tenant })
            }
            (Some(system), TenantFact::Created(_)) => Some(Self { tenants: system.tenants + 1, ..system }),
            (Some(system), TenantFact::RowRejected(_)) => {
                Some(Self { rejected: system.rejected.saturating_add(1), ..system })
            }
            (Some(tenant), TenantFact::Changed(changed)) => Some(tenant.change(changed)),
            (Some(tenant), TenantFact::LeakPolicyChanged(changed)) => {
                Some(tenant.change_leak_policy(changed))
            }
            (Some(tenant), TenantFact::CampaignStarted(started)) => Some(tenant.start(started)),
            (Some(mut tenant), TenantFact::CampaignFinished(finished)) => {
                tenant.campaigns.retain(|campaign| campaign.number != finished.number);
                Some(tenant)
            }
            (before, fact) => before.map(|system| system.keys(fact, at)),
        }
    }

    fn columns(&self) -> Columns {
        Columns { state: "active", due: None }
    }
}

impl Tenant {
    fn named(name: &str, default_tier: Tier) -> Self {
        let name = name.to_owned();
        Self {
            name,
            prefixes: Vec::new(),
            default_tier,
            tiers: Vec::new(),
            tenants: 0,
            rejected: 0,
            keeps_kinds: false,
            campaigns: Vec::new(),
            campaigns_started: 0,
            peppers: Vec::new(),
            pepper: 0,
            security: None,
            leaks_alarm_only: Vec::new(),
        }
    }

    fn start(mut self, started: &CampaignStarted) -> Self {
        let selection = Selection { issued_before: started.issued_before, key_version: started.key_version };
        self.campaigns.push(Campaign { number: started.number, selection, reason: started.reason });
        self.campaigns_started = self.campaigns_started.max(started.number);
        self
    }

    fn change(mut self, changed: &Changed) -> Self {
        if let Some(prefix) = &changed.prefix {
            self.prefixes.retain(|known| known != prefix);
            self.prefixes.insert(0, prefix.clone());
        }
        self.keeps_kinds = changed.keeps_kinds.unwrap_or(self.keeps_kinds);
        if let (Some(tier), Some(settings)) = (changed.tier, &changed.settings) {
            self.tiers.retain(|(of, _)| *of != tier);
            self.tiers.push((tier, settings.clone()));
        }
        self
    }
}

/// Creates a tenant, in its own log and in the installation's.
pub fn create(system: Held<Tenant>, tenant: Held<Tenant>, name: &str, prefix: &Prefix, draft: &mut Draft) {
    let about = tenant.key().tenant;
    let created = Created {
        about: None,
        default_tier: Tier::Standard,
        keeps_kinds: Some(true),
        name: name.to_owned(),
        prefix: prefix.as_str().to_owned(),
    };
    let _ = system.record(TenantFact::Created(Created { about: Some(about), ..created.clone() }), draft);
    let _ = tenant.record(TenantFact::Created(created), draft);
}

/// Changes a tenant's settings; `false` if there is no such tenant, or it has as many prefixes as there may be.
pub fn change(tenant: Held<Tenant>, changed: Changed, draft: &mut Draft) -> bool {
    let Some(state) = tenant.state() else { return false };
    let new = changed.prefix.as_ref().is_some_and(|prefix| !state.prefixes.contains(prefix));
    if new && state.prefixes.len() >= limits::PREFIXES {
        return false;
    }
    let _ = tenant.record(TenantFact::Changed(changed), draft);
    true
}
