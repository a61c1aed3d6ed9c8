//! `postern doctor`: whether what is under the service is as its promises need it.

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::arguments::Configured;
use crate::checks::{Severity, findings};
use crate::config::Config;
use crate::failure::Failure;
use crate::output;

/// Lists what was found; exit code 1 if there is a danger that the configuration does not name.
pub(super) async fn run(configured: Configured, json: bool) -> Result<ExitCode, Failure> {
    let config = Config::read(&configured.config)?;
    let found = findings(&config).await;
    let listed: Vec<Value> = found
        .iter()
        .map(|finding| {
            json!({
                "name": finding.name,
                "severity": finding.severity.name(),
                "found": finding.found,
                "do": finding.advice,
                "tolerated": config.store.tolerate.iter().any(|name| name == finding.name),
            })
        })
        .collect();
    output::answer(&json!({ "findings": listed }), json);
    let dangers = found.iter().filter(|finding| finding.severity == Severity::Danger);
    let refused =
        dangers.filter(|finding| !config.store.tolerate.iter().any(|name| name == finding.name)).count();
    if refused == 0 {
        output::message("Nothing here breaks a promise that the configuration does not name.");
        return Ok(ExitCode::SUCCESS);
    }
    output::message(&format!(
        "{refused} danger(s): `postern serve` refuses to start until they are gone, or named in store.tolerate."
    ));
    Ok(ExitCode::FAILURE)
}
