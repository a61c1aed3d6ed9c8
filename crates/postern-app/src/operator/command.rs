//! Commands as the command line sends them to a running service, and their answers.

use std::sync::Arc;

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use postern_core::Time;
use postern_core::application::{Bound, Caps, Scope};
use postern_core::assurance::Level;
use postern_core::ids::{ApplicationId, ProverId, SetId, TenantId};
use postern_core::prover::ProverKey;
use postern_core::subject::fact::{RevokeReason, asked_reason};
use postern_core::tenant::{LeakPolicy, Tier};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::applications::NewApplication;
use crate::Work;
use crate::app::App;
use crate::request::SubjectName;

/// An operator's command. None of them yields a code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Creates a tenant.
    TenantCreate {
        /// What people call it.
        name: String,
        /// Prefix of its codes; the shipped one if absent.
        prefix: Option<String>,
    },
    /// Lists tenants.
    TenantList {},
    /// Changes a tenant's settings; what is absent stays.
    TenantChange {
        /// Which tenant.
        tenant: TenantId,
        /// A new prefix; the one before stays in use beside it.
        prefix: Option<String>,
        /// Settings of one tier.
        tier: Option<TierChange>,
        /// Each new set keeps the kinds of its codes from now on, so that it may have canary and duress codes.
        #[serde(default)]
        keep_kinds: bool,
    },
    /// Says what follows when a live code of a tier was found where it should not be.
    TenantLeaks {
        /// Which tenant.
        tenant: TenantId,
        /// Which tier.
        tier: Tier,
        /// What follows.
        policy: LeakPolicy,
    },
    /// Creates an application and its first key, which is shown this once.
    ApplicationCreate {
        /// Whose.
        tenant: TenantId,
        /// What people call it.
        name: String,
        /// What it may do.
        scopes: Vec<Scope>,
        /// To which tiers.
        tiers: Vec<Tier>,
        /// Restrictions after a recovery that it enforces.
        enforces: Vec<String>,
        /// Caps per hour; the shipped ones if absent.
        caps: Option<Caps>,
        /// Where its keys work.
        #[serde(default)]
        bound: Bound,
    },
    /// Says anew where an application's keys work; what is absent stays.
    ApplicationBind {
        /// Whose.
        tenant: TenantId,
        /// Which application.
        application: ApplicationId,
        /// Networks; none for everywhere.
        addresses: Option<Vec<IpNet>>,
        /// SHA-256 of public keys in hexadecimal; none if no certificate is asked for.
        certificates: Option<Vec<String>>,
    },
    /// Lists a tenant's applications.
    ApplicationList {
        /// Whose.
        tenant: TenantId,
    },
    /// Makes a second key, which is shown this once.
    ApplicationKeyCreate {
        /// Whose.
        tenant: TenantId,
        /// Which application.
        application: ApplicationId,
        /// When it stops working, if it does by itself.
        #[serde(default)]
        expires_at: Option<Time>,
    },
    /// Makes a key in place of the one that there is, which works on for a while. It is shown this once.
    ApplicationKeyRotate {
        /// Whose.
        tenant: TenantId,
        /// Which application.
        application: ApplicationId,
        /// Seconds for which both work.
        overlap: u64,
        /// When the new one stops working, if it does by itself.
        expires_at: Option<Time>,
    },
    /// Revokes a key.
    ApplicationKeyRevoke {
        /// Whose.
        tenant: TenantId,
        /// Which application.
        application: ApplicationId,
        /// The key's number.
        number: u32,
    },
    /// Registers a prover.
    ProverAdd {
        /// Whose.
        tenant: TenantId,
        /// What people call it.
        name: String,
        /// The `iss` of its assertions.
        issuer: String,
        /// Its public key.
        key: ProverKey,
        /// The highest level that it may vouch for.
        most: Level,
    },
    /// Lists a tenant's provers.
    ProverList {
        /// Whose.
        tenant: TenantId,
    },
    /// Takes a prover out of use.
    ProverRevoke {
        /// Whose.
        tenant: TenantId,
        /// Which.
        prover: ProverId,
    },
    /// Shows a subject's sets and budgets.
    SubjectShow {
        /// Whose.
        tenant: TenantId,
        /// `sub_…` or the external id.
        subject: String,
    },
    /// Lists a tenant's subjects by id.
    SubjectList {
        /// Whose.
        tenant: TenantId,
        /// After this id.
        after: Option<String>,
        /// How many at most.
        limit: usize,
    },
    /// Revokes a set or one code of it.
    Revoke {
        /// Whose.
        tenant: TenantId,
        /// `set_…`.
        set: String,
        /// One code by number.
        slot: Option<u8>,
        /// Why.
        #[serde(deserialize_with = "asked_reason")]
        reason: RevokeReason,
    },
    /// Counts the sets that a campaign would end.
    CampaignCount {
        /// Whose.
        tenant: TenantId,
        /// Sets that were staged before; all that there are if absent.
        issued_before: Option<Time>,
        /// Sets of this version of the pepper only.
        key_version: Option<u16>,
    },
    /// Ends every set that a count found.
    CampaignStart {
        /// Whose.
        tenant: TenantId,
        /// Sets that were staged before; all that there are if absent.
        issued_before: Option<Time>,
        /// Sets of this version of the pepper only.
        key_version: Option<u16>,
        /// Why.
        reason: RevokeReason,
        /// What the count found.
        sets: u64,
    },
    /// Lists campaigns that are not finished.
    CampaignList {
        /// Whose.
        tenant: TenantId,
    },
    /// Lists uses of canary and duress codes.
    AuditAlarms {
        /// Whose.
        tenant: TenantId,
        /// After this index.
        after: Option<u64>,
        /// How many at most.
        limit: usize,
    },
    /// Withdraws the request to erase a subject.
    SubjectKeep {
        /// Whose.
        tenant: TenantId,
        /// `sub_…`.
        subject: String,
    },
    /// Copies everything to a new folder.
    BackupCreate {
        /// Its whole path.
        folder: PathBuf,
    },
    /// Lists the versions of the pepper.
    KeyList {},
    /// Makes a version of the pepper and puts it in force.
    KeyRotate {
        /// Whether it is put in force by the next call only, when every node has it.
        only_make: bool,
    },
    /// Ends every set of a version of the pepper, then takes it away.
    KeyBurn {
        /// Which.
        version: u16,
        /// How many sets need it, as a list of the versions said.
        sets: u64,
    },
    /// Takes away a version of the pepper that no set needs.
    KeyRetire {
        /// Which.
        version: u16,
    },
    /// Verifies logs and rows.
    AuditVerify {
        /// One tenant; all if absent.
        tenant: Option<TenantId>,
        /// Whether every row is rebuilt from its events and compared.
        replay: bool,
    },
    /// Proves that an event is in its log.
    AuditProof {
        /// Whose.
        tenant: TenantId,
        /// `evt_…` or the index.
        event: String,
    },
    /// Says how far long work is: `{done, all}`.
    WorkProgress {
        /// Which.
        work: Work,
    },
    /// Signs what a log is now.
    AuditCheckpoint {
        /// Whose.
        tenant: TenantId,
    },
    /// Reads some events of a log as they are in it.
    AuditEntries {
        /// Whose.
        tenant: TenantId,
        /// From this index on.
        from: u64,
        /// How many; not more than an entry bundle has.
        count: u64,
    },
}

/// New settings of a tier; what is absent stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierChange {
    /// Which tier.
    pub tier: Tier,
    /// Format of new sets.
    pub format: Option<String>,
    /// Codes of a new set.
    pub count: Option<u8>,
    /// Days that a new set works.
    pub lifetime_days: Option<u32>,
    /// Low-stock mark of new sets.
    pub low_stock: Option<u8>,
    /// `argon2id` or `pbkdf2`.
    pub stretch: Option<String>,
}

/// Why a command was not done: says what to do next.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl App {
    /// Does an operator's command.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done.
    pub async fn operate(self: &Arc<Self>, by: &str, command: Command) -> Result<Value, Refused> {
        let operator = self.operator(by);
        match command {
            Command::TenantCreate { name, prefix } => operator.create_tenant(&name, prefix.as_deref()).await,
            Command::TenantList {} => operator.tenants().await,
            Command::TenantChange { tenant, prefix, tier, keep_kinds } => {
                operator.change_tenant(tenant, prefix, tier, keep_kinds).await
            }
            Command::TenantLeaks { tenant, tier, policy } => {
                operator.change_leak_policy(tenant, tier, policy).await
            }
            Command::ApplicationCreate { tenant, name, scopes, tiers, enforces, caps, bound } => {
                let caps = Some(caps.unwrap_or(Caps::SHIPPED));
                let new =
                    NewApplication { name, scopes, tiers, enforces, caps, trusted_backend: false, bound };
                let (application, token) = operator.create_application(tenant, new).await?;
                Ok(json!({ "application": application, "key": token.as_str(), "tenant": tenant }))
            }
            Command::ApplicationList { tenant } => operator.applications(tenant).await,
            Command::ApplicationBind { tenant, application, addresses, certificates } => {
                operator.bind_application(tenant, application, addresses, certificates).await
            }
            Command::ApplicationKeyRotate { tenant, application, overlap, expires_at } => {
                operator
                    .rotate_application_key(tenant, application, Duration::from_secs(overlap), expires_at)
                    .await
            }
            Command::ApplicationKeyCreate { tenant, application, expires_at } => {
                let token = operator.create_key(tenant, application, expires_at).await?;
                Ok(json!({ "application": application, "key": token.as_str(), "tenant": tenant }))
            }
            Command::ApplicationKeyRevoke { tenant, application, number } => {
                operator.revoke_key(tenant, application, number).await
            }
            Command::ProverAdd { tenant, name, issuer, key, most } => {
                let prover = operator.add_prover(tenant, name, issuer, key, most).await?;
                Ok(json!({ "prover": prover, "tenant": tenant, "audience": self.origin(tenant) }))
            }
            Command::ProverList { tenant } => operator.provers(tenant).await,
            Command::ProverRevoke { tenant, prover } => operator.revoke_prover(tenant, prover).await,
            Command::SubjectShow { tenant, subject } => {
                let id = postern_core::ids::SubjectId::parse(&subject);
                operator
                    .show_subject(tenant, id.map_or(SubjectName::ExternalId(subject), SubjectName::Id))
                    .await
            }
            Command::SubjectList { tenant, after, limit } => {
                operator.subjects(tenant, after.as_deref(), limit).await
            }
            Command::Revoke { tenant, set, slot, reason } => {
                let set = SetId::parse(&set);
                let set = set.ok_or_else(|| Refused("A set's id looks like set_….".to_owned()))?;
                operator.revoke(tenant, set, slot, reason).await
            }
            Command::CampaignCount { tenant, issued_before, key_version } => {
                operator.count_campaign(tenant, issued_before, key_version).await
            }
            Command::CampaignStart { tenant, issued_before, key_version, reason, sets } => {
                operator.start_campaign(tenant, issued_before, key_version, reason, sets).await
            }
            Command::CampaignList { tenant } => operator.campaigns(tenant).await,
            Command::AuditAlarms { tenant, after, limit } => operator.alarms(tenant, after, limit).await,
            Command::SubjectKeep { tenant, subject } => operator.keep_subject(tenant, &subject).await,
            Command::BackupCreate { folder } => operator.create_backup(folder).await,
            Command::KeyList {} => operator.keys().await,
            Command::KeyRotate { only_make } => operator.rotate_key(only_make).await,
            Command::KeyBurn { version, sets } => operator.burn_key(version, sets).await,
            Command::KeyRetire { version } => operator.retire_key(version).await,
            Command::AuditVerify { tenant, replay } => {
                let report = self.verify(tenant, replay).await?;
                serde_json::to_value(report).map_err(|fault| Refused(fault.to_string()))
            }
            Command::WorkProgress { work } => {
                let (done, all) = self.how_far(work);
                Ok(json!({ "done": done, "all": all }))
            }
            Command::AuditProof { tenant, event } => operator.prove(tenant, &event).await,
            Command::AuditCheckpoint { tenant } => operator.checkpoint(tenant).await,
            Command::AuditEntries { tenant, from, count } => operator.entries(tenant, from, count).await,
        }
    }
}
