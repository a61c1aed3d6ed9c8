//! `postern campaign`.

use postern_app::operator::Command;
use postern_core::Time;

use super::operate::{id, operate, word};
use crate::arguments::{CampaignCommand, CampaignOf};
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(command: CampaignCommand, json: bool) -> Result<(), Failure> {
    let (configured, command) = match command {
        CampaignCommand::Count(of) => {
            let (tenant, issued_before) = (id(&of.tenant)?, before(&of)?);
            (of.configured, Command::CampaignCount { tenant, issued_before, key_version: of.key_version })
        }
        CampaignCommand::Start { reason, sets, of } => {
            let (tenant, issued_before) = (id(&of.tenant)?, before(&of)?);
            let (key_version, reason) = (of.key_version, word("reason", &reason)?);
            let start = Command::CampaignStart { tenant, issued_before, key_version, reason, sets };
            (of.configured, start)
        }
        CampaignCommand::List { tenant, configured } => {
            (configured, Command::CampaignList { tenant: id(&tenant)? })
        }
    };
    output::answer(&operate(&configured, command).await?, json);
    Ok(())
}

fn before(of: &CampaignOf) -> Result<Option<Time>, Failure> {
    of.issued_before.as_deref().map(|text| word("time", text)).transpose()
}
