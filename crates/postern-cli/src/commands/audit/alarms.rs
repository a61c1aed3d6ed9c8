//! `postern audit alarms`: uses of canary and duress codes.

use std::process::ExitCode;

use postern_app::operator::Command;

use crate::arguments::Configured;
use crate::commands::operate::{id, operate};
use crate::failure::Failure;
use crate::output;

/// Lists them in log order.
pub(super) async fn list(
    tenant: &str,
    after: Option<u64>,
    limit: usize,
    configured: &Configured,
    json: bool,
) -> Result<ExitCode, Failure> {
    let command = Command::AuditAlarms { tenant: id(tenant)?, after, limit: limit.max(1) };
    output::answer(&operate(configured, command).await?, json);
    Ok(ExitCode::SUCCESS)
}
