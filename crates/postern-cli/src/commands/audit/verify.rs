//! `postern audit verify`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use postern_app::Work;
use postern_app::operator::Command;
use postern_core::ids::TenantId;
use postern_outside::folder_place::FolderPlace;
use serde_json::Value;

use crate::arguments::Configured;
use crate::commands::operate::{Reached, id, reach};
use crate::failure::Failure;
use crate::output;

/// Verifies; exit code 3 if something is not as it was written.
pub(super) async fn verify(
    tenant: Option<String>,
    replay: bool,
    with: Option<PathBuf>,
    configured: Configured,
    json: bool,
) -> Result<ExitCode, Failure> {
    let tenant: Option<TenantId> = tenant.as_deref().map(id).transpose()?;
    let reached = reach(&configured).await?;
    let report = match (tenant, with) {
        (Some(tenant), Some(export)) => with_export(&reached, tenant, &export).await?,
        (tenant, _) => {
            let shown = (Work::Verifying, "verifying");
            reached.watched(Command::AuditVerify { tenant, replay }, shown, json).await?
        }
    };
    output::answer(&report, json);
    say_what_is_thinned(&report);
    if report.get("verified") == Some(&Value::Bool(true)) {
        output::message("Everything is as it was written. Without a witness this is self-asserted.");
        return Ok(ExitCode::SUCCESS);
    }
    output::message(
        "Something is not as it was written: see the findings. Stop the service, keep this data folder as it is, and compare with a backup.",
    );
    Ok(ExitCode::from(3))
}

/// Verifies with an export, on the store itself.
async fn with_export(reached: &Reached, tenant: TenantId, export: &Path) -> Result<Value, Failure> {
    let Reached::Store(app, _) = reached else {
        return Err(Failure::refused(
            "--with reads the store itself. Stop the service first, or verify a restored backup with it",
        ));
    };
    let place = FolderPlace::open(export).map_err(Failure::refused)?;
    let report = app.verify_with(tenant, Arc::new(place)).await.map_err(Failure::refused)?;
    serde_json::to_value(report).map_err(Failure::refused)
}

/// Says how many events are thinned, and how many records could not be rebuilt for it.
fn say_what_is_thinned(report: &Value) {
    let logs = report.get("logs").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let thinned: u64 = logs.iter().filter_map(|log| log.get("thinned")?.as_u64()).sum();
    if thinned > 0 {
        output::message(&format!(
            "{thinned} events are thinned: their leaves were verified, their bytes are gone."
        ));
    }
    let left = report.get("not_replayed").and_then(Value::as_array).map_or(0, Vec::len);
    if left > 0 {
        output::message(&format!(
            "{left} records could not be rebuilt, since they began with events that are thinned: see not_replayed. An export from before has those events: --replay --with FOLDER.",
        ));
    }
}
