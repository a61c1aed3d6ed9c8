//! Administrative commands: through the running service's socket, or on the store itself.

use std::path::Path;

use postern_app::operator::{Command, TierChange};
use postern_core::application::{Caps, Scope};
use postern_core::assurance::Level;
use postern_core::ids::{ApplicationId, Id, Named, ProverId, TenantId};
use postern_core::prover::ProverKey;
use postern_core::subject::fact::RevokeReason;
use postern_core::tenant::Tier;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::arguments::{
    ApplicationCommand, ApplicationCreate, Configured, KeyCommand, ProverCommand, Revoke, SubjectCommand,
    TenantChange, TenantCommand,
};
use crate::config::Config;
use crate::failure::Failure;
use crate::{client, installation, output};

/// Does a command: through the socket if a service runs, on the store itself if none does.
pub(super) async fn operate(configured: &Configured, command: Command) -> Result<Value, Failure> {
    let config = Config::read(&configured.config)?;
    if let Ok(stream) = tokio::net::UnixStream::connect(&config.server.socket).await {
        let value = serde_json::to_value(&command).map_err(Failure::refused)?;
        let (status, answer) = client::operate(stream, &whoami(), &value).await?;
        return if status.is_success() { Ok(answer) } else { Err(client::refusal(status, &answer)) };
    }
    let app = installation::open(&config, installation::For::Command).await?;
    installation::check_keys(&app, &config).await?;
    installation::check_anchor(&app, &config).await?;
    app.operate(&whoami(), command).await.map_err(Failure::refused)
}

/// The operator's name in events: the user of this machine, by number.
pub(crate) fn whoami() -> String {
    format!("uid:{}", rustix::process::getuid().as_raw())
}

pub(super) async fn tenant(command: TenantCommand, json: bool) -> Result<(), Failure> {
    let answer = match command {
        TenantCommand::Create { name, prefix, configured } => {
            operate(&configured, Command::TenantCreate { name, prefix }).await?
        }
        TenantCommand::List { configured } => operate(&configured, Command::TenantList {}).await?,
        TenantCommand::Change(change) => change_tenant(change).await?,
    };
    output::answer(&answer, json);
    Ok(())
}

async fn change_tenant(change: TenantChange) -> Result<Value, Failure> {
    let tenant = id(&change.tenant)?;
    let tier =
        change.tier.as_deref().map(|tier| word::<Tier>("tier", tier)).transpose()?.map(|tier| TierChange {
            tier,
            format: change.format.clone(),
            count: change.count,
            lifetime_days: change.lifetime_days,
            low_stock: change.low_stock,
            stretch: change.stretch.clone(),
        });
    if tier.is_none() && change.prefix.is_none() {
        return Err(Failure::Usage("nothing to change: give --prefix, or --tier with a setting".to_owned()));
    }
    operate(&change.configured, Command::TenantChange { tenant, prefix: change.prefix, tier }).await
}

pub(super) async fn application(command: ApplicationCommand, json: bool) -> Result<(), Failure> {
    let answer = match command {
        ApplicationCommand::Create(create) => {
            let answer = create_application(create).await?;
            output::message("The key is shown this once. Give it to the application, and to nobody else.");
            answer
        }
        ApplicationCommand::List { tenant, configured } => {
            operate(&configured, Command::ApplicationList { tenant: id(&tenant)? }).await?
        }
        ApplicationCommand::Key(KeyCommand::Create { application, tenant, configured }) => {
            let application: ApplicationId = id(&application)?;
            operate(&configured, Command::ApplicationKeyCreate { tenant: id(&tenant)?, application }).await?
        }
        ApplicationCommand::Key(KeyCommand::Revoke { application, number, tenant, configured }) => {
            let application: ApplicationId = id(&application)?;
            operate(&configured, Command::ApplicationKeyRevoke { tenant: id(&tenant)?, application, number })
                .await?
        }
    };
    output::answer(&answer, json);
    Ok(())
}

async fn create_application(create: ApplicationCreate) -> Result<Value, Failure> {
    let scopes: Result<Vec<Scope>, Failure> =
        create.scopes.iter().map(|scope| word("scope", scope)).collect();
    let tiers: Result<Vec<Tier>, Failure> = create.tiers.iter().map(|tier| word("tier", tier)).collect();
    let command = Command::ApplicationCreate {
        tenant: id(&create.tenant)?,
        name: create.name,
        scopes: scopes?,
        tiers: tiers?,
        enforces: create.enforces,
        caps: Some(Caps { revoke: create.revoke_cap, stage: create.stage_cap }),
    };
    operate(&create.configured, command).await
}

pub(super) async fn prover(command: ProverCommand, json: bool) -> Result<(), Failure> {
    let answer = match command {
        ProverCommand::Add { name, tenant, issuer, key, most, configured } => {
            let (key, most) = (public_key(&key)?, word::<Level>("level", &most)?);
            operate(&configured, Command::ProverAdd { tenant: id(&tenant)?, name, issuer, key, most }).await?
        }
        ProverCommand::List { tenant, configured } => {
            operate(&configured, Command::ProverList { tenant: id(&tenant)? }).await?
        }
        ProverCommand::Revoke { prover, tenant, configured } => {
            let prover: ProverId = id(&prover)?;
            operate(&configured, Command::ProverRevoke { tenant: id(&tenant)?, prover }).await?
        }
    };
    output::answer(&answer, json);
    Ok(())
}

pub(super) async fn subject(command: SubjectCommand, json: bool) -> Result<(), Failure> {
    let answer = match command {
        SubjectCommand::Show { subject, tenant, configured } => {
            operate(&configured, Command::SubjectShow { tenant: id(&tenant)?, subject }).await?
        }
        SubjectCommand::List { tenant, after, limit, configured } => {
            operate(&configured, Command::SubjectList { tenant: id(&tenant)?, after, limit }).await?
        }
    };
    output::answer(&answer, json);
    Ok(())
}

pub(super) async fn revoke(revoke: Revoke, json: bool) -> Result<(), Failure> {
    let reason: RevokeReason = word("reason", &revoke.reason)?;
    let command = Command::Revoke { tenant: id(&revoke.tenant)?, set: revoke.set, slot: revoke.slot, reason };
    let answer = operate(&revoke.configured, command).await?;
    output::answer(&answer, json);
    Ok(())
}

/// Reads a typed id.
pub(super) fn id<N: Named>(text: &str) -> Result<Id<N>, Failure> {
    Id::parse(text).ok_or_else(|| {
        Failure::Usage(format!("{text} is not an id of the right kind: it looks like {}_…", N::PREFIX))
    })
}

/// Reads a word of a closed list.
pub(super) fn word<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Failure> {
    serde_json::from_value(Value::from(text)).map_err(|_| {
        Failure::Usage(format!("there is no {what} {text:?}; `--help` lists those that there are"))
    })
}

/// Reads a public JSON Web Key.
fn public_key(path: &Path) -> Result<ProverKey, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|fault| Failure::Usage(format!("{} could not be read: {fault}", path.display())))?;
    let key: Value = serde_json::from_str(&text)
        .map_err(|fault| Failure::Usage(format!("{} is not a JSON Web Key: {fault}", path.display())))?;
    let member = |name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
    if key.get("d").is_some() {
        return Err(Failure::Usage(format!(
            "{} holds a private key. Give the public one, without \"d\"",
            path.display()
        )));
    }
    let algorithm = match (member("kty").as_deref(), member("crv").as_deref()) {
        (Some("OKP"), Some("Ed25519")) => "EdDSA",
        (Some("EC"), Some("P-256")) => "ES256",
        _ => return Err(Failure::Usage("a prover's key is OKP Ed25519 or EC P-256".to_owned())),
    };
    let x = member("x").ok_or_else(|| Failure::Usage("the key has no member x".to_owned()))?;
    Ok(ProverKey { algorithm: algorithm.to_owned(), x, y: member("y") })
}

/// The tenant's id, for other commands.
pub(super) fn tenant_id(text: &str) -> Result<TenantId, Failure> {
    id(text)
}
