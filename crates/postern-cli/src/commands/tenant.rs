//! `postern tenant`.

use postern_app::operator::{Command, TierChange};
use postern_core::tenant::{LeakPolicy, Tier};
use serde_json::Value;

use super::operate::{id, operate, word};
use crate::arguments::{TenantChange, TenantCommand};
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(command: TenantCommand, json: bool) -> Result<(), Failure> {
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
    if let (Some(tier), Some(policy)) = (&change.tier, &change.leaks) {
        let (tier, policy) = (word::<Tier>("tier", tier)?, word::<LeakPolicy>("leaks", policy)?);
        return operate(&change.configured, Command::TenantLeaks { tenant, tier, policy }).await;
    }
    let tier =
        change.tier.as_deref().map(|tier| word::<Tier>("tier", tier)).transpose()?.map(|tier| TierChange {
            tier,
            format: change.format.clone(),
            count: change.count,
            lifetime_days: change.lifetime_days,
            low_stock: change.low_stock,
            stretch: change.stretch.clone(),
        });
    if tier.is_none() && change.prefix.is_none() && !change.keep_kinds {
        let say = "nothing to change: give --prefix, --keep-kinds, or --tier with a setting";
        return Err(Failure::Usage(say.to_owned()));
    }
    let keep_kinds = change.keep_kinds;
    let command = Command::TenantChange { tenant, prefix: change.prefix, tier, keep_kinds };
    operate(&change.configured, command).await
}
