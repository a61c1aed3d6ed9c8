//! `postern audit verify`.

use std::process::ExitCode;

use postern_app::operator::Command;
use serde_json::Value;

use crate::arguments::Configured;
use crate::commands::operate::{Reached, id, reach};
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
    let report = verified(&reach(&configured).await?, Command::AuditVerify { tenant, replay }, json).await?;
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

/// Does it, and shows how far it is where that is known: a service that does it says nothing until the end.
async fn verified(reached: &Reached, command: Command, json: bool) -> Result<Value, Failure> {
    let Reached::Store(app) = reached else {
        let _progress = Progress::unknown("verifying", json);
        return reached.does(command).await;
    };
    Progress::of(0, "verifying", json).watch(reached.does(command), || app.walked()).await
}
