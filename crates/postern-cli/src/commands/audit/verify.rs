//! `postern audit verify`.

use std::process::ExitCode;

use postern_app::operator::Command;
use serde_json::Value;

use crate::arguments::Configured;
use crate::commands::operate::{id, operate};
use crate::failure::Failure;
use crate::output;
use crate::progress::Progress;

/// Verifies; exit code 3 if something is not as it was written.
pub(super) async fn verify(
    tenant: Option<String>,
    replay: bool,
    configured: Configured,
    json: bool,
) -> Result<ExitCode, Failure> {
    let tenant = tenant.as_deref().map(id).transpose()?;
    let progress = Progress::unknown("verifying", json);
    let report = operate(&configured, Command::AuditVerify { tenant, replay }).await?;
    drop(progress);
    output::answer(&report, json);
    if report.get("verified") == Some(&Value::Bool(true)) {
        output::message("Everything is as it was written. Without a witness this is self-asserted.");
        return Ok(ExitCode::SUCCESS);
    }
    output::message(
        "Something is not as it was written: see the findings. Stop the service, keep this data folder as it is, and compare with a backup.",
    );
    Ok(ExitCode::from(3))
}
