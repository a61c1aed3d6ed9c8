//! `postern campaign`.

use std::time::Duration;

use postern_app::operator::Command;
use postern_core::Time;
use postern_core::ids::TenantId;
use serde_json::Value;

use super::alone;
use super::operate::{Reached, id, operate, reach, word};
use crate::arguments::{CampaignCommand, CampaignOf, Configured};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// How often a campaign is looked at that is followed.
const LOOK: Duration = Duration::from_millis(500);

pub(super) async fn run(command: CampaignCommand, json: bool) -> Result<(), Failure> {
    let (configured, command) = match command {
        CampaignCommand::Count(of) => {
            let (tenant, issued_before) = (id(&of.tenant)?, before(&of)?);
            (of.configured, Command::CampaignCount { tenant, issued_before, key_version: of.key_version })
        }
        CampaignCommand::Start { reason, sets, follow, of } => {
            let (tenant, issued_before) = (id(&of.tenant)?, before(&of)?);
            let (key_version, reason) = (of.key_version, word("reason", &reason)?);
            let start = Command::CampaignStart { tenant, issued_before, key_version, reason, sets };
            if follow {
                return followed(&of.configured, tenant, start, json).await;
            }
            (of.configured, start)
        }
        CampaignCommand::List { tenant, configured } => {
            (configured, Command::CampaignList { tenant: id(&tenant)? })
        }
    };
    output::answer(&operate(&configured, command).await?, json);
    Ok(())
}

/// Starts a campaign and waits for its end. Without a service that does it, it is done here.
async fn followed(
    configured: &Configured,
    tenant: TenantId,
    start: Command,
    json: bool,
) -> Result<(), Failure> {
    let reached = reach(configured).await?;
    let mut answer = reached.does(start).await?;
    let number = answer.get("campaign").cloned().unwrap_or_default();
    let progress = Progress::of(0, "revoking", json);
    let how_far = async || {
        let item = listed(&reached, tenant, &number).await.ok()??;
        Some((item.get("seen")?.as_u64()?, item.get("subjects")?.as_u64()?))
    };
    match &reached {
        Reached::Store(app, config) => {
            progress.watch(app.run_campaigns(), how_far).await;
            alone::tell(app, config).await;
        }
        Reached::Service(_) => progress.watch(ended(&reached, tenant, &number), how_far).await?,
    }
    drop(progress);
    let finished = listed(&reached, tenant, &number).await?.is_none();
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("finished".to_owned(), finished.into());
    }
    output::answer(&answer, json);
    if !finished {
        output::message(
            "Not all are ended: none of them is accepted all the same, and a running service ends the rest.",
        );
    }
    Ok(())
}

/// Waits until a campaign is over.
async fn ended(reached: &Reached, tenant: TenantId, number: &Value) -> Result<(), Failure> {
    while listed(reached, tenant, number).await?.is_some() {
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// A campaign that is not over.
async fn listed(reached: &Reached, tenant: TenantId, number: &Value) -> Result<Option<Value>, Failure> {
    let list = reached.does(Command::CampaignList { tenant }).await?;
    let items = list.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(items.iter().find(|item| item.get("campaign") == Some(number)).cloned())
}

fn before(of: &CampaignOf) -> Result<Option<Time>, Failure> {
    of.issued_before.as_deref().map(|text| word("time", text)).transpose()
}
