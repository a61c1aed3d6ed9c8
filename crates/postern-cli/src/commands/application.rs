//! `postern application`: applications and their keys.

use postern_app::operator::Command;
use postern_core::application::{Caps, Scope};
use postern_core::ids::ApplicationId;
use postern_core::tenant::Tier;
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
