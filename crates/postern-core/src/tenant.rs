//! Tenants: an organisation's settings, and the installation's own record.

use postern_codes::{Format, Prefix};
use serde::{Deserialize, Serialize};

use crate::Time;
use crate::campaign::{Campaign, Selection};
use crate::ids::TenantId;
use crate::kernel::{Columns, Draft, Held, Kind, Record, facts};
use crate::limits;
use crate::pepper::{KeyCreated, KeyEnded, KeyRotated, Pepper};
use crate::subject::fact::RevokeReason;
use crate::verifier::Stretch;

/// How much a subject may do, and so how well its recovery is guarded. Only ever raised.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Everybody.
    Standard,
    /// More than everybody.
    Elevated,
    /// Administrators.
    Privileged,
    /// The account for when nothing else works. Needs two people.
    BreakGlass,
    /// Not a person. Needs two people.
    Service,
}

impl Tier {
    /// Every tier, from the least to the most guarded.
    pub const ALL: [Self; 5] =
        [Self::Standard, Self::Elevated, Self::Privileged, Self::BreakGlass, Self::Service];

    /// The tier's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Elevated => "elevated",
            Self::Privileged => "privileged",
            Self::BreakGlass => "break_glass",
            Self::Service => "service",
        }
    }

    /// The tier with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

/// What a tier's new sets are like. Stored with each set: a changed setting changes no existing one.
/// Fields in RFC 8785 order.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TierSettings {
    /// Codes in a set.
    pub count: u8,
    /// Their format.
    #[serde(with = "crate::format_name")]
    pub format: Format,
    /// Days that a set works.
    pub lifetime_days: u32,
    /// A warning goes with every acceptance that leaves at most this many.
    pub low_stock: u8,
    /// How stretched formats are stretched.
    pub stretch: Stretch,
}

impl Default for TierSettings {
    fn default() -> Self {
        Self {
            count: 10,
            format: Format::Standard,
            lifetime_days: 365,
            low_stock: 3,
            stretch: Stretch::ARGON2ID,
        }
    }
}

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
    /// The live versions of the pepper; in the system tenant's record only, from the first rotation on.
    pub peppers: Vec<Pepper>,
    /// The version in force, or zero; see [`Tenant::pepper`].
    pub(crate) pepper: u16,
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

facts! {
    /// What may happen to a tenant.
    TenantFact {
        "log.opened" => LogOpened(LogOpened),
        "tenant.created" => Created(Created),
        "tenant.changed" => Changed(Changed),
        "row.rejected" => RowRejected(RowRejected),
        "campaign.started" => CampaignStarted(CampaignStarted),
        "campaign.finished" => CampaignFinished(CampaignFinished),
        "backup.created" => BackupCreated(BackupCreated),
        "backup.restored" => BackupRestored(BackupRestored),
        "log.rollback_found" => RollbackFound(RollbackFound),
        "log.resolved" => LogResolved(LogResolved),
        "key.created" => KeyCreated(KeyCreated),
        "key.rotated" => KeyRotated(KeyRotated),
        "key.retired" => KeyRetired(KeyEnded),
        "key.burnt" => KeyBurnt(KeyEnded),
        "clock.moved" => ClockMoved(ClockMoved),
    }
    failures ["row.rejected", "log.rollback_found"]
}

/// The installation's own log begins.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogOpened {
    /// The installation's name, as receipts and checkpoints carry it.
    pub installation: String,
}

/// A tenant begins: in its own log without `about`, in the system tenant's log with it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Created {
    /// The tenant that was created, in the system tenant's log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub about: Option<TenantId>,
    /// Its default tier.
    pub default_tier: Tier,
    /// Whether each new set keeps the kinds of its codes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub keeps_kinds: Option<bool>,
    /// Its name.
    pub name: String,
    /// The prefix of its codes.
    pub prefix: String,
}

/// Settings changed; what is absent stays.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Changed {
    /// Each new set keeps the kinds of its codes from now on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub keeps_kinds: Option<bool>,
    /// A new prefix; the one before stays in use beside it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prefix: Option<String>,
    /// New settings of this tier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub settings: Option<TierSettings>,
    /// The tier.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tier: Option<Tier>,
}

/// A stored row was not as the product left it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RowRejected {
    /// SHA-256 of the row as it was found, in base64url.
    pub digest: String,
    /// The record's id.
    pub object: String,
    /// Whose record it is.
    pub owner: TenantId,
}

/// Sets are being revoked, and none of them works from now on.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CampaignStarted {
    /// How many sets a count before it found.
    pub counted: u64,
    /// Sets that were staged before.
    pub issued_before: Time,
    /// Sets of this version of the pepper only.
    pub key_version: Option<u16>,
    /// Which of the tenant's.
    pub number: u32,
    /// Why.
    pub reason: RevokeReason,
}

/// Every set of a campaign has ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CampaignFinished {
    /// Which.
    pub number: u32,
    /// Subjects whose sets the last walk over them ended.
    pub revoked: u64,
}

/// A backup was made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BackupCreated {
    /// Events in it, of all logs.
    pub events: u64,
    /// Logs in it.
    pub logs: u64,
    /// One root over all logs, as an anchor has it, in base64url.
    pub root: String,
}

/// The data came back from a backup, or was completed from shipped events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BackupRestored {
    /// Events that the backup had, of all logs.
    pub events: u64,
    /// Events that were replayed from what was shipped.
    pub replayed: u64,
    /// Subjects whose sets ended, since their verifiers are gone or events may be missing.
    pub revoked: u64,
}

/// A log is shorter than its anchor: the events between are lost.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RollbackFound {
    /// Events that the anchor knows.
    pub anchored: u64,
    /// Events that there are.
    pub found: u64,
    /// Whose log it is.
    pub owner: TenantId,
    /// The root that the anchor knows, in base64url.
    pub root: String,
}

/// Every set that an event in the gap may have ended is revoked, and the log goes on as it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LogResolved {
    /// Whose log it is.
    pub owner: TenantId,
    /// Subjects whose sets ended.
    pub revoked: u64,
}

/// A machine's clock made a step: by more than five seconds it went otherwise than the time that passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClockMoved {
    /// Milliseconds, below zero for a step back.
    pub by: i64,
}

impl Record for Tenant {
    type Fact = TenantFact;
    const KIND: Kind = Kind::Tenant;
    /// Kinds and campaigns; the pepper's versions.
    const ADDED: &'static [usize] = &[5];

    fn layout(&self) -> u8 {
        let plain = !self.keeps_kinds && self.campaigns.is_empty() && self.campaigns_started == 0;
        if plain && self.peppers.is_empty() && self.pepper == 0 { 1 } else { 2 }
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

/// Begins the installation's own log; `false` if it has begun.
pub fn open_log(system: Held<Tenant>, installation: &str, draft: &mut Draft) -> bool {
    if system.state().is_some() {
        return false;
    }
    let _ = system.record(TenantFact::LogOpened(LogOpened { installation: installation.to_owned() }), draft);
    true
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

/// Notes what happened to the installation's data in the record of a tenant, or in the installation's own.
pub fn note(tenant: Held<Tenant>, fact: TenantFact, draft: &mut Draft) {
    if tenant.state().is_some() {
        let _ = tenant.record(fact, draft);
    }
}

/// Notes in the installation's log that a clock made a step; `false` if that log has not begun.
pub fn move_clock(system: Held<Tenant>, moved: ClockMoved, draft: &mut Draft) -> bool {
    let has_begun = system.state().is_some();
    if has_begun {
        let _ = system.record(TenantFact::ClockMoved(moved), draft);
    }
    has_begun
}

/// Notes in the installation's log that a row was found altered.
pub fn reject_row(system: Held<Tenant>, rejected: RowRejected, draft: &mut Draft) {
    let _ = system.record(TenantFact::RowRejected(rejected), draft);
}
