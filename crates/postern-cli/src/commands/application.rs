//! `postern application`: applications and their keys.

use postern_app::operator::Command;
use postern_core::Time;
use postern_core::application::{Bound, Caps, Scope};
use postern_core::ids::ApplicationId;
use postern_core::ports::Clock as _;
use postern_core::tenant::Tier;
use postern_outside::clock::SystemClock;
use serde_json::Value;

use super::operate::{id, operate, word};
use crate::arguments::{ApplicationCommand, ApplicationCreate, KeyCommand};
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(command: ApplicationCommand, json: bool) -> Result<(), Failure> {
    let answer = match command {
        ApplicationCommand::Create(create) => {
            let answer = create_application(create).await?;
            output::message("The key is shown this once. Give it to the application, and to nobody else.");
            answer
        }
        ApplicationCommand::List { tenant, configured } => {
            operate(&configured, Command::ApplicationList { tenant: id(&tenant)? }).await?
        }
        ApplicationCommand::Bind {
            application,
            tenant,
            addresses,
            certificates,
            anywhere,
            any_certificate,
            configured,
        } => {
            let bind = Command::ApplicationBind {
                tenant: id(&tenant)?,
                application: id(&application)?,
                addresses: addresses.or_else(|| anywhere.then(Vec::new)),
                certificates: certificates.or_else(|| any_certificate.then(Vec::new)),
            };
            operate(&configured, bind).await?
        }
        ApplicationCommand::Key(KeyCommand::Create { application, tenant, days, configured }) => {
            let (tenant, application, expires_at) = (id(&tenant)?, id(&application)?, days.map(in_days));
            operate(&configured, Command::ApplicationKeyCreate { tenant, application, expires_at }).await?
        }
        ApplicationCommand::Key(KeyCommand::Rotate {
            application,
            tenant,
            overlap_hours,
            days,
            configured,
        }) => {
            let rotate = Command::ApplicationKeyRotate {
                tenant: id(&tenant)?,
                application: id(&application)?,
                overlap: u64::from(overlap_hours) * 3600,
                expires_at: days.map(in_days),
            };
            operate(&configured, rotate).await?
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
        bound: Bound { addresses: create.addresses, certificates: create.certificates },
    };
    operate(&create.configured, command).await
}

fn in_days(days: u32) -> Time {
    SystemClock.now().plus(std::time::Duration::from_secs(u64::from(days) * 24 * 3600))
}
