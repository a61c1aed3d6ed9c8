//! `postern audit proof`: one event with all that shows that it is in its log.

use std::path::PathBuf;
use std::process::ExitCode;

use postern_app::operator::Command;
use serde_json::{Value, json};

use super::files;
use crate::arguments::AuditProof;
use crate::commands::operate::{id, operate};
use crate::failure::Failure;
use crate::output;

/// Writes a proof to a file.
pub(super) async fn prove(proof: AuditProof, json: bool) -> Result<ExitCode, Failure> {
    let command = Command::AuditProof { tenant: id(&proof.tenant)?, event: proof.event };
    let answer = operate(&proof.configured, command).await?;
    let text = answer.get("proof").and_then(Value::as_str);
    let text = text.ok_or_else(|| Failure::refused("the service answered without a proof"))?;
    let named = || {
        let event = answer.get("event").and_then(Value::as_str).unwrap_or("event");
        PathBuf::from(format!("{event}.tlog-proof"))
    };
    let file = proof.file.unwrap_or_else(named);
    files::write(&file, text.as_bytes())?;
    let part = |name: &str| answer.get(name).cloned().unwrap_or(Value::Null);
    let said = json!({
        "event": part("event"), "index": part("index"), "file": file.display().to_string(),
        "verifier_key": part("verifier_key"),
    });
    output::answer(&said, json);
    output::message("Give the verifier key to whoever checks it on another way than the file.");
    Ok(ExitCode::SUCCESS)
}
