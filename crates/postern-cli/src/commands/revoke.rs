//! `postern revoke`: a set, or one code by number.

use postern_app::operator::Command;
use postern_core::subject::fact::RevokeReason;

use super::operate::{id, operate, word};
use crate::arguments::Revoke;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(revoke: Revoke, json: bool) -> Result<(), Failure> {
    let reason: RevokeReason = word("reason", &revoke.reason)?;
    let command = Command::Revoke { tenant: id(&revoke.tenant)?, set: revoke.set, slot: revoke.slot, reason };
    let answer = operate(&revoke.configured, command).await?;
    output::answer(&answer, json);
    Ok(())
}
